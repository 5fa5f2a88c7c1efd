//! Who invoked the function, told by the shape of its input.

use crate::{request::Request, stopped_steps::StoppedStep};
use aws_lambda_events::sqs::SqsEvent;
use domain::failure::{Failure, FailureName};
use runtime::message;
use serde::Deserialize;
use serde_json::Value;

/// What people may ask for.
const OPERATOR: [&str; 9] = [
    "list", "show", "redrive", "drop", "edit", "pause", "resume", "replay", "message",
];

/// What the function is invoked with.
pub(crate) enum Input {
    /// The state machine: a step stopped.
    Stopped(Box<StoppedStep>),
    /// A dead-letter queue.
    DeadLetters(SqsEvent),
    /// EventBridge: a run ended as it should not.
    RunEnded(EndedRun),
    /// The schedule.
    Sweep,
    /// Another one.
    Measure,
    /// A person.
    Operator(Request),
}

/// The part of EventBridge's "Step Functions Execution Status Change" that is used.
#[derive(Deserialize)]
pub(crate) struct EndedRun {
    /// The execution's name.
    pub name: String,
    /// `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
    /// Its input as JSON text; missing when it is too large for an event, which ours never are.
    #[serde(default)]
    pub input: Option<String>,
}

impl Input {
    pub(crate) fn read(input: Value) -> Result<Self, Failure> {
        if input.get("Records").is_some() {
            return message::read(input).map(Self::DeadLetters);
        }
        if input.get("source").and_then(Value::as_str) == Some("aws.states") {
            let detail = input.get("detail").cloned().unwrap_or_default();
            return message::read(detail).map(Self::RunEnded);
        }
        match input.get("action").and_then(Value::as_str) {
            Some("open") => message::read(input).map(|step| Self::Stopped(Box::new(step))),
            Some("sweep") => Ok(Self::Sweep),
            Some("measure") => Ok(Self::Measure),
            Some(action) if OPERATOR.contains(&action) => message::read(input).map(Self::Operator),
            _ => {
                let what = format!(
                    "the action is none of open, sweep, measure, {}",
                    OPERATOR.join(", ")
                );
                Err(Failure::new(FailureName::Refused, what).field("action"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_for_a_call_by_hand_are_understood() {
        let samples = [
            include_str!("../../../events/lambda/review-desk-drop.json"),
            include_str!("../../../events/lambda/review-desk-edit.json"),
            include_str!("../../../events/lambda/review-desk-list.json"),
            include_str!("../../../events/lambda/review-desk-message.json"),
            include_str!("../../../events/lambda/review-desk-open.json"),
            include_str!("../../../events/lambda/review-desk-pause.json"),
            include_str!("../../../events/lambda/review-desk-redrive.json"),
            include_str!("../../../events/lambda/review-desk-replay.json"),
            include_str!("../../../events/lambda/review-desk-resume.json"),
            include_str!("../../../events/lambda/review-desk-show.json"),
        ];
        for sample in samples {
            assert!(
                Input::read(serde_json::from_str(sample).unwrap()).is_ok(),
                "{sample}"
            );
        }
    }
}
