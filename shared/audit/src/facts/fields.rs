//! What may be shown of an item: a list per kind. Ids, states, numbers, times; nothing of a person, nothing of a card,
//! nothing another system wrote in its own words.

use domain::card_number::is_card_number;
use serde_json::Value;
use std::collections::BTreeMap;

/// Longest text that is shown.
const LENGTH_MAX: usize = 160;
/// In place of what should be an id and is not.
const HIDDEN: &str = "(hidden)";

const ORDER: &[&str] = &[
    "/body/state",
    "/body/generation",
    "/body/redrives",
    "/body/newest",
    "/body/newest_at",
    "/body/opened_by",
    "/body/opened_at_ms",
    "/body/in_odoo",
    "/body/telling_since_ms",
];
const EFFECT: &[&str] = &[
    "/state",
    "/attempt",
    "/owner",
    "/request_id",
    "/redrives",
    "/created_at_ms",
    "/first_sent_at_ms",
    "/last_sent_at_ms",
    "/ttl",
    "/result/transaction",
    "/result/amount_minor",
    "/result/currency",
    "/result/state",
    "/result/owned",
    "/result/sale_order/id",
    "/result/draft/id",
    "/result/invoice/id",
    "/result/payment/id",
    "/result/version",
    "/result/name",
    "/result/field",
];
const PAYLOAD: &[&str] = &[
    "/body/store",
    "/body/via",
    "/body/sha256",
    "/body/received_at_ms",
    "/body/queued",
    "/ttl",
];
const CONTENT: &[&str] = &["/ttl"];
const PAYMENT: &[&str] = &["/body/order", "/body/at_ms", "/ttl"];
const REVIEW: &[&str] = &[
    "/body/id",
    "/body/about",
    "/body/state",
    "/body/doing",
    "/body/order",
    "/body/why/name",
    "/body/why/field",
    "/body/input",
    "/body/times",
    "/body/opened_at_ms",
    "/body/changed_at_ms",
    "/ttl",
];

/// The fields of an item that may be shown, by their names without the `body`.
pub(crate) fn fields(pk: &str, item: &Value) -> BTreeMap<String, Value> {
    let shown_of = match pk.split('/').next().unwrap_or_default() {
        "order" => ORDER,
        "effect" => EFFECT,
        "payload" => PAYLOAD,
        "content" => CONTENT,
        "payment-used" => PAYMENT,
        "review" => REVIEW,
        "breaker" => return breaker(item),
        _ => &[],
    };
    let mut fields: BTreeMap<String, Value> = shown_of
        .iter()
        .filter_map(|pointer| {
            let value = item.pointer(pointer).filter(|value| !value.is_null())?;
            let name = pointer.trim_start_matches("/body").trim_start_matches('/');
            Some((name.replace('/', "."), scalar(value)))
        })
        .collect();
    if let Some(edits) = item.pointer("/body/edits").and_then(Value::as_array) {
        fields.insert("edits".to_owned(), edits.len().into());
        for name in ["corrects", "version"] {
            let last = edits.last().and_then(|edit| edit.get(name));
            fields.extend(last.map(|value| (name.to_owned(), scalar(value))));
        }
    }
    fields
}

/// How a breaker stands. What it counts and when it tries again is no fact.
fn breaker(item: &Value) -> BTreeMap<String, Value> {
    let there = |pointer: &str| {
        item.pointer(pointer)
            .is_some_and(|value| !value.is_null() && *value != Value::Bool(false))
    };
    BTreeMap::from([
        ("open".to_owned(), there("/body/open").into()),
        (
            "misconfigured".to_owned(),
            there("/body/open/misconfigured").into(),
        ),
        ("paused".to_owned(), there("/body/paused").into()),
    ])
}

fn scalar(value: &Value) -> Value {
    match value {
        Value::Bool(_) => value.clone(),
        Value::Number(number) if !is_card_number(&number.to_string()) => value.clone(),
        value => shown(value).map_or_else(|| HIDDEN.into(), Value::from),
    }
}

/// A text that looks like an id, a state or a time; a number as text. Anything else was put there by somebody else.
pub(crate) fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    is_name(&text).then_some(text)
}

/// Whether a text has the alphabet of ids, states and times.
pub(crate) fn is_name(text: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"-_/.:#[]".contains(&b);
    text.len() <= LENGTH_MAX && text.bytes().all(alphabet) && !is_card_number(text)
}

/// Who decided it, in the name they go by. Why they did is theirs to say in the review: free text is not shown.
pub(crate) fn person(fact: &str, item: &Value) -> Option<String> {
    let body = item.get("body")?;
    let told = match fact {
        "review redriven" | "review dropped" => body.get("decided_by"),
        "review edited" => body.get("edits").and_then(Value::as_array)?.last()?.get("by"),
        "system paused" => body.pointer("/paused/by"),
        _ => None,
    };
    let name = told?
        .as_str()?
        .chars()
        .filter(|c| !c.is_control())
        .take(LENGTH_MAX);
    Some(name.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_shown_that_is_not_on_the_list_or_does_not_look_like_an_id() {
        let item = json!({"state": "Applied", "attempt": 2, "fingerprint": {"hashes": {"amount": "ab"}},
            "result": {"transaction": "TRN_1", "what": "declined for Jane", "field": "Jane Doe, 1 Main Street"}});
        assert_eq!(
            json!(fields("effect/authorize/woo/1/1", &item)),
            json!({"state": "Applied", "attempt": 2, "result.transaction": "TRN_1", "result.field": "(hidden)"})
        );
        let card = json!({"body": {"input": "4263970000005262", "task_token": "secret", "state": "open"}});
        assert_eq!(
            json!(fields("review/1", &card)),
            json!({"input": "(hidden)", "state": "open"})
        );
        let card = json!({"state": "Applied", "attempt": 4_263_970_000_005_262_u64});
        assert_eq!(
            json!(fields("effect/authorize/woo/1/1", &card)),
            json!({"state": "Applied", "attempt": "(hidden)"})
        );
    }
}
