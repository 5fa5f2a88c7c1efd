use crate::bench::{bench, order, token};
use event_router::Routed;
use runtime::{
    items::{Items, NewItem, Replaced},
    message::{InboxEvent, Via},
};
use serde_json::json;

#[tokio::test]
async fn what_cannot_be_used_is_a_review_and_is_not_retried() {
    let bench = bench();
    let a_cent_off = {
        let mut order = order(8, 0, token());
        order["total_minor"] = json!(1001);
        bench.keep(&order).await
    };
    let rubbish = bench.keep_body(b"rubbish").await;
    let gone = InboxEvent {
        event: "own_9_1".into(),
        ..rubbish.clone()
    };
    for event in [&a_cent_off, &rubbish, &gone] {
        assert_eq!(bench.router.route(event).await.unwrap(), Routed::Review);
        assert_eq!(bench.router.route(event).await.unwrap(), Routed::Review);
    }
    let reviews = bench.reviews().await;
    assert_eq!(reviews.len(), 3);
    assert!(reviews.iter().all(|review| review.redrive["kind"] == "event"));
    assert!(bench.runs().is_empty());
}

#[tokio::test]
async fn a_body_that_somebody_has_changed_in_the_table_is_a_review() {
    let bench = bench();
    let event = bench.keep(&order(8, 0, token())).await;
    let pk = format!("payload/{}", event.event);
    let item = bench.items.get(&pk).await.unwrap().unwrap();
    let changed = NewItem {
        bytes: Some(b"another".to_vec()),
        ..NewItem::new(pk, item.body)
    };
    let replaced = bench.items.replace(item.version, changed).await.unwrap();
    assert_eq!(replaced, Replaced::Done);
    assert_eq!(bench.router.route(&event).await.unwrap(), Routed::Review);
    assert!(bench.runs().is_empty());
}

#[tokio::test]
async fn a_message_of_another_shape_is_a_review() {
    let bench = bench();
    let batch =
        serde_json::from_value(json!({"Records": [{"messageId": "m", "body": "{\"event\": 7}"}]})).unwrap();
    let answer = bench.router.route_all(batch, &*bench.inbox).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(bench.reviews().await.len(), 1);
}

/// The samples every shop simulator sends.
#[tokio::test]
async fn refused_samples_are_reviews() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/refused");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.contains("card-number-in-note") {
            continue; // never gets past the intake
        }
        let bench = bench();
        let store = if name.starts_with("standard") {
            "own"
        } else {
            "woo"
        }
        .parse()
        .unwrap();
        bench
            .router
            .payloads
            .store("sample", &store, Via::Webhook, &std::fs::read(&path).unwrap())
            .await
            .unwrap();
        let event = InboxEvent {
            schema: 1,
            event: "sample".into(),
            store,
            via: Via::Webhook,
        };
        assert_eq!(
            bench.router.route(&event).await.unwrap(),
            Routed::Review,
            "{name}"
        );
    }
}
