use super::*;
use crate::{batch::records, telemetry};
use effects::UnixMillis;

const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";

fn invocation() -> Invocation {
    Invocation::new("r-1", UnixMillis(1_795_446_000_000))
}

fn ids_of(input: &Value) -> Value {
    Value::Object(Work::of_invocation(&invocation(), input).within(ids))
}

#[test]
fn an_input_names_its_order_its_event_its_run_and_its_trace() {
    let input = json!({
        "schema": 1, "action": "capture", "order": "woo/1001", "generation": 2, "version": "woo_1001_1", "trace": TRACE,
    });
    let expected = json!({
        "request": "r-1", "trace": TRACE, "action": "capture", "order": "woo/1001", "generation": 2,
        "event": "woo_1001_1", "execution": "woo_1001-2",
    });
    assert_eq!(ids_of(&input), expected);
    let redriven = json!({"order": "woo/1001", "generation": 2, "execution": "arn:aws:states:eu:1:execution:m:woo_1001-2-r1"});
    assert_eq!(ids_of(&redriven)["execution"], "woo_1001-2-r1");
    let ended =
        json!({"source": "aws.states", "detail": {"name": "woo_1001-2-r1", "input": input.to_string()}});
    assert_eq!(
        (
            &ids_of(&ended)["order"],
            &ids_of(&ended)["execution"],
            &ids_of(&ended)["trace"]
        ),
        (&json!("woo/1001"), &json!("woo_1001-2-r1"), &json!(TRACE))
    );
}

#[test]
fn what_is_no_id_is_not_written_down() {
    let input = json!({
        "action": "Jane Doe", "order": "Jane Doe", "generation": "Jane", "event": "jane@example.com", "trace": "Jane Doe",
        "execution": "Jane Doe",
    });
    let ids = ids_of(&input);
    assert_eq!(ids["request"], "r-1");
    assert!(!ids.to_string().contains("ane"), "{ids}");
}

#[tokio::test]
async fn each_message_of_a_batch_has_its_own_trace_and_the_invocations_request() {
    let event = serde_json::from_value(json!({"Records": [
        {"messageId": "m-1", "receiptHandle": "r", "body": "{\"event\":\"woo_1_1\"}",
         "attributes": {"AWSTraceHeader": format!("Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")}},
        {"messageId": "m-2", "receiptHandle": "r", "body": "{\"event\":\"woo_2_1\"}", "attributes": {}},
        {"messageId": "m-3", "receiptHandle": "r", "body": format!("{{\"trace\":\"{TRACE}\"}}"), "attributes": {}},
    ]}));
    let records = records(event.unwrap());
    let batch = Work::of_invocation(&invocation(), &Value::Null);
    let seen = batch
        .scope(async {
            let mut seen = Vec::new();
            for record in &records {
                let work = Work::of_message(record);
                seen.push(work.scope(async { (ids(), trace().unwrap()) }).await);
            }
            seen
        })
        .await;
    assert_eq!(seen[0].1.parent.as_deref(), Some("53995c3f42cd8ad8"));
    let of = |place: usize, id: &str| seen[place].0.get(id).cloned().unwrap_or_default();
    assert_eq!([of(0, "trace"), of(2, "trace")], [json!(TRACE), json!(TRACE)]);
    assert!(of(1, "trace").as_str().unwrap().parse::<TraceId>().is_ok());
    for place in 0..3 {
        assert_eq!(of(place, "request"), "r-1");
        assert_eq!(of(place, "message_id"), format!("m-{}", place + 1));
    }
    assert_eq!(of(1, "event"), "woo_2_1");
}

#[tokio::test]
async fn what_becomes_known_on_the_way_is_in_every_later_line_at_every_level() {
    for level in ["info", "error"] {
        let ((), lines) = telemetry::captured(level, async {
            let work = Work::of_invocation(&invocation(), &json!({"event": "woo_1_1"}));
            work.scope(async {
                note(Id::Order, "woo/1");
                note(Id::Execution, "woo_1-1");
                note(Id::Execution, "woo_1-2");
                tracing::error!("it does not work");
            })
            .await;
        })
        .await;
        let span = &lines[0]["span"];
        assert_eq!(
            (
                &span["request"],
                &span["event"],
                &span["order"],
                &span["execution"]
            ),
            (
                &json!("r-1"),
                &json!("woo_1_1"),
                &json!("woo/1"),
                &json!("woo_1-2")
            )
        );
    }
}
