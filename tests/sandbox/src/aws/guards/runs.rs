//! Guards of what ran: limits of AWS that the emulator does not know.

use aws_sdk_sfn::types::HistoryEvent;

use crate::aws::Execution;

/// Longest name of an execution.
const NAME_LENGTH_MAX: usize = 80;
/// What a message or a state's data may weigh: our own limit. SQS and Step Functions take 256 KiB.
const BYTES_MAX: usize = 4096;
/// Longest history of an execution.
const EVENTS_MAX: usize = 25_000;

/// What AWS, or our own limits, would not have let through in a run.
pub fn run_findings(run: &Execution, history: &[HistoryEvent]) -> Vec<String> {
    let mut found = Vec::new();
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if run.name.is_empty() || run.name.len() > NAME_LENGTH_MAX || !run.name.chars().all(allowed) {
        found.push(format!("AWS refuses the execution name \"{}\"", run.name));
    }
    for event in history {
        let Some(entered) = &event.state_entered_event_details else {
            continue;
        };
        let bytes = entered.input.as_deref().unwrap_or_default().len();
        if bytes > BYTES_MAX {
            found.push(format!("{}: {} gets {bytes} bytes", run.name, entered.name));
        }
    }
    if history.len() > EVENTS_MAX {
        found.push(format!("{}: {} events in its history", run.name, history.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::types::ExecutionStatus;
    use serde_json::Value;

    use super::*;

    fn named(name: &str) -> Execution {
        Execution {
            arn: String::new(),
            name: name.into(),
            status: ExecutionStatus::Running,
            input: Value::Null,
            output: None,
            error: None,
        }
    }

    #[test]
    fn names_that_aws_refuses_are_found() {
        assert!(run_findings(&named("woo_1001-1"), &[]).is_empty());
        for bad in ["", "woo/1001-1", "woo 1001", &"x".repeat(81)] {
            assert_eq!(run_findings(&named(bad), &[]).len(), 1, "{bad}");
        }
    }
}
