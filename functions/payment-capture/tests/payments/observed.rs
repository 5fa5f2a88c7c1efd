//! What an operator sees of a payment: its lines, and money counted once.

use crate::{
    bench::{Bench, VERSION, token, usd},
    gateway::Fault,
};
use heartland::gp_api::Status;
use payment_capture::Request;
use runtime::{FunctionError, Invocation, metrics, telemetry};
use serde_json::{Value, json};

const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";

/// The function as the platform calls it.
async fn invoked(bench: &Bench, action: &str, more: Value) -> Result<Value, FunctionError> {
    let mut input = json!({
        "schema": 1, "action": action, "order": "woo/1001", "generation": 1, "version": VERSION, "trace": TRACE,
        "execution": "woo_1001-1-r1",
    });
    input
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let handler = |request: Request, invocation: Invocation| {
        let payments = bench.payments.clone();
        async move { payments.handle(request, &invocation).await }
    };
    let deadline = effects::Clock::now(bench.clock.as_ref()).plus_ms(60_000);
    runtime::handle(&handler, input, Invocation::new("r-1", deadline)).await
}

fn captured(metrics: &[Value]) -> Vec<(&Value, &Value)> {
    let of_money = metrics.iter().filter(|line| line.get("AmountCaptured").is_some());
    of_money
        .map(|line| (&line["AmountCaptured"], &line["Currency"]))
        .collect()
}

#[tokio::test]
async fn a_payment_is_told_with_its_ids_and_counted_once() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    let steps = async {
        for _ in 0..3 {
            invoked(&bench, "capture", json!({"payment": payment}))
                .await
                .unwrap();
        }
    };
    let (((), lines), metrics) = metrics::captured(telemetry::captured("info", steps)).await;
    assert_eq!(captured(&metrics), [(&json!(1999), &json!("USD"))]);
    let steps: Vec<_> = metrics.iter().filter_map(|line| line.get("Step")).collect();
    assert_eq!(steps, ["capture", "capture", "capture"]);
    assert_eq!(lines.len(), 3);
    let ids = json!({
        "name": "work", "request": "r-1", "trace": TRACE, "action": "capture", "order": "woo/1001", "generation": 1,
        "event": VERSION, "execution": "woo_1001-1-r1",
    });
    for line in &lines {
        assert_eq!((&line["message"], &line["span"]), (&json!("payment"), &ids));
    }
}

#[tokio::test]
async fn money_whose_answer_was_lost_is_counted_when_it_is_found() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.gateway.fault(Fault::AnswerLost);
    let steps = async {
        invoked(&bench, "capture", json!({"payment": payment}))
            .await
            .unwrap_err();
        bench.clock.advance_ms(3_600_000);
        invoked(&bench, "capture", json!({"payment": payment}))
            .await
            .unwrap();
        invoked(&bench, "capture", json!({"payment": payment}))
            .await
            .unwrap();
    };
    let ((), metrics) = metrics::captured(steps).await;
    assert_eq!(captured(&metrics), [(&json!(1999), &json!("USD"))]);
    let failures: Vec<_> = metrics
        .iter()
        .filter(|line| line.get("Failures").is_some())
        .collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(
        (&failures[0]["Name"], &failures[0]["order"]),
        (&json!("OutcomeUnknown"), &json!("woo/1001"))
    );
}

#[tokio::test]
async fn money_the_shops_plugin_took_is_counted_when_it_is_claimed() {
    let payment = json!({"state": "captured", "tender": "card", "transaction": "TRN_P"});
    let bench = Bench::new(payment).await;
    bench
        .gateway
        .add("TRN_P", Status::Captured, usd(1999), Some("1001"));
    let steps = async {
        let authorized = invoked(&bench, "authorize", json!({})).await.unwrap();
        invoked(&bench, "authorize", json!({})).await.unwrap();
        invoked(&bench, "capture", json!({"payment": authorized}))
            .await
            .unwrap();
    };
    let ((), metrics) = metrics::captured(steps).await;
    assert_eq!(captured(&metrics), [(&json!(1999), &json!("USD"))]);
}
