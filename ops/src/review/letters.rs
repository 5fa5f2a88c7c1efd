//! Messages that are left in dead-letter queues: usually the review desk makes a review of each, so what is here is on
//! its way to it, or could not be taken, or is in the last resort, which nobody reads but people.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName as Attribute,
    QueueAttributeName as Depth,
};

use crate::aws::stopped;
use crate::exit::Stop;
use crate::stack::Stack;

/// What a message's id begins with.
pub const PREFIX: &str = "dlq:";
/// Messages that are looked at in one queue.
const LOOKED_AT_MAX: usize = 100;
/// How long a message is held while it is looked at, seconds. Then it comes again by itself.
const HELD_S: i32 = 60;
/// The queue that nobody reads but people.
pub const LAST_RESORT: &str = "LastResort";

/// A message in a dead-letter queue.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The queue, by its name among the stack's outputs.
    pub queue: String,
    /// Its id there.
    pub message: String,
    /// What it says.
    pub body: String,
    /// When it was sent, Unix milliseconds.
    pub sent_at_ms: i64,
    /// How often it was received.
    pub received: u32,
    /// Its group and deduplication id, in a FIFO queue.
    pub fifo: Option<(String, String)>,
    receipt: String,
}

impl Letter {
    /// What people call it: `dlq:{queue}/{message}`.
    pub fn id(&self) -> String {
        format!("{PREFIX}{}/{}", self.queue, self.message)
    }
}

/// The dead-letter queues of a stack.
#[derive(Clone)]
pub struct Letters {
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    queues: BTreeMap<String, String>,
    sources: BTreeMap<String, String>,
}

impl Letters {
    /// Every queue among the stack's outputs that ends in `Dlq`, and the last resort.
    pub fn of(stack: &Stack) -> Self {
        let outputs = stack.outputs();
        let is_dead = |name: &str| name.ends_with("Dlq") || name == LAST_RESORT;
        let queues = outputs.iter().filter(|(name, _)| is_dead(name));
        let sources = outputs
            .keys()
            .filter_map(|name| Some((name.clone(), outputs.get(name.strip_suffix("Dlq")?)?.clone())));
        Self {
            sqs: stack.sqs(),
            queues: queues.map(|(name, url)| (name.clone(), url.clone())).collect(),
            sources: sources.collect(),
        }
    }

