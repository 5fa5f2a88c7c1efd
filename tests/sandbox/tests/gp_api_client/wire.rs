//! Defects of the official SDKs our client must not have: time limits, paths, encodings, answers that are no JSON.

use crate::{
    bench::{Bench, key, usd},
    scripted::{TOKEN, scripted},
};
use domain::failure::FailureName;
use heartland::gp_api::{Authorize, PaymentGateway, Status};
use sandbox::gp_api::{Fault, FaultKind, Moment};
use secrecy::SecretString;
use std::time::Duration;

#[tokio::test]
async fn the_time_limit_is_kept() {
    let bench = Bench::impatient(Duration::from_millis(1_000)).await;
    let kind = FaultKind::Delay {
        ms: 8_000,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/transactions", kind))
        .await
        .unwrap();
    // Whoever waits for the delayed answer gets it.
    let failure = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
}

#[tokio::test]
async fn a_void_goes_to_the_reversal_of_that_transaction() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    bench.gateway.reverse(&key("v"), &authorized.id).await.unwrap();
    let sent = bench.control.recordings().await.unwrap();
    let last = sent.last().unwrap();
    assert_eq!(last.path, format!("/ucp/transactions/{}/reversal", authorized.id));
    assert_eq!(
        (last.method.as_str(), last.idempotency.as_deref()),
        ("POST", Some("v"))
    );
}

#[tokio::test]
async fn a_holder_with_accents_arrives_whole() {
    let bench = Bench::new().await;
    let holder = Some(SecretString::from("José Müller 山田"));
    let asked = Authorize {
        holder,
        ..bench.cents("woo-1-1", 1000)
    };
    assert!(!format!("{asked:?}").contains("Müller"));
    bench.gateway.authorize(&key("a"), &asked).await.unwrap();
    let sent = &bench.sent_to("/transactions").await[0];
    assert_eq!(sent.body["payment_method"]["name"], "José Müller 山田");
    let length: usize = sent.headers["content-length"].parse().unwrap();
    assert_eq!(length, sent.body.to_string().len());
}

#[tokio::test]
async fn an_error_that_comes_unpacked_keeps_its_code() {
    // the simulator packs its answers; a proxy's own answer comes as it is
    let error = r#"{"error_code":"INVALID_REQUEST_DATA","detailed_error_code":"40087",
        "detailed_error_description":"amount value is invalid"}"#;
    let captured = r#"{"id":"TRN_1","status":"CAPTURED"}"#;
    let gateway = scripted(vec![TOKEN, ("400 Bad Request", error), ("201 Created", captured)]).await;
    let id = "TRN_1".parse().unwrap();
    let failure = gateway
        .refund(&key("r"), &"TRN_0".parse().unwrap(), usd(5))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Refused, Some("amount"))
    );
    assert!(failure.what.contains("40087"));
    // 201 is a success like 200
    assert_eq!(
        gateway.capture(&key("c"), &id, usd(5)).await.unwrap().status,
        Status::Captured
    );
}

#[tokio::test]
async fn an_html_page_instead_of_json_is_an_unknown_outcome() {
    let bench = Bench::new().await;
    for http in [200, 400, 404, 502] {
        let kind = FaultKind::Html {
            http,
            commit: Moment::After,
        };
        bench
            .control
            .fault(&Fault::post("/transactions", kind))
            .await
            .unwrap();
        let name = format!("html-{http}");
        let failure = bench
            .gateway
            .authorize(&key(&name), &bench.cents(&name, 1000))
            .await
            .unwrap_err();
        assert_eq!(failure.name, FailureName::OutcomeUnknown, "{http}");
    }
}

#[tokio::test]
async fn an_unknown_status_survives() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let kind = FaultKind::StrangeStatus {
        status: "ON_ITS_WAY".to_owned(),
    };
    bench
        .control
        .fault(&Fault::get("/transactions/TRN", kind))
        .await
        .unwrap();
    let seen = bench.gateway.get(&authorized.id).await.unwrap().unwrap();
    assert_eq!(seen.status, Status::Unknown("ON_ITS_WAY".to_owned()));
    let kept: heartland::gp_api::Transaction =
        serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(kept, seen);
}
