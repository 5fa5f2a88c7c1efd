//! A queue: hands out what is visible, one group of a FIFO queue to one reader at a time.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::aws::REGION;

/// A message as it was received.
#[derive(Clone, Debug)]
pub struct Message {
    /// The queue's id of it, which is its receipt, too.
    pub id: String,
    /// How often it was received, this time included.
    pub receives: u32,
    body: String,
    group: Option<String>,
    visible_at: Instant,
}

/// Requests that SQS bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Messages sent.
    pub sends: u64,
    /// Batches received.
    pub receives: u64,
    /// Batches deleted, and messages given back.
    pub others: u64,
}

#[derive(Default)]
struct State {
    messages: Vec<Message>,
    known: BTreeSet<String>,
    sent: u64,
    requests: Requests,
}

/// A queue.
pub struct Queue {
    name: &'static str,
    visibility: Duration,
    state: Mutex<State>,
    changed: Notify,
}

impl Queue {
    /// An empty queue that hides what was received for so long.
    pub fn new(name: &'static str, visibility: Duration) -> Self {
        Self {
            name,
            visibility,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Its name, without the stack's.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// First in, first out, by group.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    /// Takes a message; gives its id.
    pub fn send(&self, body: &str, group: Option<&str>, deduplication: Option<&str>) -> String {
        let mut state = self.state();
        state.requests.sends += 1;
        state.sent += 1;
        let id = format!("{}-{}", self.name, state.sent);
        let new = deduplication.is_none_or(|id| state.known.insert(id.to_owned()));
        if new {
            state.messages.push(Message {
                id: id.clone(),
                receives: 0,
                body: body.to_owned(),
                group: group.map(str::to_owned),
                visible_at: Instant::now(),
            });
            drop(state);
            self.changed.notify_one();
        }
        id
    }

    /// Waits for a batch of at most so many messages, which are hidden from then on. The first of them waits so long for
    /// others; counted is one receive, while AWS may ask several times in that time.
    pub async fn receive(&self, most: usize, window: Duration) -> Vec<Message> {
        let mut batch: Vec<Message> = Vec::new();
        let mut until: Option<Instant> = None;
        loop {
            let changed = self.changed.notified();
            let (more, next) = self.take(most - batch.len());
            batch.extend(more);
            if until.is_none() && !batch.is_empty() {
                until = Some(Instant::now() + window);
            }
            let is_over = until.is_some_and(|until| until <= Instant::now());
            if batch.len() >= most || is_over {
                let mut state = self.state();
                state.requests.receives += 1;
                return batch;
            }
            match [until, next].into_iter().flatten().min() {
                Some(next) => drop(tokio::time::timeout_at(next.into(), changed).await),
                None => changed.await,
            }
        }
    }

    /// What is visible, and when something will be that is not.
    fn take(&self, most: usize) -> (Vec<Message>, Option<Instant>) {
        let now = Instant::now();
        let mut state = self.state();
        let mut batch = Vec::new();
        let mut held = BTreeSet::new();
        let mut next: Option<Instant> = None;
        for message in &mut state.messages {
            let group = message.group.clone();
            if group.as_ref().is_some_and(|group| held.contains(group)) {
                continue;
            }
            if message.visible_at > now {
                next = Some(next.map_or(message.visible_at, |next| next.min(message.visible_at)));
                held.extend(group);
            } else if batch.len() < most {
                message.receives += 1;
                message.visible_at = now + self.visibility;
                batch.push(message.clone());
            }
        }
        (batch, next)
    }

    /// Takes everything that is there, for whoever reads without a mapping.
    pub fn drain(&self) -> Vec<Message> {
        std::mem::take(&mut self.state().messages)
    }

    /// Deletes a batch.
    pub fn delete(&self, ids: &BTreeSet<String>) {
        let mut state = self.state();
        state.requests.others += u64::from(!ids.is_empty());
        state.messages.retain(|message| !ids.contains(&message.id));
        drop(state);
        // What was held back of a group can be had now.
        self.changed.notify_one();
    }

    /// Hides a message for so long from now.
    pub fn hide(&self, id: &str, time: Duration) {
        let mut state = self.state();
        state.requests.others += 1;
        if let Some(message) = state.messages.iter_mut().find(|message| message.id == id) {
            message.visible_at = Instant::now() + time;
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Whether there is no message, received or not.
    pub fn is_empty(&self) -> bool {
        self.state().messages.is_empty()
    }

    /// What was asked of it so far.
    pub fn requests(&self) -> Requests {
        self.state().requests
    }

    /// Messages as a mapping hands them to a function.
    pub fn event(&self, batch: &[Message]) -> Value {
        let records = batch.iter().map(|message| {
            let mut attributes = json!({"ApproximateReceiveCount": message.receives.to_string(),
                                        "SentTimestamp": "1795443307000",
                                        "ApproximateFirstReceiveTimestamp": "1795443307100"});
            if let Some(group) = &message.group {
                attributes["MessageGroupId"] = json!(group);
            }
            json!({
                "messageId": message.id, "receiptHandle": message.id, "body": message.body, "attributes": attributes,
                "messageAttributes": {}, "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:{REGION}:000000000000:{}", self.name), "awsRegion": REGION,
            })
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_group_has_one_reader_at_a_time() {
        let queue = Queue::new("inbox.fifo", Duration::from_secs(60));
        queue.send("1", Some("a"), Some("1"));
        queue.send("again", Some("a"), Some("1"));
        queue.send("2", Some("b"), Some("2"));
        let first = queue.receive(1, Duration::ZERO).await;
        queue.send("3", Some("a"), Some("3"));
        let rest = queue.receive(10, Duration::ZERO).await;
        let bodies = |batch: &[Message]| batch.iter().map(|m| m.body.clone()).collect::<Vec<_>>();
        assert_eq!(
            (bodies(&first), bodies(&rest)),
            (vec!["1".to_owned()], vec!["2".to_owned()])
        );
        queue.delete(&first.iter().map(|message| message.id.clone()).collect());
        assert_eq!(bodies(&queue.receive(10, Duration::ZERO).await), ["3"]);
        let requests = Requests {
            sends: 4,
            receives: 3,
            others: 1,
        };
        assert_eq!(queue.requests(), requests);
    }

    #[tokio::test]
    async fn the_first_message_waits_for_others_until_the_batch_is_full() {
        let queue = Queue::new("invoice-work", Duration::from_secs(60));
        queue.send("1", None, None);
        let later = async {
            tokio::task::yield_now().await;
            queue.send("2", None, None);
        };
        let (batch, ()) = tokio::join!(queue.receive(2, Duration::from_secs(3600)), later);
        assert_eq!((batch.len(), queue.requests().receives), (2, 1));
        queue.send("3", None, None);
        assert_eq!(queue.receive(2, Duration::from_millis(20)).await.len(), 1);
    }

    #[tokio::test]
    async fn what_is_given_back_comes_again() {
        let queue = Queue::new("order-work", Duration::from_secs(60));
        let id = queue.send("1", None, None);
        queue.receive(10, Duration::ZERO).await;
        queue.hide(&id, Duration::from_millis(20));
        let again = queue.receive(10, Duration::ZERO).await;
        assert_eq!(again.first().map(|message| message.receives), Some(2));
    }
}
