//! Whatever invokes `review-desk`: the state machine, dead letters, ended executions, the schedule, people. The real
//! handler over tables in memory.

use crate::{
    mutate::Input,
    parts::{NOW, at_once, desk, order},
    secrets::{CARDS, PERSONS, TOKENS, assert_tells_none_of, found_in},
};
use domain::{event::EventId, failure::FailureName};
use runtime::{
    message::Via,
    stores::{OrderItem, Review, ReviewState},
};
use serde_json::{Value, json};

/// What no name can be. A token of the gateway can: it has the letters of an execution's name.
fn hidden() -> impl Iterator<Item = &'static str> {
    CARDS.into_iter().chain(PERSONS).chain([TOKENS[2]])
}

/// Any input ends in an answer or a refusal; every review says why and what to do, and shows no secret.
pub fn input(input: &Input) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&input.body) else {
        return;
    };
    // The id of a message is the queue's own.
    let records = value.get_mut("Records").and_then(Value::as_array_mut);
    for (i, record) in records.into_iter().flatten().enumerate() {
        if let Some(id) = record.get_mut("messageId").filter(|id| id.is_string()) {
            *id = format!("m{i}").into();
        }
    }
    let bench = desk();
    let letters = value["Records"].as_array().map_or(0, Vec::len);
    match at_once(bench.desk.handle(value)) {
        Ok(answer) => {
            let failed = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
            assert_eq!(failed, 0, "a dead letter comes again: {answer}");
            let reviews = at_once(bench.desk.reviews.list(ReviewState::Open, 600));
            let reviews = reviews.unwrap_or_else(|failure| panic!("{failure}"));
            assert!(
                !reviews.is_empty() || letters == 0,
                "a dead letter without a review"
            );
            for review in reviews {
                assert!(
                    !review.why.what.is_empty() && review.why.remedy.is_some(),
                    "{review:?}"
                );
                assert_tells_none_of(&review.why, hidden());
                let shown = serde_json::to_string(&review).unwrap_or_default();
                assert_eq!(found_in(&shown, hidden()), None, "{shown}");
            }
        }
        Err(failure) => {
            assert_eq!(failure.name, FailureName::Refused, "{failure}");
            assert_tells_none_of(&failure, hidden());
        }
    }
    let told = bench.topic.published();
    let told = told
        .iter()
        .map(|(subject, text)| format!("{subject} {text}"))
        .collect::<String>();
    assert_eq!(found_in(&told, hidden()), None, "{told}");
}

/// The event whose correction is tried.
const EVENT: &str = "own_2001_1795443606";

/// Whatever a person's editor leaves ends in a version of its own or in a refusal; neither quotes it, and what came
/// stays as it came.
pub fn correction(input: &Input) {
    let bench = desk();
    let came = order("own/2001");
    let version = EventId::of_order(&came);
    let item = OrderItem::recorded(&came, &version).opened(&came, &version, 1, NOW);
    let store = &came.key.store;
    let payloads = &bench.desk.payloads;
    let stored = at_once(async {
        payloads.store_content(version.as_str(), &came).await?;
        payloads.store(EVENT, store, Via::Webhook, b"{}").await?;
        bench.desk.orders.save(None, &item).await.map(|_| ())
    });
    stored.unwrap_or_else(|failure| panic!("{failure}"));
    let signed = json!({"action": "edit", "by": "jane", "reason": "typed in"});
    let parked = json!({"action": "open", "schema": 1, "order": "own/2001", "generation": 1, "version": version,
                        "step": "write-order", "error": "Refused", "token": "T"});
    let letter = json!({"schema": 1, "event": EVENT, "store": store, "via": "webhook"}).to_string();
    let letters = json!({"Records": [{"messageId": "m", "body": letter, "attributes": {}}]});
    for (opening, corrects, field, after) in [
        (
            parked,
            version.as_str(),
            "order",
            serde_json::from_slice(&input.body).unwrap_or_default(),
        ),
        (
            letters,
            EVENT,
            "body",
            json!(String::from_utf8_lossy(&input.body)),
        ),
    ] {
        let opened = at_once(bench.desk.handle(opening));
        opened.unwrap_or_else(|failure| panic!("{failure}"));
        let reviews = at_once(bench.desk.reviews.list(ReviewState::Open, 9)).unwrap_or_default();
        let of_this = |review: &&Review| review.order.is_some() == (field == "order");
        let review = reviews
            .iter()
            .find(of_this)
            .unwrap_or_else(|| panic!("no review of the {field}"));
        let mut asked = signed.clone();
        (asked["review"], asked["corrects"], asked[field]) = (json!(review.id), json!(corrects), after);
        match at_once(bench.desk.handle(asked)) {
            Ok(answer) => {
                assert_ne!(answer["version"], corrects, "what came was overwritten");
                let there = at_once(bench.desk.reviews.get(&review.id));
                let shown = there.map(|there| json!(there).to_string()).unwrap_or_default();
                assert_eq!(found_in(&shown, hidden()), None, "{shown}");
            }
            Err(failure) => {
                assert!(
                    matches!(failure.name, FailureName::Refused | FailureName::Conflict),
                    "{failure}"
                );
                assert_tells_none_of(&failure, hidden());
            }
        }
    }
    let kept = at_once(payloads.content(&came.key, version.as_str()));
    assert_eq!(kept.as_ref(), Ok(&came));
    let kept = at_once(payloads.payload(EVENT)).unwrap_or_default();
    assert_eq!(kept.map(|kept| kept.body), Some(b"{}".to_vec()));
}
