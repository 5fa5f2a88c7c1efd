//! Every way a call can end badly has one name, and an effect that may have been done is never called undone.

use crate::bench::{Bench, key, usd};
use domain::failure::FailureName::{self, *};
use heartland::gp_api::{PaymentGateway, Settings};
use sandbox::gp_api::{Fault, FaultKind, Moment};
use std::time::Duration;

fn error(http: u16, code: &str, detail: &str, commit: Moment) -> FaultKind {
    let text = "amount contains unexpected data".to_owned();
    FaultKind::Error {
        http,
        code: code.to_owned(),
        detail: detail.to_owned(),
        text,
        commit,
    }
}

/// A fault, the name it gets, and how many charges the gateway has made.
fn faults() -> Vec<(FaultKind, FailureName, u64)> {
    use Moment::{After, Before};
    vec![
        (FaultKind::Lost { commit: Before }, OutcomeUnknown, 0),
        (FaultKind::Lost { commit: After }, OutcomeUnknown, 1),
        (FaultKind::Reset { commit: Before }, OutcomeUnknown, 0),
        (FaultKind::Reset { commit: After }, OutcomeUnknown, 1),
        (
            FaultKind::Delay {
                ms: 5_000,
                commit: After,
            },
            OutcomeUnknown,
            1,
        ),
        (
            FaultKind::Html {
                http: 502,
                commit: Before,
            },
            OutcomeUnknown,
            0,
        ),
        (
            FaultKind::Html {
                http: 502,
                commit: After,
            },
            OutcomeUnknown,
            1,
        ),
        (
            error(502, "SYSTEM_ERROR_DOWNSTREAM", "50013", After),
            OutcomeUnknown,
            1,
        ),
        (error(500, "SYSTEM_ERROR", "50002", Before), OutcomeUnknown, 0),
        (FaultKind::BrokenBody, OutcomeUnknown, 1),
        (FaultKind::HalfBody, OutcomeUnknown, 1),
        (
            FaultKind::StrangeStatus {
                status: "HALF_WAY".to_owned(),
            },
            OutcomeUnknown,
            1,
        ),
        (FaultKind::TooManyRequests, SystemUnavailable, 0),
        (error(400, "INVALID_REQUEST_DATA", "40213", Before), Refused, 0),
        (
            error(403, "ACTION_NOT_AUTHORIZED", "40212", Before),
            Misconfigured,
            0,
        ),
    ]
}

#[tokio::test]
async fn every_fault_of_an_authorization_has_its_name() {
    let bench = Bench::impatient(Duration::from_millis(1_000)).await;
    for (at, (kind, name, charges)) in faults().into_iter().enumerate() {
        let reference = format!("case-{at}");
        bench
            .control
            .fault(&Fault::post("/transactions", kind.clone()))
            .await
            .unwrap();
        let asked = bench.cents(&reference, 1000);
        let failure = bench
            .gateway
            .authorize(&key(&reference), &asked)
            .await
            .unwrap_err();
        assert_eq!(failure.name, name, "{kind:?}: {failure}");
        let totals = bench.control.totals(Some(&reference)).await.unwrap();
        assert_eq!(totals.charges, charges, "{kind:?}");
        assert!(
            bench.control.waiting_faults().await.unwrap().is_empty(),
            "{kind:?} met nobody"
        );

        // asked again under the same key it is done once, however the first attempt ended
        let authorized = bench.gateway.authorize(&key(&reference), &asked).await.unwrap();
        assert_eq!(authorized.amount, Some(usd(1000)));
        assert_eq!(
            bench.control.totals(Some(&reference)).await.unwrap().charges,
            1,
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_field_is_named() {
    let bench = Bench::new().await;
    let kind = error(400, "INVALID_REQUEST_DATA", "40213", Moment::Before);
    bench
        .control
        .fault(&Fault::post("/transactions", kind))
        .await
        .unwrap();
    let failure = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (Refused, Some("amount"))
    );
}

#[tokio::test]
async fn a_repeat_while_the_first_is_running_is_unknown_and_charges_once() {
    let bench = Bench::new().await;
    let kind = FaultKind::Delay {
        ms: 2_000,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/transactions", kind))
        .await
        .unwrap();
    let asked = bench.cents("woo-1-1", 1000);
    let first = {
        let (gateway, asked) = (bench.gateway.clone(), asked.clone());
        tokio::spawn(async move { gateway.authorize(&key("a"), &asked).await })
    };
    while bench.sent_to("/transactions").await.is_empty() {
        tokio::task::yield_now().await;
    }
    let second = bench.gateway.authorize(&key("a"), &asked).await.unwrap_err();
    assert_eq!(second.name, OutcomeUnknown);
    first.await.unwrap().unwrap();
    assert_eq!(bench.control.totals(None).await.unwrap().charges, 1);
}

#[tokio::test]
async fn reads_that_fail_are_only_unavailable() {
    let bench = Bench::impatient(Duration::from_millis(1_000)).await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let kinds = [
        FaultKind::Lost {
            commit: Moment::Before,
        },
        FaultKind::Html {
            http: 502,
            commit: Moment::Before,
        },
        FaultKind::BrokenBody,
        FaultKind::HalfBody,
        FaultKind::TooManyRequests,
        FaultKind::Delay {
            ms: 5_000,
            commit: Moment::Before,
        },
    ];
    for kind in kinds {
        bench
            .control
            .fault(&Fault::get("/transactions", kind.clone()))
            .await
            .unwrap();
        let failure = bench.gateway.get(&authorized.id).await.unwrap_err();
        assert_eq!(failure.name, SystemUnavailable, "{kind:?}");
        bench
            .control
            .fault(&Fault::get("/transactions", kind.clone()))
            .await
            .unwrap();
        let failure = bench
            .gateway
            .find_by_reference(&"woo-1-1".parse().unwrap())
            .await
            .unwrap_err();
        assert_eq!(failure.name, SystemUnavailable, "{kind:?}");
    }
}

#[tokio::test]
async fn nothing_is_paid_captured_or_refunded_for_nothing() {
    let bench = Bench::new().await;
    for minor in [0, -1, i64::MIN] {
        let failure = bench
            .gateway
            .authorize(&key("a"), &bench.cents("woo-1-1", minor))
            .await
            .unwrap_err();
        assert_eq!(
            (failure.name, failure.field.as_deref()),
            (Refused, Some("amount"))
        );
        let id = "TRN_1".parse().unwrap();
        for failure in [
            bench
                .gateway
                .capture(&key("c"), &id, usd(minor))
                .await
                .unwrap_err(),
            bench
                .gateway
                .refund(&key("r"), &id, usd(minor))
                .await
                .unwrap_err(),
        ] {
            assert_eq!(
                (failure.name, failure.field.as_deref()),
                (Refused, Some("amount"))
            );
        }
    }
    assert!(bench.control.recordings().await.unwrap().is_empty());
}

#[test]
fn a_client_prints_no_secret() {
    let secret =
        r#"{"base_url":"https://example.com/ucp","app_id":"id","app_key":"hush","account_name":"a"}"#;
    let gateway = heartland::gp_api::GpApi::new(Settings::parse(secret).unwrap()).unwrap();
    assert!(!format!("{gateway:?}").contains("hush"));
}
