//! The names of facts, by kind of item and by what changed. They are part of the trail for seven years: new ones are
//! added, none is renamed.

use serde_json::Value;

/// What happened to an item; nothing when it is no fact. The images are plain JSON.
pub(crate) fn name(pk: &str, before: Option<&Value>, after: Option<&Value>) -> Option<String> {
    let kind = pk.split('/').next().unwrap_or_default();
    let told = match (kind, before, after) {
        (_, None, None) => return None,
        ("breaker", _, _) => return system(before, after).map(str::to_owned),
        ("effect", _, _) => return Some(effect(pk, before, after)),
        ("payload", None, _) => "event received",
        ("content", None, _) => "content kept",
        ("payment-used", None, _) => "payment claimed",
        ("order", before, Some(after)) => order(before, after),
        ("review", before, Some(after)) => review(before, after),
        ("payload", Some(before), Some(after)) if !is(before, "queued") && is(after, "queued") => {
            "event handed on"
        }
        (kind, _, None) => return Some(format!("{} removed", noun(kind))),
        (kind, _, Some(_)) => return Some(format!("{} changed", noun(kind))),
    };
    Some(told.to_owned())
}

fn noun(kind: &str) -> &str {
    match kind {
        "payload" => "event",
        "payment-used" => "payment",
        kind => kind,
    }
}

fn body<'a>(item: &'a Value, name: &str) -> Option<&'a Value> {
    item.get("body")?.get(name).filter(|value| !value.is_null())
}

fn is(item: &Value, name: &str) -> bool {
    body(item, name) == Some(&Value::Bool(true))
}

fn count(item: &Value, name: &str) -> u64 {
    body(item, name).and_then(Value::as_u64).unwrap_or_default()
}

/// `effect {kind} {state}`.
fn effect(pk: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    let kind = pk.split('/').nth(1).unwrap_or_default();
    let state = |item: Option<&Value>| item.and_then(|item| item.get("state")?.as_str().map(str::to_owned));
    let attempt = |item: Option<&Value>| item.and_then(|item| item.get("attempt")).cloned();
    let (was, state) = (state(before), state(after));
    let what = match state {
        _ if after.is_none() => "removed",
        Some(ref state) if was.as_ref() != Some(state) => STATES
            .into_iter()
            .find(|known| known == state)
            .unwrap_or("changed"),
        _ if attempt(before) != attempt(after) => "claimed again",
        _ => "changed",
    };
    format!("effect {kind} {what}")
}

/// As the ledger spells them.
const STATES: [&str; 6] = ["Intended", "Sent", "Unknown", "Applied", "Refused", "Cancelled"];

fn order(before: Option<&Value>, after: &Value) -> &'static str {
    let state = |item: &Value| body(item, "state").and_then(Value::as_str).map(str::to_owned);
    let now = state(after);
    let Some(before) = before else {
        return match now.as_deref() {
            Some("open") => "order opened",
            _ => "order recorded",
        };
    };
    let was = state(before);
    let changed = |name| body(before, name) != body(after, name);
    match now.as_deref() {
        _ if count(after, "generation") > count(before, "generation") => "order opened",
        _ if count(after, "redrives") > count(before, "redrives") => "order redriven",
        Some("completed") if was != now => "order completed",
        Some("closed") if was != now => "order closed",
        Some("open") if was != now => "order opened again",
        _ if !is(before, "in_odoo") && is(after, "in_odoo") => "order written to Odoo",
        _ if changed("our_writes") => "shop told",
        _ if body(before, "telling_since_ms").is_none() && body(after, "telling_since_ms").is_some() => {
            "shop about to be told"
        }
        _ if changed("newest") || changed("newest_at") => "newer version seen",
        _ => "order changed",
    }
}

fn review(before: Option<&Value>, after: &Value) -> &'static str {
    let state = |item: &Value| body(item, "state").and_then(Value::as_str).map(str::to_owned);
    // What a person did beside the reviews is written down as one that was never open.
    let again = before.is_none_or(|before| count(after, "times") > count(before, "times"));
    let is_news = again || before.and_then(state) != state(after);
    match (state(after).as_deref(), before) {
        (Some("redriven"), _) if is_news => "review redriven",
        (Some("dropped"), _) if is_news => "review dropped",
        (_, None) => "review opened",
        (Some("open"), Some(_)) if again => "review opened again",
        (_, Some(before)) if last_edit(after).is_some() && last_edit(before) != last_edit(after) => {
            "review edited"
        }
        _ => "review changed",
    }
}

fn last_edit(item: &Value) -> Option<&Value> {
    body(item, "edits")?.as_array()?.last()
}

