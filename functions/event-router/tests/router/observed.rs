//! What an operator sees of an event: its lines, its metrics, its trace.

use crate::bench::{bench, order, token};
use aws_lambda_events::sqs::SqsEvent;
use domain::failure::Failure;
use runtime::{Invocation, metrics, telemetry};
use serde_json::{Value, json};

const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";
const OTHER: &str = "1-5759e988-000000000000000000000001";

fn record(id: &str, event: &str, trace: &str) -> Value {
    json!({
        "messageId": id, "body": json!({"schema": 1, "event": event, "store": "own", "via": "webhook"}).to_string(),
        "attributes": {"MessageGroupId": id, "AWSTraceHeader": format!("Root={trace};Parent=53995c3f42cd8ad8;Sampled=1")},
    })
}

#[tokio::test]
async fn every_event_of_a_batch_is_told_in_its_own_trace_and_its_run_goes_on_in_it() {
    let bench = bench();
    let paid = bench.keep(&order(7, 1, token())).await;
    let pending = bench.keep(&order(8, 1, json!({"state": "pending"}))).await;
    let batch = json!({"Records": [
        record("m-1", &paid.event, TRACE), record("m-2", &pending.event, OTHER), record("m-3", &paid.event, TRACE),
    ]});
    let handler = |batch: SqsEvent, _: Invocation| {
        let (router, inbox) = (bench.router.clone(), bench.inbox.clone());
        async move { Ok::<_, Failure>(router.route_all(batch, &*inbox).await) }
    };
    let invocation = Invocation::new("r-1", effects::UnixMillis(1_795_446_000_000));
    let handled = metrics::captured(telemetry::captured(
        "info",
        runtime::handle(&handler, batch, invocation),
    ));
    let ((response, lines), metrics) = handled.await;
    assert!(response.unwrap().batch_item_failures.is_empty());

    let of = |message: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter(|line| line["span"]["message_id"] == message)
            .collect()
    };
    for (message, trace, order, event) in [
        ("m-1", TRACE, "own/7", &paid.event),
        ("m-2", OTHER, "own/8", &pending.event),
    ] {
        let lines = of(message);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let span = &lines[0]["span"];
        assert_eq!(
            (&span["request"], &span["trace"], &span["order"], &span["event"]),
            (&json!("r-1"), &json!(trace), &json!(order), &json!(event))
        );
    }
    assert_eq!(of("m-1")[0]["span"]["execution"], "own_7-1");
    assert_eq!(of("m-1")[0]["decision"], "opened");
    assert_eq!(of("m-2")[0]["reason"], "not-paid");

    let run = bench.workflow.seen().runs["own_7-1"].0.clone();
    assert_eq!(run["trace"], TRACE);
    assert_eq!(bench.item(7).await.trace.unwrap().as_str(), TRACE);

    let received: Vec<_> = metrics
        .iter()
        .filter(|line| line.get("OrdersReceived").is_some())
        .collect();
    assert_eq!(received.len(), 1, "a repeat opens nothing: {metrics:?}");
    assert_eq!(
        (
            &received[0]["Store"],
            &received[0]["order"],
            &received[0]["trace"]
        ),
        (&json!("own"), &json!("own/7"), &json!(TRACE))
    );
}

#[tokio::test]
async fn what_goes_back_to_the_queue_is_counted_by_its_failure() {
    let bench = bench();
    let paid = bench.keep(&order(7, 1, token())).await;
    let batch = json!({"Records": [record("m-1", &paid.event, TRACE)]});
    bench.items.fail_next(1);
    let batch = serde_json::from_value(batch).unwrap();
    let batch = bench.router.route_all(batch, &*bench.inbox);
    let ((response, lines), metrics) = metrics::captured(telemetry::captured("warn", batch)).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    assert_eq!(metrics.len(), 1, "{metrics:?}");
    assert_eq!(
        (&metrics[0]["Name"], &metrics[0]["Failures"]),
        (&json!("SystemUnavailable"), &json!(1))
    );
    assert_eq!(
        (&lines[0]["level"], &lines[0]["span"]["event"]),
        (&json!("WARN"), &json!(paid.event))
    );
}