    /// The names of the queues.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.queues.keys().map(String::as_str)
    }

    /// Where a queue is.
    ///
    /// # Errors
    /// [`Stop`] when there is none of that name.
    pub fn url(&self, queue: &str) -> Result<&str> {
        let found = self.queues.get(queue).map(String::as_str);
        found.ok_or_else(|| {
            let names = self.names().collect::<Vec<_>>().join(", ");
            Stop::usage(format!("there is no dead-letter queue {queue}"))
                .remedy(format!("it is one of {names}"))
                .into()
        })
    }

    /// The queue whose messages end in this one.
    pub fn source(&self, queue: &str) -> Option<&str> {
        self.sources.get(queue).map(String::as_str)
    }

    /// The messages that can be seen in all queues now. They stay where they are.
    ///
    /// # Errors
    /// [`Stop`] when SQS does not answer.
    pub async fn all(&self) -> Result<Vec<Letter>> {
        let mut all = Vec::new();
        for queue in self.queues.keys() {
            let held = self.hold(queue).await?;
            self.let_go(queue, &held).await?;
            all.extend(held);
        }
        all.sort_by_key(|letter| letter.sent_at_ms);
        Ok(all)
    }

    /// About how many messages wait in a queue, also beyond those that are looked at.
    ///
    /// # Errors
    /// [`Stop`] when SQS does not answer.
    pub async fn depth(&self, queue: &str) -> Result<usize> {
        let ask = self.sqs.get_queue_attributes().queue_url(self.url(queue)?);
        let answer = ask
            .attribute_names(Depth::ApproximateNumberOfMessages)
            .send()
            .await;
        let answer = answer.map_err(|error| stopped(&format!("counting the messages of {queue}"), &error))?;
        let found = answer.attributes.unwrap_or_default();
        let depth = found.get(&Depth::ApproximateNumberOfMessages);
        Ok(depth.and_then(|depth| depth.parse().ok()).unwrap_or_default())
    }

    /// One message, held for a minute.
    ///
    /// # Errors
    /// [`Stop`] when there is no such message to be seen.
    pub async fn find(&self, queue: &str, message: &str) -> Result<Letter> {
        let (mut found, others): (Vec<_>, Vec<_>) = self
            .hold(queue)
            .await?
            .into_iter()
            .partition(|letter| letter.message == message);
        self.let_go(queue, &others).await?;
        found.pop().ok_or_else(|| {
            Stop::usage(format!("there is no message {message} in {queue} now"))
                .remedy(
                    "odoo-heartland review list shows what is there; somebody may have taken it meanwhile",
                )
                .into()
        })
    }

    /// Takes messages, so that nobody else does for a minute.
    async fn hold(&self, queue: &str) -> Result<Vec<Letter>> {
        let url = self.url(queue)?;
        let mut held: Vec<Letter> = Vec::new();
        while held.len() < LOOKED_AT_MAX {
            let receive = self
                .sqs
                .receive_message()
                .queue_url(url)
                .max_number_of_messages(10);
            let receive = receive.visibility_timeout(HELD_S).wait_time_seconds(0);
            let received = receive
                .message_system_attribute_names(Attribute::All)
                .send()
                .await;
            let received = received.map_err(|error| stopped(&format!("reading {queue}"), &error))?;
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            for message in messages {
                let letter = letter(queue, message)?;
                if held.iter().all(|known| known.message != letter.message) {
                    held.push(letter);
                }
            }
        }
        Ok(held)
    }

    /// Lets others see them again.
    async fn let_go(&self, queue: &str, letters: &[Letter]) -> Result<()> {
        for some in letters.chunks(10) {
            let entries = some.iter().enumerate().map(|(i, letter)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(i.to_string());
                entry
                    .receipt_handle(&letter.receipt)
                    .visibility_timeout(0)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let change = self
                .sqs
                .change_message_visibility_batch()
                .queue_url(self.url(queue)?);
            let changed = change.set_entries(Some(entries)).send().await;
            changed.map_err(|error| stopped(&format!("letting go of messages of {queue}"), &error))?;
        }
        Ok(())
    }

    /// Lets others see a message again.
    ///
    /// # Errors
    /// [`Stop`] when SQS does not answer.
    pub async fn release(&self, letter: &Letter) -> Result<()> {
        self.let_go(&letter.queue, std::slice::from_ref(letter)).await
    }

    /// Removes a message for good.
    ///
    /// # Errors
    /// [`Stop`] when SQS does not answer.
    pub async fn delete(&self, letter: &Letter) -> Result<()> {
        let delete = self.sqs.delete_message().queue_url(self.url(&letter.queue)?);
        let deleted = delete.receipt_handle(&letter.receipt).send().await;
        deleted.map_err(|error| stopped(&format!("deleting from {}", letter.queue), &error))?;
        Ok(())
    }
}

/// The queue and the message in `dlq:{queue}/{message}`; the whole queue in `dlq:{queue}`.
pub fn parse(id: &str) -> Option<(&str, Option<&str>)> {
    let rest = id.strip_prefix(PREFIX)?;
    Some(match rest.split_once('/') {
        Some((queue, message)) => (queue, Some(message)),
        None => (rest, None),
    })
}

fn letter(queue: &str, message: Message) -> Result<Letter> {
    let attributes = message.attributes.unwrap_or_default();
    let text = |name: &Attribute| attributes.get(name).cloned();
    let number = |name: &Attribute| text(name).and_then(|text| text.parse().ok());
    Ok(Letter {
        queue: queue.to_owned(),
        message: message.message_id.context("a message without an id")?,
        body: message.body.unwrap_or_default(),
        sent_at_ms: number(&Attribute::SentTimestamp).unwrap_or_default(),
        received: text(&Attribute::ApproximateReceiveCount)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        fifo: text(&Attribute::MessageGroupId).zip(text(&Attribute::MessageDeduplicationId)),
        receipt: message.receipt_handle.context("a message without a receipt")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_named_by_its_queue_and_a_queue_by_itself() {
        assert_eq!(parse("dlq:InboxDlq/m-1"), Some(("InboxDlq", Some("m-1"))));
        assert_eq!(parse("dlq:LastResort"), Some(("LastResort", None)));
        assert_eq!(parse("50067e9a14a0af52"), None);
    }
}