/// A breaker that counts a failure or lets a probe through has not changed for the trail.
fn system(before: Option<&Value>, after: Option<&Value>) -> Option<&'static str> {
    let there = |item: Option<&Value>, name| {
        item.is_some_and(|item| body(item, name).is_some_and(|v| *v != Value::Bool(false)))
    };
    let misconfigured = |item: Option<&Value>| {
        item.and_then(|item| item.pointer("/body/open/misconfigured"))
            .is_some_and(|value| *value == Value::Bool(true))
    };
    match (there(before, "paused"), there(after, "paused")) {
        (false, true) => return Some("system paused"),
        (true, false) => return Some("system resumed"),
        _ => {}
    }
    match (there(before, "open"), there(after, "open")) {
        (false, true) => Some("breaker opened"),
        (true, false) => Some("breaker closed"),
        (true, true) if misconfigured(before) != misconfigured(after) => {
            Some("breaker opened for another reason")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(pk: &str, before: Option<Value>, after: Option<Value>) -> Option<String> {
        name(pk, before.as_ref(), after.as_ref())
    }

    #[test]
    fn an_effect_is_named_by_the_state_it_comes_to() {
        let at = |state: &str, attempt: u32| Some(json!({"state": state, "attempt": attempt}));
        let pk = "effect/capture/woo/1001/1";
        let cases = [
            (None, at("Intended", 1), "effect capture Intended"),
            (at("Sent", 1), at("Applied", 1), "effect capture Applied"),
            (at("Unknown", 1), at("Unknown", 2), "effect capture claimed again"),
            (at("Applied", 1), at("Applied", 1), "effect capture changed"),
            (at("Applied", 1), at("Jane Doe", 1), "effect capture changed"),
            (at("Applied", 1), None, "effect capture removed"),
        ];
        for (before, after, fact) in cases {
            assert_eq!(named(pk, before, after).as_deref(), Some(fact));
        }
    }

    #[test]
    fn an_order_is_named_by_what_became_of_it() {
        let order = |body: Value| Some(json!({"body": body}));
        let open = order(json!({"state": "open", "generation": 1}));
        let pk = "order/woo/1001";
        assert_eq!(named(pk, None, open.clone()).as_deref(), Some("order opened"));
        let cases = [
            (json!({"state": "open", "generation": 2}), "order opened"),
            (
                json!({"state": "open", "generation": 1, "redrives": 1}),
                "order redriven",
            ),
            (json!({"state": "completed", "generation": 1}), "order completed"),
            (json!({"state": "closed", "generation": 1}), "order closed"),
            (
                json!({"state": "open", "generation": 1, "in_odoo": true}),
                "order written to Odoo",
            ),
            (
                json!({"state": "open", "generation": 1, "telling_since_ms": 5}),
                "shop about to be told",
            ),
            (
                json!({"state": "open", "generation": 1, "our_writes": [{}]}),
                "shop told",
            ),
            (
                json!({"state": "open", "generation": 1, "newest": "woo_1001_2"}),
                "newer version seen",
            ),
            (
                json!({"state": "open", "generation": 1, "facts": 1}),
                "order changed",
            ),
        ];
        for (after, fact) in cases {
            assert_eq!(named(pk, open.clone(), order(after)).as_deref(), Some(fact));
        }
        assert_eq!(named(pk, open, None).as_deref(), Some("order removed"));
    }

    #[test]
    fn a_breaker_is_a_fact_when_it_opens_or_closes_and_not_when_it_counts() {
        let breaker = |body: Value| Some(json!({"body": body}));
        let counting = breaker(json!({"failures": 3, "open": null}));
        let open = breaker(json!({"failures": 5, "open": {"misconfigured": false, "times": 1}}));
        let probing = breaker(json!({"failures": 5, "open": {"misconfigured": false, "times": 2}}));
        let pk = "breaker/odoo";
        assert_eq!(named(pk, None, counting.clone()), None);
        assert_eq!(
            named(pk, counting, open.clone()).as_deref(),
            Some("breaker opened")
        );
        assert_eq!(named(pk, open.clone(), probing), None);
        assert_eq!(
            named(pk, open, breaker(json!({}))).as_deref(),
            Some("breaker closed")
        );
        let paused = breaker(json!({"paused": {"by": "arn"}}));
        assert_eq!(named(pk, None, paused.clone()).as_deref(), Some("system paused"));
        assert_eq!(
            named(pk, paused, breaker(json!({}))).as_deref(),
            Some("system resumed")
        );
    }

    #[test]
    fn the_rest_is_named_by_kind() {
        let some = || Some(json!({"body": {"state": "open", "times": 1}}));
        let names = |pk| {
            [
                named(pk, None, some()).unwrap(),
                named(
                    pk,
                    some(),
                    Some(json!({"body": {"queued": true, "state": "dropped"}})),
                )
                .unwrap(),
                named(pk, some(), None).unwrap(),
            ]
        };
        assert_eq!(
            names("payload/e"),
            ["event received", "event handed on", "event removed"]
        );
        assert_eq!(
            names("content/e"),
            ["content kept", "content changed", "content removed"]
        );
        assert_eq!(
            names("payment-used/t"),
            ["payment claimed", "payment changed", "payment removed"]
        );
        assert_eq!(
            names("review/r"),
            ["review opened", "review dropped", "review removed"]
        );
    }

    #[test]
    fn what_was_done_beside_the_reviews_is_a_decision_each_time() {
        let noted = |times: u32| Some(json!({"body": {"state": "redriven", "times": times}}));
        let fact = |before, after| named("review/r", before, after).unwrap();
        assert_eq!(fact(None, noted(1)), "review redriven");
        assert_eq!(fact(noted(1), noted(2)), "review redriven");
        assert_eq!(fact(noted(2), noted(2)), "review changed");
        let open = Some(json!({"body": {"state": "open", "times": 3}}));
        assert_eq!(fact(noted(2), open), "review opened again");
    }
}
