//! What an operator sees of a batch: each piece's lines in its own trace, and the metrics of the whole.

#![allow(clippy::unwrap_used, reason = "tests")]

use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use effects::{SystemClock, UnixMillis};
use odoo::{Call, Odoo, OdooError};
use odoo_work::{Steady, WorkQueue};
use runtime::{
    Invocation,
    batch::{CrashMarks, MemoryGiveBack},
    items::MemoryItems,
    metrics,
    stores::Reviews,
    telemetry,
    work::Work,
    workflow::MemoryWorkflow,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";
const OTHER: &str = "1-5759e988-000000000000000000000001";

struct NoOdoo;

#[async_trait]
impl Odoo for NoOdoo {
    async fn call(&self, _: &Call) -> Result<Value, OdooError> {
        Err(OdooError::NotSent("nobody is there".into()))
    }
}

fn queue() -> WorkQueue {
    let items = Arc::new(MemoryItems::default());
    let clock = Arc::new(SystemClock);
    WorkQueue {
        give_back: Arc::new(MemoryGiveBack::default()),
        crash_marks: CrashMarks::new(items.clone(), clock.clone()),
        workflow: Arc::new(MemoryWorkflow::default()),
        reviews: Reviews::new(items, clock),
    }
}

fn record(order: u32, trace: &str) -> Value {
    let body = json!({
        "schema": 1, "action": "write-order", "order": format!("woo/{order}"), "generation": 1,
        "version": format!("woo_{order}_1"), "execution": format!("woo_{order}-1-r1"), "trace": trace,
        "token": format!("token-{order}"),
    });
    json!({"messageId": format!("m-{order}"), "receiptHandle": "r", "body": body.to_string(), "attributes": {}})
}

#[tokio::test]
async fn each_piece_is_told_in_its_own_trace_and_the_batch_is_measured_once() {
    let batch = serde_json::from_value(json!({"Records": [record(1, TRACE), record(2, OTHER)]})).unwrap();
    let queue = queue();
    let work = |pieces: Vec<runtime::batch::Piece>| async move {
        let outcome = |key: &str| match key.contains("woo/1/") {
            true => Ok(json!({})),
            false => Err(Failure::new(FailureName::Refused, "there is no such product")),
        };
        let outcomes = pieces
            .into_iter()
            .map(|piece| (piece.key.clone(), outcome(&piece.key)));
        outcomes.collect::<BTreeMap<String, Result<Value, Failure>>>()
    };
    let invocation = Invocation::new("r-1", UnixMillis(1_795_446_000_000));
    let odoo = Steady(NoOdoo);
    let handled = async {
        let whole = Work::of_invocation(&invocation, &Value::Null);
        whole.scope(queue.handle(batch, &odoo, work)).await
    };
    let ((response, lines), metrics) = metrics::captured(telemetry::captured("info", handled)).await;
    assert!(response.unwrap().batch_item_failures.is_empty());

    for (order, trace, message) in [(1, TRACE, "done"), (2, OTHER, "there is no such product")] {
        let line = lines.iter().find(|line| line["message"] == message).unwrap();
        let span = &line["span"];
        assert_eq!(
            (
                &span["request"],
                &span["trace"],
                &span["order"],
                &span["event"],
                &span["execution"],
                &span["action"]
            ),
            (
                &json!("r-1"),
                &json!(trace),
                &json!(format!("woo/{order}")),
                &json!(format!("woo_{order}_1")),
                &json!(format!("woo_{order}-1-r1")),
                &json!("write-order")
            )
        );
        assert!(!line.to_string().contains("token-"), "{line}");
    }
    let of = |name: &str| metrics.iter().find(|line| line.get(name).is_some()).unwrap();
    assert_eq!(
        (&of("BatchSize")["BatchSize"], &of("OdooCalls")["OdooCalls"]),
        (&json!(2), &json!(0))
    );
    let failure = of("Failures");
    assert_eq!(
        (&failure["Name"], &failure["order"]),
        (&json!("Refused"), &json!("woo/2"))
    );
    assert_eq!(metrics.len(), 3, "{metrics:?}");
}
