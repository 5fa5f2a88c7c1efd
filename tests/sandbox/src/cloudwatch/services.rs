//! The metrics AWS's own services would have, from what the emulator shows of them.

use std::collections::BTreeMap;

use aws_sdk_sfn::types::ExecutionStatus;

use super::log_lines::Invocation;
use super::{Metric, Millis, Sample};
use crate::aws::Message;

type Samples = Vec<(Metric, Sample)>;

/// AWS/Lambda: each invocation counts, as one that failed or not. The emulator turns none away.
pub(super) fn of_invocation(function: &str, timeout_ms: f64, invocation: &Invocation) -> Samples {
    let failed = invocation.failed || invocation.duration_ms >= timeout_ms;
    let of = |name: &str, value: f64| {
        let metric = Metric::new("AWS/Lambda", name, &[("FunctionName", function)]);
        (
            metric,
            Sample {
                at: invocation.at,
                value,
            },
        )
    };
    vec![
        of("Invocations", 1.0),
        of("Errors", f64::from(u8::from(failed))),
        of("Throttles", 0.0),
        of("Duration", invocation.duration_ms),
    ]
}

/// AWS/ApiGateway: each invocation of the intake is a request; one that failed was answered with 502.
pub(super) fn of_request(api: &str, intake: &Invocation) -> Samples {
    let of = |name: &str, value: f64| {
        let metric = Metric::new("AWS/ApiGateway", name, &[("ApiId", api)]);
        (metric, Sample { at: intake.at, value })
    };
    vec![of("Count", 1.0), of("5xx", f64::from(u8::from(intake.failed)))]
}

/// AWS/SQS: how many messages wait in each queue, how many somebody has in hand, and the age of the oldest in seconds.
pub(super) fn of_queues(queues: &[String], messages: &[Message], at: Millis) -> Samples {
    let mut found = Vec::new();
    for queue in queues {
        let ours = || messages.iter().filter(|message| message.queue == *queue);
        let visible = ours().filter(|message| message.visible).count();
        let in_hand = ours().count() - visible;
        let age_s = ours()
            .map(|message| at / 1000 - message.sent_s)
            .max()
            .unwrap_or(0);
        for (name, value) in [
            ("ApproximateNumberOfMessagesVisible", visible as f64),
            ("ApproximateNumberOfMessagesNotVisible", in_hand as f64),
            ("ApproximateAgeOfOldestMessage", age_s.max(0) as f64),
        ] {
            let metric = Metric::new("AWS/SQS", name, &[("QueueName", queue)]);
            found.push((metric, Sample { at, value }));
        }
    }
    found
}

/// A run as it was last seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// Its state machine.
    pub machine: String,
    /// When it began.
    pub began: Millis,
    /// When it ended, and how.
    pub ended: Option<(Millis, ExecutionStatus)>,
}

/// AWS/States: what is new about the runs since they were last seen, by their ARN.
pub(super) fn of_runs(before: &BTreeMap<String, Run>, now: &BTreeMap<String, Run>) -> Samples {
    let mut found = Vec::new();
    for (arn, run) in now {
        let mut count = |name: &str, at: Millis, value: f64| {
            let metric = Metric::new("AWS/States", name, &[("StateMachineArn", &run.machine)]);
            found.push((metric, Sample { at, value }));
        };
        let known = before.get(arn);
        if known.is_none() {
            count("ExecutionsStarted", run.began, 1.0);
        }
        if let Some((at, status)) = &run.ended
            && known.is_none_or(|known| known.ended.is_none())
        {
            for (name, counted) in [
                ("ExecutionsSucceeded", ExecutionStatus::Succeeded),
                ("ExecutionsFailed", ExecutionStatus::Failed),
                ("ExecutionsTimedOut", ExecutionStatus::TimedOut),
                ("ExecutionsAborted", ExecutionStatus::Aborted),
            ] {
                count(name, *at, f64::from(u8::from(*status == counted)));
            }
        }
    }
    found
}

/// AWS/States: a state that was entered is a transition that is paid for.
pub(super) fn of_transition(at: Millis) -> (Metric, Sample) {
    let metric = Metric::new(
        "AWS/States",
        "ConsumedCapacity",
        &[("ServiceMetric", "StateTransition")],
    );
    (metric, Sample { at, value: 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(samples: &Samples, name: &str) -> Option<f64> {
        samples
            .iter()
            .find(|(metric, _)| metric.name == name)
            .map(|(_, sample)| sample.value)
    }

    #[test]
    fn who_uses_up_its_time_has_failed() {
        let of = |duration_ms: f64, failed: bool| {
            let invocation = Invocation {
                at: 0,
                duration_ms,
                failed,
                samples: Vec::new(),
            };
            value(&of_invocation("writer", 8000.0, &invocation), "Errors")
        };
        assert_eq!(of(7999.0, false), Some(0.0));
        assert_eq!(of(8000.0, false), Some(1.0));
        assert_eq!(of(5.0, true), Some(1.0));
    }

    #[test]
    fn an_empty_queue_is_counted_too() {
        let message = |visible: bool, sent_s: i64| Message {
            queue: "work".to_owned(),
            id: String::new(),
            body: String::new(),
            received: 0,
            sent_s,
            visible,
        };
        let messages = [message(true, 40), message(false, 10), message(true, 90)];
        let samples = of_queues(&["dead".to_owned(), "work".to_owned()], &messages, 100_000);
        let of = |queue: &str, name: &str| {
            let metric = Metric::new("AWS/SQS", name, &[("QueueName", queue)]);
            samples
                .iter()
                .find(|(found, _)| *found == metric)
                .map(|(_, sample)| sample.value)
        };
        assert_eq!(of("work", "ApproximateNumberOfMessagesVisible"), Some(2.0));
        assert_eq!(of("work", "ApproximateNumberOfMessagesNotVisible"), Some(1.0));
        assert_eq!(of("work", "ApproximateAgeOfOldestMessage"), Some(90.0));
        assert_eq!(of("dead", "ApproximateNumberOfMessagesVisible"), Some(0.0));
    }

    #[test]
    fn a_run_counts_once_when_it_begins_and_once_when_it_ends() {
        let run = |ended| Run {
            machine: "m".to_owned(),
            began: 1,
            ended,
        };
        let runs = |run: Run| BTreeMap::from([("run".to_owned(), run)]);
        let (none, going) = (BTreeMap::new(), runs(run(None)));
        let failed = runs(run(Some((9, ExecutionStatus::Failed))));
        assert_eq!(value(&of_runs(&none, &going), "ExecutionsStarted"), Some(1.0));
        assert_eq!(of_runs(&going, &going), Vec::new());
        let end = of_runs(&going, &failed);
        assert_eq!(value(&end, "ExecutionsStarted"), None);
        assert_eq!(value(&end, "ExecutionsFailed"), Some(1.0));
        assert_eq!(value(&end, "ExecutionsSucceeded"), Some(0.0));
        assert_eq!(of_runs(&failed, &failed), Vec::new());
    }
}
