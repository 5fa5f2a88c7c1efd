//! What people do beside the reviews: pausing systems, letting events in again, messages of dead-letter queues.

use crate::bench::{Bench, bench};
use domain::failure::FailureName;
use runtime::{message::Via, metrics, stores::ReviewState, telemetry};
use serde_json::{Value, json};

async fn asked(bench: &Bench, action: &str, about: Value) -> Result<Value, FailureName> {
    let mut input = about;
    input["action"] = json!(action);
    for (name, value) in [("by", "jane"), ("reason", "moving house")] {
        input[name] = json!(value);
    }
    bench.invoke(input).await.map_err(|failure| failure.name)
}

async fn deeds(bench: &Bench) -> Vec<(String, Option<String>, Option<String>)> {
    let mut all = Vec::new();
    for state in [ReviewState::Redriven, ReviewState::Dropped] {
        let reviews = bench.desk.reviews.list(state, 9).await.unwrap();
        all.extend(
            reviews
                .into_iter()
                .map(|one| (one.doing, one.decided_by, one.reason)),
        );
    }
    all
}

#[tokio::test]
async fn a_system_is_paused_and_resumed_and_both_have_a_name() {
    let bench = bench();
    let answer = asked(&bench, "pause", json!({"system": "odoo"})).await.unwrap();
    assert_eq!(answer["paused"]["by"], "jane");
    assert!(answer["note"].as_str().unwrap().contains("two days"));
    assert!(bench.desk.breaker.is_open("odoo").await.unwrap());
    assert!(!bench.desk.breaker.is_open("gp-api").await.unwrap());
    let answer = asked(&bench, "resume", json!({"system": "odoo"})).await.unwrap();
    assert_eq!(answer["was_paused"]["reason"], "moving house");
    assert!(!bench.desk.breaker.is_open("odoo").await.unwrap());
    let said = (
        "resume-system".to_owned(),
        Some("jane".to_owned()),
        Some("moving house".to_owned()),
    );
    assert_eq!(deeds(&bench).await, [said]);
    assert!(
        bench.list().await.is_empty() && bench.topic.published().is_empty(),
        "it is nobody's work"
    );
}

#[tokio::test]
async fn only_systems_that_are_there_are_paused_and_only_paused_ones_resumed() {
    let bench = bench();
    for system in ["shop-nobody", "heartland", "", "odoo "] {
        let refused = asked(&bench, "pause", json!({"system": system})).await;
        assert_eq!(refused, Err(FailureName::Refused), "{system}");
    }
    assert_eq!(
        asked(&bench, "resume", json!({"system": "odoo"})).await,
        Err(FailureName::Refused)
    );
    for system in ["gp-api", "shop-woo", "shop-own"] {
        asked(&bench, "pause", json!({"system": system})).await.unwrap();
    }
    let unsigned = bench
        .invoke(json!({"action": "pause", "system": "odoo", "reason": "r"}))
        .await;
    assert_eq!(unsigned.unwrap_err().field.as_deref(), Some("by"));
}

#[tokio::test]
async fn an_event_is_let_in_again_each_time_a_person_says_so() {
    let bench = bench();
    let unknown = asked(&bench, "replay", json!({"event": "woo_1001_1"})).await;
    assert_eq!(unknown, Err(FailureName::Refused));
    let body = include_bytes!("../../../../events/woocommerce/order-usd-two-taxes.json");
    let store = "woo".parse().unwrap();
    bench
        .desk
        .payloads
        .store("woo_1001_1", &store, Via::Webhook, body)
        .await
        .unwrap();
    for _ in 0..2 {
        asked(&bench, "replay", json!({"event": "woo_1001_1"}))
            .await
            .unwrap();
        bench.clock.advance_ms(1);
    }
    let sent = bench.inbox.sent();
    assert_eq!((sent.len(), &sent[0].body["via"]), (2, &json!("operator")));
    assert_eq!(sent[0].group.as_deref(), Some("woo_1001"));
    assert_ne!(
        sent[0].dedup, sent[1].dedup,
        "the queue must not take the second one for a repeat"
    );
    assert_eq!(deeds(&bench).await.len(), 1);
}

#[tokio::test]
async fn what_was_done_about_a_message_is_written_down_without_it() {
    let bench = bench();
    let message = |decision: &str| json!({"queue": "LastResort", "message": "m-1", "decision": decision});
    let noted = metrics::captured(asked(&bench, "message", message("dropped")));
    let ((answer, lines), logs) = telemetry::captured("warn", noted).await;
    answer.unwrap();
    assert!(
        lines.iter().all(|line| line.get("ReviewsOpened").is_none()) && logs.is_empty(),
        "what a person has done is no news: {lines:?} {logs:?}"
    );
    let said = (
        "read-dead-letter".to_owned(),
        Some("jane".to_owned()),
        Some("moving house".to_owned()),
    );
    assert_eq!(deeds(&bench).await, [said]);
    assert_eq!(
        asked(&bench, "message", message("open")).await,
        Err(FailureName::Refused)
    );
}
