//! Batches of queue messages: every message gets its own verdict, and one bad record never takes its neighbours
//! along.

mod crash_marks;
mod give_back;
mod pieces;

pub use crash_marks::{CrashMarks, WATCHED_AFTER_RECEIVES};
pub use give_back::{GiveBack, MemoryGiveBack, SqsGiveBack, longest_wait_s, wait_s};
pub use pieces::{Batch, Piece, Verdict};

use crate::{crash::isolated, metrics, segments::segment, trace::Trace, work::Work};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::failure::Failure;
use secrecy::SecretString;
use serde_json::Value;
use std::{collections::BTreeSet, future::Future};

/// A message as it was received.
#[derive(Clone, Debug)]
pub struct Record {
    /// The queue's id of the message.
    pub message_id: String,
    /// What gives it back or deletes it. Not shown: it is a credential of a kind.
    pub receipt: SecretString,
    /// How often it was received, this time included.
    pub received: u32,
    /// FIFO queues: its group.
    pub group: Option<String>,
    /// The trace its sender handed on.
    pub trace: Option<Trace>,
    /// What it says; a JSON string when it was no JSON.
    pub body: Value,
}

/// The messages of an event.
pub fn records(event: SqsEvent) -> Vec<Record> {
    event.records.into_iter().map(record).collect()
}

fn record(message: SqsMessage) -> Record {
    let text = message.body.unwrap_or_default();
    let received = message
        .attributes
        .get("ApproximateReceiveCount")
        .and_then(|count| count.parse().ok());
    Record {
        message_id: message.message_id.unwrap_or_default(),
        receipt: SecretString::from(message.receipt_handle.unwrap_or_default()),
        received: received.unwrap_or(1),
        group: message.attributes.get("MessageGroupId").cloned(),
        trace: message
            .attributes
            .get("AWSTraceHeader")
            .and_then(|header| Trace::of_header(header)),
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

/// Handles one message after the other. A failure or a panic gives back that message; of a FIFO group the later
/// ones go back with it, so that their order stays.
pub async fn one_by_one<F: Future<Output = Result<(), Failure>>>(
    records: Vec<Record>,
    handle: impl Fn(Record) -> F,
) -> SqsBatchResponse {
    let mut failed = Vec::new();
    let mut stopped_groups = BTreeSet::new();
    for record in records {
        let (id, group) = (record.message_id.clone(), record.group.clone());
        if group.as_ref().is_some_and(|group| stopped_groups.contains(group)) {
            failed.push(id);
            continue;
        }
        let work = Work::of_message(&record);
        let handled = work.scope(async {
            let handled = segment(isolated(|| handle(record))).await;
            if let Err(failure) = &handled {
                metrics::failure(failure);
                tracing::warn!(error = failure.name.as_str(), "{}", failure.what);
            }
            handled
        });
        if handled.await.is_err() {
            failed.push(id);
            stopped_groups.extend(group);
        }
    }
    response(failed)
}

/// The answer that gives these messages back and deletes all others.
pub fn response(failed: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}

#[cfg(test)]
mod tests;
