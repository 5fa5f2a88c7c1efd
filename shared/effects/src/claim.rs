//! Claims: the wish to work on an effect, and what it comes to.

use crate::{
    clock::UnixMillis,
    facts::Facts,
    fence::Fence,
    ids::{EffectId, OwnerId, RequestId},
    record::Record,
};
use serde_json::Value;

/// Seconds of 400 days: the refund window, for which effects on money are remembered.
pub const KEEP_MONEY_S: i64 = 400 * 24 * 3600;

/// The times of one kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long this attempt may work at most: its function's remaining time. After that it must not send.
    pub work_ms: i64,
    /// How long the other system may still act on a request whose client has gone. "Not found" proves nothing
    /// before that.
    pub quiet_ms: i64,
    /// How long after the first send the other system recognises a repeat. Later the effect is only looked up.
    pub window_ms: i64,
    /// How long a settled effect is remembered, seconds.
    pub keep_s: i64,
}

impl Timing {
    /// A lease outlives its holder's deadline by the quiet period of the other system.
    pub fn lease_ms(&self) -> i64 {
        self.work_ms.saturating_add(self.quiet_ms)
    }
}

/// Wish to work on an effect.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// Which effect.
    pub effect: EffectId,
    /// Who wants it.
    pub owner: OwnerId,
    /// What it is about.
    pub facts: Facts,
    /// Its times.
    pub timing: Timing,
    /// Whether a person (or the workflow after one) asks to try again after a refusal, with corrected input.
    pub redrive: bool,
}

/// What a claim came to.
#[derive(Debug)]
pub enum Claimed {
    /// It is ours, and certainly nothing was sent: act.
    Fresh(Fence),
    /// It is ours, and somebody may have sent it before: ask the other system first.
    Resolve(Fence, Past),
    /// It was done; the stored answer.
    Applied(Value),
    /// The other system refused it; the stored reason.
    Refused(Value),
    /// It was closed by a compensation.
    Cancelled,
    /// Somebody works on it.
    InProgress {
        /// Until when nobody else may claim it.
        until: UnixMillis,
    },
    /// Same effect, other facts.
    Conflict {
        /// The names of the facts that differ.
        facts: Vec<String>,
    },
}

/// What is known of earlier attempts that may have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The id it was sent under.
    pub request_id: RequestId,
    /// When it may first have been sent.
    pub first_sent_at: UnixMillis,
    /// When it may last have been sent.
    pub last_sent_at: UnixMillis,
    /// Whether "not found" now proves that it did not happen.
    pub quiet_over: bool,
    /// Whether it may be sent again once it is not found: the quiet period is over and the window is not.
    pub may_send_again: bool,
}

/// What earlier attempts may have sent; nothing when they certainly sent nothing.
pub(crate) fn past(record: &Record, timing: &Timing, now: UnixMillis) -> Option<Past> {
    let first_sent_at = record.first_sent_at?;
    let last_sent_at = record.last_sent_at.unwrap_or(first_sent_at);
    let quiet_over = now.since_ms(last_sent_at) >= timing.quiet_ms;
    let window_over = now.since_ms(first_sent_at) >= timing.window_ms;
    Some(Past {
        request_id: record.request_id.clone(),
        first_sent_at,
        last_sent_at,
        quiet_over,
        may_send_again: quiet_over && !window_over,
    })
}
