//! The way of a payment.

use crate::bench::{Bench, id_of, key, usd};
use domain::failure::FailureName;
use heartland::gp_api::{Approval, Authorize, Kind, PaymentGateway, Status};

#[tokio::test]
async fn an_order_is_authorized_captured_and_partly_refunded() {
    let bench = Bench::new().await;
    let asked = bench.cents("woo-1001-1", 1999);
    let authorized = bench.gateway.authorize(&key("a1"), &asked).await.unwrap();
    assert_eq!(authorized.status, Status::Preauthorized);
    assert_eq!(authorized.approval(usd(1999)), Approval::Full);
    assert_eq!(
        (authorized.brand.as_deref(), authorized.last4.as_deref()),
        (Some("VISA"), Some("5262"))
    );
    assert_eq!(authorized.reference.as_deref(), Some("woo-1001-1"));

    let captured = bench
        .gateway
        .capture(&key("c1"), id_of(&authorized), usd(1999))
        .await
        .unwrap();
    assert_eq!(
        (&captured.id, captured.status),
        (&authorized.id, Status::Captured)
    );

    let refunded = bench
        .gateway
        .refund(&key("r1"), id_of(&authorized), usd(500))
        .await
        .unwrap();
    assert_eq!(
        (refunded.kind, refunded.amount),
        (Some(Kind::Refund), Some(usd(500)))
    );
    assert_eq!(refunded.parent.as_ref(), Some(&authorized.id));

    let totals = bench.control.totals(Some("woo-1001-1")).await.unwrap();
    assert_eq!(
        (totals.charges, totals.captured_minor, totals.refunded_minor),
        (1, 1999, 500)
    );
    let sent = &bench.sent_to("/transactions").await[0];
    assert_eq!(sent.headers["x-gp-version"], "2021-03-22");
    assert!(sent.headers["accept-encoding"].contains("gzip"));
    assert_eq!(sent.body["capture_mode"], "LATER");
    assert_eq!(sent.body["payment_method"]["id"], bench.card.as_str());
    assert_eq!(sent.body["payment_method"].get("card"), None);
}

#[tokio::test]
async fn an_authorization_and_an_unsettled_capture_are_reversed_a_settled_one_is_refunded() {
    let bench = Bench::new().await;
    let gateway = &bench.gateway;
    for capture in [false, true] {
        let name = if capture { "captured" } else { "authorized" };
        let authorized = gateway
            .authorize(&key(name), &bench.cents(name, 700))
            .await
            .unwrap();
        if capture {
            gateway
                .capture(&key("c"), id_of(&authorized), usd(700))
                .await
                .unwrap();
        }
        let reversed = gateway
            .reverse(&key(&format!("v-{name}")), id_of(&authorized))
            .await
            .unwrap();
        assert_eq!((reversed.id, reversed.status), (authorized.id, Status::Reversed));
    }
    let settled = gateway
        .authorize(&key("s"), &bench.cents("settled", 700))
        .await
        .unwrap();
    gateway
        .capture(&key("sc"), id_of(&settled), usd(700))
        .await
        .unwrap();
    bench.control.close_batch().await.unwrap();
    let failure = gateway.reverse(&key("sv"), id_of(&settled)).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
    assert!(
        gateway
            .get(id_of(&settled))
            .await
            .unwrap()
            .unwrap()
            .status
            .is_settled()
    );
    gateway
        .refund(&key("sr"), id_of(&settled), usd(700))
        .await
        .unwrap();
    assert_eq!(
        bench
            .control
            .totals(Some("settled"))
            .await
            .unwrap()
            .refunded_minor,
        700
    );
}

#[tokio::test]
async fn a_repeat_under_the_same_key_ends_as_the_first_call_did() {
    let bench = Bench::new().await;
    let gateway = &bench.gateway;
    let asked = bench.cents("woo-7-1", 1000);
    let first = gateway.authorize(&key("a"), &asked).await.unwrap();
    let again = gateway.authorize(&key("a"), &asked).await.unwrap();
    assert_eq!(first.id, again.id);
    for _ in 0..2 {
        assert_eq!(
            gateway
                .capture(&key("c"), &first.id, usd(1000))
                .await
                .unwrap()
                .status,
            Status::Captured
        );
    }
    let refund = gateway.refund(&key("r"), &first.id, usd(400)).await.unwrap();
    assert_eq!(
        gateway.refund(&key("r"), &first.id, usd(400)).await.unwrap().id,
        refund.id
    );
    let totals = bench.control.totals(None).await.unwrap();
    assert_eq!(
        (totals.charges, totals.captured_minor, totals.refunded_minor),
        (1, 1000, 400)
    );
}

#[tokio::test]
async fn a_declined_payment_stays_declined_on_repeat() {
    let bench = Bench::new().await;
    let token = bench
        .control
        .store_card("declined")
        .await
        .unwrap()
        .parse()
        .unwrap();
    let asked = Authorize {
        token,
        ..bench.cents("woo-8-1", 1000)
    };
    for _ in 0..2 {
        let failure = bench.gateway.authorize(&key("a"), &asked).await.unwrap_err();
        assert_eq!(failure.name, FailureName::PaymentDeclined);
        assert!(failure.what.contains("101"), "{failure}");
    }
    assert_eq!(bench.control.totals(None).await.unwrap().declined, 1);
}

#[tokio::test]
async fn a_key_of_another_payment_is_a_conflict() {
    let bench = Bench::new().await;
    bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let failure = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-2-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
}

#[tokio::test]
async fn the_key_of_the_authorization_cannot_pass_for_a_capture() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let failure = bench
        .gateway
        .capture(&key("a"), &authorized.id, usd(1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    let failure = bench
        .gateway
        .refund(&key("a"), &authorized.id, usd(1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert_eq!(bench.control.totals(None).await.unwrap().captured_minor, 0);
}
