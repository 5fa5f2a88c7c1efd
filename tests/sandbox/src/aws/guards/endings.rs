//! Guards of the state machine's ends: no way out leaves money behind with nobody to know of it.

use serde_json::Value;

use super::list;

/// An outage of two days needs nobody, and leaves a person the rest of an authorization's life.
const PATIENCE_S: std::ops::RangeInclusive<u64> = 40 * 3_600..=49 * 3_600;

/// A state, what leads on from it, where to, and what is wrong otherwise.
const ENDS: [(&str, &str, &str, &str); 4] = [
    (
        "Decide",
        "decision = 'lapsed' and $states.input.failed.step = 'write-invoice'",
        "Park",
        "captured money without an invoice is forgotten when nobody decides",
    ),
    (
        "AfterReport",
        "failed.step = 'capture'",
        "Void",
        "money stays reserved when its capture is refused",
    ),
    (
        "WhatHasLeft",
        "delivered = true",
        "Park",
        "the money for goods that have left is let go without a person",
    ),
    (
        "WhatIsKept",
        "let_go = 'kept'",
        "Report",
        "nobody hears of the shop's own payment that is kept",
    ),
];

/// Money that is left somewhere is reported, parked, or let go.
pub(super) fn money(machine: &Value) -> Vec<String> {
    let states = &machine["States"];
    let mut found: Vec<String> = ENDS
        .iter()
        .filter(|(state, condition, next, _)| {
            let rule = list(&states[state]["Choices"])
                .iter()
                .find(|rule| rule["Condition"].as_str().is_some_and(|c| c.contains(condition)));
            rule.is_none_or(|rule| rule["Next"] != *next)
        })
        .map(|(state, _, _, wrong)| format!("{state}: {wrong}"))
        .collect();
    if states["Void"]["Next"] != "WhatIsKept" {
        found.push("Void does not ask what is kept".to_owned());
    }
    let refused = list(&states["Capture"]["Catch"])
        .iter()
        .find(|rule| list(&rule["ErrorEquals"]).contains(&"Refused".into()));
    if refused.is_none_or(|rule| rule["Next"] != "WhatHasLeft") {
        found.push("a refused capture does not ask what has left".to_owned());
    }
    found
}

/// Retries of an outage last nearly two days on average, jitter included. PushStock is tried briefly on purpose.
pub(super) fn patience(machine: &Value) -> Vec<String> {
    let states = machine["States"].as_object().into_iter().flatten();
    let tasks = states.filter(|(name, state)| state["Type"] == "Task" && *name != "PushStock");
    tasks
        .flat_map(|(name, state)| {
            ["SystemUnavailable", "OutcomeUnknown", "Misconfigured"].map(|error| (name, state, error))
        })
        .filter_map(|(name, state, error)| {
            let retrier = list(&state["Retry"])
                .iter()
                .find(|retrier| list(&retrier["ErrorEquals"]).contains(&error.into()))?;
            let waits = mean_s(retrier);
            (!PATIENCE_S.contains(&waits)).then(|| format!("{name} retries {error} for {waits} s"))
        })
        .collect()
}

/// How long a retrier waits in all, on average. Full jitter takes half of each delay.
fn mean_s(retrier: &Value) -> u64 {
    let number = |key: &str| retrier[key].as_u64().unwrap_or_default();
    let (mut delay, mut all) = (number("IntervalSeconds"), 0);
    for _ in 0..number("MaxAttempts") {
        all += delay;
        delay = (delay * number("BackoffRate")).min(number("MaxDelaySeconds"));
    }
    match retrier["JitterStrategy"] == "FULL" {
        true => all / 2,
        false => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::lint::filled_machine;

    type Guard = fn(&Value) -> Vec<String>;

    #[test]
    fn each_guard_passes_the_state_machine_and_finds_what_was_spoiled() {
        let text = filled_machine().unwrap();
        let spoiled: [(Guard, &str, &str); 7] = [
            (money, "decision = 'lapsed' and", "decision = 'gone' and"),
            (
                money,
                "{% $states.input.failed.step = 'capture' %}\", \"Next\": \"Void\"",
                "{% $states.input.failed.step = 'capture' %}\", \"Next\": \"CancelOrder\"",
            ),
            (money, "let_go = 'kept'", "let_go = 'left'"),
            (
                money,
                "input.delivered = true %}\", \"Next\": \"Park\"",
                "input.delivered = true %}\", \"Next\": \"Void\"",
            ),
            (money, "\"Next\": \"WhatHasLeft\"", "\"Next\": \"Report\""),
            (money, "\"Next\": \"WhatIsKept\"", "\"Next\": \"CancelOrder\""),
            (patience, "\"MaxAttempts\": 350", "\"MaxAttempts\": 198"),
        ];
        for (guard, from, to) in spoiled {
            assert_eq!(guard(&serde_json::from_str(&text).unwrap()), Vec::<String>::new());
            let bad = text.replacen(from, to, 1);
            assert_ne!(bad, text, "{from} is not in the state machine");
            assert!(
                !guard(&serde_json::from_str(&bad).unwrap()).is_empty(),
                "{from} → {to}"
            );
        }
    }
}
