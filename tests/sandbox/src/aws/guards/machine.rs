//! Guards of the state machine. The emulator caps retry delays at a minute and ignores MaxDelaySeconds and
//! JitterStrategy, so that nothing there would show a wrong one.

use serde_json::Value;

use super::list;

/// A wait on a token ends before its queue forgets the message (14 days).
const WAIT_S: u64 = 1_209_600;
/// The names under which Lambda itself fails.
const PLATFORM: [&str; 6] = [
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.Unknown",
];

fn tasks(machine: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let states = machine["States"].as_object().into_iter().flatten();
    states
        .filter(|(_, state)| state["Type"] == "Task")
        .map(|(name, state)| (name.as_str(), state))
}

fn resource(state: &Value) -> &str {
    state["Resource"].as_str().unwrap_or_default()
}

fn retried<'a>(state: &'a Value, error: &str) -> Option<&'a Value> {
    list(&state["Retry"])
        .iter()
        .find(|retrier| list(&retrier["ErrorEquals"]).contains(&error.into()))
}

/// Every task ends some time, and one that waits for a token while the queue still has its message.
pub(super) fn timeouts(machine: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, state) in tasks(machine) {
        match state["TimeoutSeconds"].as_u64() {
            None => found.push(format!("{name} has no TimeoutSeconds")),
            Some(seconds) if seconds >= WAIT_S => {
                found.push(format!(
                    "{name} waits for {seconds} s, longer than its queue keeps the message"
                ));
            }
            Some(_) => {}
        }
    }
    found
}

/// Every retry says how long it waits at most, and whether its delays are spread; an outage is met with jitter.
pub(super) fn retries(machine: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, state) in tasks(machine) {
        for retrier in list(&state["Retry"])
            .iter()
            .filter(|retrier| retrier["MaxAttempts"] != 0)
        {
            let [first, most] = ["IntervalSeconds", "MaxDelaySeconds"].map(|key| retrier[key].as_u64());
            if first.zip(most).is_none_or(|(first, most)| most <= first) {
                found.push(format!(
                    "{name} has a retry without MaxDelaySeconds above IntervalSeconds"
                ));
            }
            if retrier["JitterStrategy"].is_null() || retrier["MaxAttempts"].is_null() {
                found.push(format!(
                    "{name} has a retry without JitterStrategy or MaxAttempts"
                ));
            }
        }
        if retried(state, "SystemUnavailable").is_none_or(|retrier| retrier["JitterStrategy"] != "FULL") {
            found.push(format!("{name} does not spread its retries of SystemUnavailable"));
        }
    }
    found
}

/// The platform's own names for a failure are dealt with as OutcomeUnknown, and a throttle as SystemUnavailable.
pub(super) fn platform_errors(machine: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, state) in tasks(machine).filter(|(_, state)| resource(state).contains(":lambda:")) {
        for (ours, theirs) in PLATFORM
            .map(|theirs| ("OutcomeUnknown", theirs))
            .into_iter()
            .chain([("SystemUnavailable", "Lambda.TooManyRequestsException")])
        {
            let like = retried(state, ours);
            if like.is_none() || like != retried(state, theirs) {
                found.push(format!("{name} does not treat {theirs} as {ours}"));
            }
        }
    }
    found
}

/// A cause is cut before it is kept: what a state hands on must stay small.
pub(super) fn causes(machine: &Value) -> Vec<String> {
    let text = machine.to_string();
    let uses = text.matches("errorOutput.Cause").count();
    let cut = text
        .matches("$substring($states.errorOutput.Cause, 0, 1500)")
        .count();
    if uses == cut {
        Vec::new()
    } else {
        vec![format!("{} causes are kept uncut", uses - cut)]
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
        let spoiled: [(Guard, &str, &str); 5] = [
            (timeouts, "\"TimeoutSeconds\": 75", "\"Was\": 75"),
            (
                timeouts,
                "\"TimeoutSeconds\": 1123200",
                "\"TimeoutSeconds\": 1209600",
            ),
            (retries, "\"JitterStrategy\": \"FULL\"", "\"Was\": \"FULL\""),
            (platform_errors, "\"Sandbox.Timedout\", ", ""),
            (
                causes,
                "$substring($states.errorOutput.Cause, 0, 1500)",
                "$states.errorOutput.Cause",
            ),
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
