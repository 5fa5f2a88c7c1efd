//! Giving a message back for sooner or later than the queue's own patience.

use crate::aws_error::aws_failure;
use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use secrecy::{ExposeSecret, SecretString};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

/// The first wait.
const FIRST_S: u32 = 15;
/// The longest wait.
const WAIT_S_MAX: u32 = 900;
/// The first wait for what is in progress.
const SOON_FIRST_S: u32 = 5;
/// How many waits for what is in progress are short, each twice the one before.
const SOON_WAITS: u32 = 5;

/// How long a message received that often waits before it comes again: doubling from 15 seconds to 15 minutes, of
/// which at least half, the rest by its id, so that a backlog does not come back in step.
pub fn wait_s(message_id: &str, received: u32) -> u32 {
    let doubled = FIRST_S
        .saturating_mul(1 << received.saturating_sub(1).min(10))
        .min(WAIT_S_MAX);
    let mut scattered = DefaultHasher::new();
    (message_id, received).hash(&mut scattered);
    let share = scattered.finish() % (u64::from(doubled / 2) + 1);
    doubled / 2 + u32::try_from(share).unwrap_or(0)
}

/// How soon a message received that often comes again that could not be handled because of this; nothing where the
/// queue's own wait is right.
///
/// What is in progress is over soon, and until then a FIFO queue holds back all that is behind the message. The longest
/// that is waited for is the version of a status write: `order-notifier` has ended after 30 s; when the shop's answer
/// was lost, the next attempt begins 10 s later and ends after 30 s more. The short waits together are twice that.
/// After them the queue's own wait holds again: the number of receives it allows is meant for outages.
pub fn soon_s(why: FailureName, received: u32) -> Option<u32> {
    let is_soon = why == FailureName::InProgress && received <= SOON_WAITS;
    is_soon.then(|| SOON_FIRST_S << received.saturating_sub(1))
}

/// How long a message can wait at the longest before it comes again, when it has come and gone for so long: the later,
/// the longer, up to 15 minutes.
pub fn longest_wait_s(coming_and_going_s: u32) -> u32 {
    let (mut wait_s, mut least_s) = (FIRST_S, FIRST_S / 2);
    // It has waited at least half of every wait before this one.
    while wait_s < WAIT_S_MAX && least_s <= coming_and_going_s {
        wait_s = wait_s.saturating_mul(2).min(WAIT_S_MAX);
        least_s = least_s.saturating_add(wait_s / 2);
    }
    wait_s
}

/// Makes messages come again sooner or later than the queue would.
#[async_trait]
pub trait GiveBack: Send + Sync {
    /// Hides the message for that many seconds.
    ///
    /// # Errors
    /// Those of [`aws_failure`]. Harmless: the queue's own visibility timeout holds.
    async fn hide(&self, receipt: &SecretString, seconds: u32) -> Result<(), Failure>;
}

/// Hides a message for that many seconds. When that cannot be done it is only said.
pub(super) async fn postpone(queue: &dyn GiveBack, receipt: &SecretString, seconds: u32) {
    if let Err(failure) = queue.hide(receipt, seconds).await {
        tracing::warn!(error = failure.name.as_str(), "{}", failure.what);
    }
}

/// An SQS queue.
pub struct SqsGiveBack {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl SqsGiveBack {
    /// The queue at `url`.
    pub fn new(client: aws_sdk_sqs::Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

#[async_trait]
impl GiveBack for SqsGiveBack {
    async fn hide(&self, receipt: &SecretString, seconds: u32) -> Result<(), Failure> {
        let call = self.client.change_message_visibility().queue_url(&self.url);
        let call = call.receipt_handle(receipt.expose_secret());
        let call = call.visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        call.send()
            .await
            .map_err(|error| aws_failure("giving a message back", &error))?;
        Ok(())
    }
}

/// A queue in memory, for tests.
#[derive(Default)]
pub struct MemoryGiveBack {
    hidden: Mutex<Vec<(String, u32)>>,
}

impl MemoryGiveBack {
    /// Receipt and seconds of every message given back.
    pub fn hidden(&self) -> Vec<(String, u32)> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl GiveBack for MemoryGiveBack {
    async fn hide(&self, receipt: &SecretString, seconds: u32) -> Result<(), Failure> {
        let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        hidden.push((receipt.expose_secret().to_owned(), seconds));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_waits_longer_than_the_longest_wait() {
        for message in ["a", "b", "c", "d"] {
            let mut waited_s = 0;
            for received in 1..20 {
                let wait_s = wait_s(message, received);
                assert!(
                    wait_s <= longest_wait_s(waited_s),
                    "{message} {received}: {wait_s}"
                );
                waited_s += wait_s;
            }
        }
        assert_eq!((longest_wait_s(0), longest_wait_s(3600)), (FIRST_S, WAIT_S_MAX));
    }

    #[test]
    fn waits_for_what_is_in_progress_are_short_and_few() {
        let soon = |received: u32| soon_s(FailureName::InProgress, received);
        assert_eq!(
            [1, 2, 3, 4, 5].map(soon),
            [Some(5), Some(10), Some(20), Some(40), Some(80)]
        );
        assert_eq!([6, 1000, u32::MAX].map(soon), [None; 3]);
        let together_s: u32 = (1..).map_while(soon).sum();
        assert!(together_s >= 2 * (30 + 10 + 30), "{together_s} s");
    }

    #[test]
    fn other_failures_leave_the_wait_to_the_queue() {
        for why in [
            FailureName::SystemUnavailable,
            FailureName::OutcomeUnknown,
            FailureName::Misconfigured,
        ] {
            assert_eq!(soon_s(why, 1), None, "{why}");
        }
    }
}
