//! What queues, the state machine, schedules and people send to functions. What is taken is what was said; what is
//! refused is refused under a name that nobody retries, and is not quoted.

use crate::{
    mutate::Input,
    secrets::{PERSONS, assert_no_card, assert_tells_none, found_in},
};
use aws_lambda_events::sqs::SqsEvent;
use domain::failure::{Failure, FailureName};
use inventory_pusher::PushStock;
use odoo_work::{WorkMessage, piece_key};
use runtime::{
    batch::records,
    message::{InboxEvent, PaymentFacts, RecordRef, Run, read},
    trace::Trace,
    work::Work,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

fn assert_refused(failure: &Failure) {
    assert_eq!(failure.name, FailureName::Refused, "{failure}");
    assert_tells_none(failure);
}

/// Reads a message twice; what is read is of this schema.
fn message<T: DeserializeOwned + Debug>(value: &Value) -> Option<T> {
    let (first, second) = (read::<T>(value.clone()), read::<T>(value.clone()));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    match first {
        Ok(message) => Some(message),
        Err(failure) => {
            assert_refused(&failure);
            None
        }
    }
}

fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(value: &Value) -> Option<T> {
    let read: T = message(value)?;
    let written = serde_json::to_value(&read).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(message::<T>(&written).as_ref(), Some(&read));
    Some(read)
}

/// One record of a batch, as SQS brings it.
pub fn batch_of(bodies: &[&str]) -> SqsEvent {
    let records = bodies.iter().enumerate().map(|(i, body)| {
        json!({"messageId": format!("m{i}"), "receiptHandle": format!("r{i}"), "body": body, "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": format!("g{i}")}})
    });
    let event = json!({"Records": records.collect::<Vec<_>>()});
    serde_json::from_value(event).unwrap_or_else(|error| panic!("{error}"))
}

fn body(input: &Input) -> Value {
    let records = records(batch_of(&[&input.text()]));
    records
        .into_iter()
        .next()
        .map(|record| record.body)
        .unwrap_or_default()
}

/// The inbox.
pub fn inbox_event(input: &Input) {
    if let Some(event) = survives::<InboxEvent>(&body(input)) {
        assert_eq!(event.schema, 1, "a schema nobody knows");
    }
}

/// The work queues.
pub fn work(input: &Input) {
    let records = records(batch_of(&[&input.text()]));
    for record in &records {
        let key = piece_key(record);
        assert_eq!(key, piece_key(record));
        match WorkMessage::of(record) {
            Ok(message) => {
                let run = message.run();
                assert_eq!(run.schema, 1, "a schema nobody knows");
                assert!(key.ends_with(&run.effect_key()));
                assert!(format!("{message:?}").contains("token: SecretBox<str>([REDACTED])"));
            }
            Err(failure) => {
                assert_refused(&failure);
                assert_eq!(key, "unreadable/m0");
            }
        }
    }
}

/// What is written beside every log line of a message: names, or nothing.
pub fn log_ids(input: &Input) {
    for record in records(batch_of(&[&input.text()])) {
        let work = Work::of_message(&record);
        let ids = Value::Object(work.within(runtime::work::ids));
        let written = ids.to_string();
        assert_no_card(&written, "a log line");
        assert_eq!(found_in(&written, PERSONS), None, "{written}");
        let header = work.trace().header();
        assert_eq!(
            Trace::of_header(&header).map(|trace| trace.header()),
            Some(header)
        );
    }
    if let Some(trace) = Trace::of_header(&input.text()) {
        assert_eq!(Trace::of_header(&trace.header()), Some(trace));
    }
}

/// An event of SQS itself, as the platform hands it over.
pub fn sqs_event(input: &Input) {
    let Ok(value) = serde_json::from_slice::<Value>(&input.body) else {
        return;
    };
    if let Ok(event) = read::<SqsEvent>(value) {
        let count = event.records.len();
        assert_eq!(records(event).len(), count, "a message is overlooked");
    }
}

/// What the state machine asks the functions for that are invoked directly.
pub fn steps(input: &Input) {
    let Ok(value) = serde_json::from_slice::<Value>(&input.body) else {
        return;
    };
    if let Some(run) = survives::<Run>(&value) {
        assert_eq!(run.schema, 1, "a schema nobody knows");
        let name = run.name();
        assert!(
            name.len() <= 80
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
            "{name}"
        );
    }
    match payment_capture::Request::read(value.clone()) {
        Ok(request) => assert_eq!(Ok(request), payment_capture::Request::read(value.clone())),
        Err(failure) => assert_refused(&failure),
    }
    message::<order_notifier::Request>(&value);
    message::<PushStock>(&value);
    survives::<PaymentFacts>(value.get("payment").unwrap_or(&Value::Null));
    survives::<RecordRef>(value.get("sale_order").unwrap_or(&Value::Null));
}
