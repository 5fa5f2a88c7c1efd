//! A queue one may send to. Messages carry ids and versions only, at most
//! [`MESSAGE_BYTES_MAX`](crate::limits::MESSAGE_BYTES_MAX).

use crate::{aws_error::aws_failure, limits::small_json, trace::Trace, work};
use async_trait::async_trait;
use aws_sdk_sqs::{
    error::BuildError,
    types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue},
};
use domain::failure::{Failure, FailureName};
use serde_json::Value;
use std::sync::Mutex;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it says.
    pub body: Value,
    /// FIFO queues: messages of one group stay in order.
    pub group: Option<String>,
    /// FIFO queues: a second message with this id within five minutes is dropped.
    pub dedup: Option<String>,
}

/// A queue one may send to.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends one message, in the trace of what is being worked on. Sending twice must be harmless to whoever receives it.
    ///
    /// # Errors
    /// [`FailureName::SystemUnavailable`], [`FailureName::Misconfigured`], [`FailureName::Refused`] for a
    /// message that is too large.
    async fn send(&self, message: Message) -> Result<(), Failure>;
}

/// An SQS queue.
pub struct SqsQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl SqsQueue {
    /// The queue at `url`.
    pub fn new(client: aws_sdk_sqs::Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, message: Message) -> Result<(), Failure> {
        let request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(small_json("a message", &message.body)?);
        let request = request
            .set_message_group_id(message.group)
            .set_message_deduplication_id(message.dedup);
        let request = match work::trace().and_then(|trace| trace_header(&trace).ok()) {
            Some(header) => {
                request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header)
            }
            None => request,
        };
        request
            .send()
            .await
            .map_err(|e| aws_failure("sending to a queue", &e))?;
        Ok(())
    }
}

fn trace_header(trace: &Trace) -> Result<MessageSystemAttributeValue, BuildError> {
    MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(trace.header())
        .build()
}

/// A queue in memory, for tests: drops what a FIFO queue would drop, and can be made to fail.
#[derive(Default)]
pub struct MemoryQueue {
    inner: Mutex<MemoryQueueState>,
}

#[derive(Default)]
struct MemoryQueueState {
    sent: Vec<Message>,
    traces: Vec<Option<Trace>>,
    failures_left: usize,
}

impl MemoryQueue {
    /// All messages that got in, in order.
    pub fn sent(&self) -> Vec<Message> {
        self.state().sent.clone()
    }

    /// The trace each of them was sent in.
    pub fn traces(&self) -> Vec<Option<Trace>> {
        self.state().traces.clone()
    }

    /// Lets the next `count` sends fail as an unreachable queue would.
    pub fn fail_next(&self, count: usize) {
        self.state().failures_left = count;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, MemoryQueueState> {
        self.inner
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, message: Message) -> Result<(), Failure> {
        small_json("a message", &message.body)?;
        let mut state = self.state();
        if state.failures_left > 0 {
            state.failures_left -= 1;
            return Err(Failure::new(
                FailureName::SystemUnavailable,
                "sending to a queue: no answer",
            ));
        }
        let repeat = message.dedup.is_some() && state.sent.iter().any(|m| m.dedup == message.dedup);
        if !repeat {
            state.sent.push(message);
            state.traces.push(work::trace());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MESSAGE_BYTES_MAX;
    use serde_json::json;

    fn message(dedup: &str, text: &str) -> Message {
        Message {
            body: json!({ "text": text }),
            group: Some("g".into()),
            dedup: Some(dedup.into()),
        }
    }

    #[tokio::test]
    async fn a_repeat_is_dropped_and_a_claim_check_stays_small() {
        let queue = MemoryQueue::default();
        queue.send(message("1", "a")).await.unwrap();
        queue.send(message("1", "a")).await.unwrap();
        assert_eq!(queue.sent().len(), 1);
        let large = queue
            .send(message("2", &"x".repeat(MESSAGE_BYTES_MAX)))
            .await
            .unwrap_err();
        assert_eq!(large.name, FailureName::Refused);
    }
}
