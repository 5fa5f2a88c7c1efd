//! A run of the state machine, step by step, from its history. [`steps`] is pure.

use aws_sdk_sfn::types::HistoryEvent;
use serde::Serialize;

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The state's name.
    pub state: String,
    /// When it was entered, Unix milliseconds.
    pub entered_at_ms: i64,
    /// When it was left; nothing while it is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at_ms: Option<i64>,
    /// How often it was tried.
    pub tries: u32,
    /// The last failure of a try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<StepFailure>,
}

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepFailure {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Its name: `SystemUnavailable`.
    pub name: String,
    /// What it says.
    pub what: String,
    /// What to do about it, when it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// An event of a history, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// `TaskStateEntered`, `TaskFailed`, …
    pub kind: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// The state's name, of those that enter or leave one.
    pub state: Option<String>,
    /// Error and cause, of those that failed.
    pub error: Option<(String, String)>,
}

impl From<&HistoryEvent> for Event {
    fn from(event: &HistoryEvent) -> Self {
        let entered = event.state_entered_event_details().map(|d| d.name().to_owned());
        let left = event.state_exited_event_details().map(|d| d.name().to_owned());
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let failed = event
            .task_failed_event_details()
            .map(|d| (text(d.error()), text(d.cause())));
        let timed_out = event
            .task_timed_out_event_details()
            .map(|d| (d.error().unwrap_or("States.Timeout").to_owned(), text(d.cause())));
        let not_started = event
            .task_start_failed_event_details()
            .map(|d| (text(d.error()), text(d.cause())));
        let not_sent = event
            .task_submit_failed_event_details()
            .map(|d| (text(d.error()), text(d.cause())));
        Self {
            kind: event.r#type().as_str().to_owned(),
            at_ms: event.timestamp().to_millis().unwrap_or_default(),
            state: entered.or(left),
            error: failed.or(timed_out).or(not_started).or(not_sent),
        }
    }
}

/// The step that an event enters; nothing for states that only choose.
pub fn entered(event: &Event) -> Option<&str> {
    let state = event.state.as_deref()?;
    let enters = event.kind.ends_with("StateEntered") && super::words::step(state).is_some();
    enters.then_some(state)
}

/// The steps in a history, in its order. What only chooses is left out.
pub fn steps(history: &[Event]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut choosing = true;
    for event in history {
        if event.kind.ends_with("StateEntered") {
            let state = event.state.clone().unwrap_or_default();
            choosing = super::words::step(&state).is_none();
            if !choosing {
                steps.push(Step {
                    state,
                    entered_at_ms: event.at_ms,
                    left_at_ms: None,
                    tries: 0,
                    failure: None,
                });
            }
            continue;
        }
        let Some(step) = steps.last_mut().filter(|_| !choosing) else {
            continue;
        };
        if event.kind.ends_with("StateExited") {
            step.left_at_ms = Some(event.at_ms);
        } else if event.kind == "TaskScheduled" {
            step.tries += 1;
        } else if let Some((name, cause)) = &event.error {
            step.failure = Some(failure(event.at_ms, name, cause));
        }
    }
    // A failure that was caught leaves its state by no exit of its own.
    for index in 1..steps.len() {
        if steps[index - 1].left_at_ms.is_none() {
            steps[index - 1].left_at_ms = Some(steps[index].entered_at_ms);
        }
    }
    steps
}

/// Our functions' causes are failures as JSON, or errors of the platform with the failure as message.
fn failure(at_ms: i64, name: &str, cause: &str) -> StepFailure {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let cause_json = read(cause);
    let inner = cause_json
        .as_ref()
        .and_then(|value| value["errorMessage"].as_str())
        .and_then(read);
    let said = inner.or(cause_json);
    let field = |field: &str| {
        let value = said.as_ref()?.get(field)?;
        value.as_str().map(str::to_owned)
    };
    let plain: String = cause.chars().take(300).collect();
    StepFailure {
        at_ms,
        name: name.to_owned(),
        what: field("what").or_else(|| field("errorMessage")).unwrap_or(plain),
        remedy: field("remedy"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, at_ms: i64, state: Option<&str>) -> Event {
        Event {
            kind: kind.into(),
            at_ms,
            state: state.map(str::to_owned),
            error: None,
        }
    }

    #[test]
    fn a_step_counts_its_tries_and_keeps_its_last_failure() {
        let cause = r#"{"errorType":"SystemUnavailable","errorMessage":"{\"name\":\"SystemUnavailable\",\"what\":\"the gateway is away\",\"remedy\":\"wait\"}"}"#;
        let failed = Event {
            error: Some(("SystemUnavailable".into(), cause.into())),
            ..event("TaskFailed", 30, None)
        };
        let history = [
            event("ExecutionStarted", 0, None),
            event("TaskStateEntered", 10, Some("Authorize")),
            event("TaskScheduled", 20, None),
            failed,
            event("TaskScheduled", 40, None),
            event("TaskSucceeded", 50, None),
            event("TaskStateExited", 60, Some("Authorize")),
            event("ChoiceStateEntered", 61, Some("Decide")),
            event("ChoiceStateExited", 62, Some("Decide")),
            event("TaskStateEntered", 70, Some("Park")),
            event("TaskScheduled", 71, None),
        ];
        let steps = steps(&history);
        assert_eq!(steps.len(), 2);
        assert_eq!((steps[0].tries, steps[0].left_at_ms), (2, Some(60)));
        let failure = steps[0].failure.as_ref().unwrap();
        assert_eq!(
            (failure.what.as_str(), failure.remedy.as_deref()),
            ("the gateway is away", Some("wait"))
        );
        assert_eq!((steps[1].state.as_str(), steps[1].left_at_ms), ("Park", None));
    }

    #[test]
    fn the_last_step_is_found_behind_its_tries_and_what_only_chooses() {
        let newest_first = [
            event("ChoiceStateEntered", 90, Some("DeliveryDue")),
            event("TaskFailed", 80, None),
            event("TaskScheduled", 70, None),
            event("TaskStateEntered", 10, Some("Capture")),
            event("TaskStateExited", 9, Some("WriteOrder")),
        ];
        assert_eq!(newest_first.iter().find_map(entered), Some("Capture"));
    }

    #[test]
    fn a_step_whose_failure_was_caught_ends_where_the_next_begins() {
        let history = [
            event("TaskStateEntered", 10, Some("Authorize")),
            event("TaskStateEntered", 25, Some("TellShop")),
        ];
        assert_eq!(steps(&history)[0].left_at_ms, Some(25));
    }

    #[test]
    fn a_cause_that_is_no_json_is_told_as_it_is() {
        let failure = failure(0, "States.Timeout", "nobody came");
        assert_eq!((failure.what.as_str(), failure.remedy), ("nobody came", None));
    }
}
