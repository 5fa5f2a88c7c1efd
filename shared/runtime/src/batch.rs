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
use futures::future::join_all;
use give_back::{postpone, soon_s};
use secrecy::SecretString;
use serde_json::Value;
use std::{collections::BTreeMap, future::Future, time::Duration};
use tokio::time::timeout;

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

/// Longest time of asking for messages to come again soon.
const SOON_MAX: Duration = Duration::from_secs(2);

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

/// A message that goes back.
struct Returned {
    id: String,
    receipt: SecretString,
    /// How soon it comes again; nothing for the queue's own wait.
    soon_s: Option<u32>,
}

/// Handles one message after the other. A failure or a panic gives back that message; of a FIFO group the later
/// ones go back with it, so that their order stays. What is in progress comes again soon (`soon_s`) when the
/// `queue` is given; otherwise after the queue's own wait, like everything else.
pub async fn one_by_one<F: Future<Output = Result<(), Failure>>>(
    records: Vec<Record>,
    queue: Option<&dyn GiveBack>,
    handle: impl Fn(Record) -> F,
) -> SqsBatchResponse {
    let mut returned: Vec<Returned> = Vec::new();
    // A group waits for whichever of its messages is hidden longest: all of them come again when the first one does.
    let mut stopped_groups: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for record in records {
        let (id, receipt) = (record.message_id.clone(), record.receipt.clone());
        let (group, received) = (record.group.clone(), record.received);
        let stopped = group.as_ref().and_then(|group| stopped_groups.get(group));
        if let Some(soon_s) = stopped.copied() {
            returned.push(Returned { id, receipt, soon_s });
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
        if let Err(failure) = handled.await {
            let soon_s = soon_s(failure.name, received);
            stopped_groups.extend(group.map(|group| (group, soon_s)));
            returned.push(Returned { id, receipt, soon_s });
        }
    }
    if let Some(queue) = queue {
        come_soon(queue, &returned).await;
    }
    response(returned.into_iter().map(|message| message.id).collect())
}

/// Has messages come again as soon as they are to. Asked for all together when the batch is done, so that none comes
/// again while the batch is still at work. It is a wish: a queue that does not answer must not cost the batch its time.
async fn come_soon(queue: &dyn GiveBack, returned: &[Returned]) {
    let soon = returned
        .iter()
        .filter_map(|message| Some(postpone(queue, &message.receipt, message.soon_s?)));
    if timeout(SOON_MAX, join_all(soon)).await.is_err() {
        tracing::warn!("the queue does not answer: what was to come again soon has the queue's own wait");
    }
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
