//! Events that could not be used, corrected by a person.

use crate::bench::{Bench, bench, dead_letters};
use domain::failure::FailureName;
use runtime::message::Via;
use serde_json::{Value, json};

const EVENT: &str = "own_2001_1795443606";

/// The body of a shop's event, its order changed.
fn body(change: impl FnOnce(&mut Value)) -> String {
    let sample = include_str!("../../../../events/standard/order-usd-discount.json");
    let mut body: Value = serde_json::from_str(sample).unwrap();
    body["data"]["modified_at"] = json!("2026-11-23T14:20:06Z");
    body["data"]["key"] = json!("own/2001");
    change(&mut body["data"]);
    body.to_string()
}

/// An event whose order has a line without an article, and the review of it.
async fn unusable(bench: &Bench) -> String {
    let came = body(|order| order["lines"][0]["sku"] = json!(""));
    let store = "own".parse().unwrap();
    bench
        .desk
        .payloads
        .store(EVENT, &store, Via::Webhook, came.as_bytes())
        .await
        .unwrap();
    let letter = json!({"schema": 1, "event": EVENT, "store": "own", "via": "webhook"});
    bench.invoke(dead_letters(&[letter])).await.unwrap();
    bench.only().await["id"].as_str().unwrap().to_owned()
}

fn edit(review: &str, body: &str) -> Value {
    json!({"action": "edit", "review": review, "corrects": EVENT, "body": body, "by": "jane", "reason": "typed in"})
}

#[tokio::test]
async fn a_corrected_event_is_let_in_under_a_name_of_its_own() {
    let bench = bench();
    let review = unusable(&bench).await;
    let right = body(|_| {});
    let correction = edit(&review, &right);
    let answer = bench.invoke(correction.clone()).await.unwrap();
    assert_eq!(answer["fields"], json!(["data.lines[0].sku"]));
    let version = answer["version"].as_str().unwrap().to_owned();
    assert_eq!(
        bench.invoke(correction).await.unwrap()["version"],
        version.as_str(),
        "twice is once"
    );
    let came = bench.desk.payloads.payload(EVENT).await.unwrap().unwrap();
    assert!(
        String::from_utf8(came.body).unwrap().contains("\"sku\":\"\""),
        "what came stays as it came"
    );
    let kept = bench.desk.payloads.payload(&version).await.unwrap().unwrap();
    assert_eq!((kept.body, kept.via), (right.into_bytes(), Via::Operator));
    let redriven = bench
        .invoke(json!({"action": "redrive", "review": review, "by": "jane"}))
        .await
        .unwrap();
    assert_eq!(
        redriven["redriven"],
        "the event was let in again, as it was corrected"
    );
    let sent = bench.inbox.sent();
    assert_eq!((sent.len(), &sent[0].body["event"]), (1, &json!(version)));
    assert_eq!(
        sent[0].group.as_deref(),
        Some("own_2001"),
        "in order with the order's other events"
    );
}

#[tokio::test]
async fn a_correction_the_shops_own_reader_refuses_is_refused_and_not_quoted() {
    let bench = bench();
    let review = unusable(&bench).await;
    let wrong = [
        body(|order| order["total_minor"] = json!(1)),
        body(|order| order["lines"][0]["sku"] = json!("")),
        body(|order| order["note"] = json!("4111111111111111")),
        body(|order| order["key"] = json!("own/2002")),
        body(|order| order["modified_at"] = json!("2026-11-24T14:20:06Z")),
        "Jane Doe".to_owned(),
        String::new(),
    ];
    for body in wrong {
        let refused = bench.invoke(edit(&review, &body)).await.unwrap_err();
        assert!(
            matches!(refused.name, FailureName::Refused | FailureName::Conflict),
            "{refused}"
        );
        assert!(
            !refused.to_string().contains("Jane") && !refused.to_string().contains("4111"),
            "{refused}"
        );
    }
    let mut whole_order = edit(&review, "");
    whole_order["body"] = json!(null);
    assert_eq!(
        bench.invoke(whole_order).await.unwrap_err().field.as_deref(),
        Some("body")
    );
    let mut stale = edit(&review, &body(|_| {}));
    stale["corrects"] = json!("own_2001_1");
    assert_eq!(bench.invoke(stale).await.unwrap_err().name, FailureName::Conflict);
}

#[tokio::test]
async fn where_there_is_nothing_to_do_again_there_is_nothing_to_correct() {
    let bench = bench();
    bench.invoke(dead_letters(&[json!("?")])).await.unwrap();
    let review = bench.only().await["id"].as_str().unwrap().to_owned();
    let refused = bench.invoke(edit(&review, &body(|_| {}))).await.unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    assert_eq!(
        (shown["can"].get("edit"), shown["can"].get("redrive")),
        (None, None)
    );
}
