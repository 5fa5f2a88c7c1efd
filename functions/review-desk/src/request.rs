//! What a person asks for, and in whose name.

use domain::{
    card_number,
    failure::{Failure, FailureName},
    ids::OrderKey,
};
use runtime::stores::{ReviewState, Verdict};
use serde::Deserialize;
use serde_json::Value;

/// Longest reason.
const REASON_LENGTH_MAX: usize = 500;
/// Longest name of who asks.
const NAME_LENGTH_MAX: usize = 256;
/// Who asks when nobody says: the trail of AWS has it.
const NOT_SAID: &str = "not said";

/// What a person asks for.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Some of the reviews.
    List(Listing),
    /// One review.
    Show {
        /// Its id.
        review: String,
    },
    /// Do it again.
    Redrive {
        /// Its id.
        review: String,
        /// Who and why.
        #[serde(flatten)]
        signed: Signed,
    },
    /// Give it up.
    Drop {
        /// Its id.
        review: String,
        /// Who and why.
        #[serde(flatten)]
        signed: Signed,
    },
    /// Correct its input.
    Edit(Box<Correction>),
    /// Leave a system alone.
    Pause {
        /// Which.
        system: String,
        /// Who and why.
        #[serde(flatten)]
        signed: Signed,
    },
    /// Call it again.
    Resume {
        /// Which.
        system: String,
        /// Who and why.
        #[serde(flatten)]
        signed: Signed,
    },
    /// Let an event in again.
    Replay {
        /// Its id.
        event: String,
        /// Who and why.
        #[serde(flatten)]
        signed: Signed,
    },
    /// Write down what was done about a message that no function took.
    Message(HandledMessage),
}

/// Which reviews.
#[derive(Deserialize)]
pub(crate) struct Listing {
    /// Where they stand; open ones when it is not said.
    #[serde(default)]
    pub state: Option<ReviewState>,
    /// Of this order.
    #[serde(default)]
    pub order: Option<OrderKey>,
    /// Of this name of failure.
    #[serde(default)]
    pub error: Option<String>,
    /// Of this step.
    #[serde(default)]
    pub step: Option<String>,
    /// Opened at least so many seconds ago.
    #[serde(default)]
    pub older_than_s: Option<i64>,
    /// At most so many.
    #[serde(default)]
    pub limit: Option<usize>,
    /// From where an earlier list has ended.
    #[serde(default)]
    pub after: Option<String>,
}

/// A correction of a review's input.
#[derive(Deserialize)]
pub(crate) struct Correction {
    /// The review.
    pub review: String,
    /// The version or event it was made of, as `show` names it.
    pub corrects: String,
    /// The whole order as it should be.
    #[serde(default)]
    pub order: Option<Value>,
    /// The whole body of an event as it should be.
    #[serde(default)]
    pub body: Option<String>,
    /// Who and why.
    #[serde(flatten)]
    pub signed: Signed,
}

/// A message in a dead-letter queue that a person has dealt with.
#[derive(Deserialize)]
pub(crate) struct HandledMessage {
    /// The queue.
    pub queue: String,
    /// The message's id.
    pub message: String,
    /// What was done: redriven or dropped.
    pub decision: ReviewState,
    /// Who and why.
    #[serde(flatten)]
    pub signed: Signed,
}

/// Who asks, and why.
#[derive(Deserialize)]
pub(crate) struct Signed {
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

impl Signed {
    /// The verdict in the name of who asks.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when name or reason cannot be used; a review is dropped for a reason.
    pub(crate) fn verdict(&self, state: ReviewState) -> Result<Verdict, Failure> {
        let reason = match (&self.reason, state) {
            (None, ReviewState::Dropped) => Some(checked("")?),
            (reason, _) => reason.as_deref().map(checked).transpose()?,
        };
        let by = self.by.as_deref().unwrap_or(NOT_SAID);
        Ok(Verdict {
            state,
            by: name(by.trim())?,
            reason,
        })
    }

    /// Who, and why.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when one of them is missing or cannot be used.
    pub(crate) fn said(&self) -> Result<(String, String), Failure> {
        let (by, reason) = (self.by.as_deref(), self.reason.as_deref());
        Ok((
            name(by.unwrap_or_default())?,
            checked(reason.unwrap_or_default())?,
        ))
    }
}

fn name(by: &str) -> Result<String, Failure> {
    let usual = by == NOT_SAID || by.bytes().all(|b| b.is_ascii_graphic());
    let usable = usual && (1..=NAME_LENGTH_MAX).contains(&by.len());
    if usable && card_number::find(by.as_bytes()).is_none() {
        return Ok(by.to_owned());
    }
    let what = format!("who asks must be named, by 1 to {NAME_LENGTH_MAX} characters without spaces");
    Err(Failure::new(FailureName::Refused, what).field("by"))
}

/// Reasons are kept for years: they hold no card number.
fn checked(reason: &str) -> Result<String, Failure> {
    let reason = reason.trim();
    let refused = |what: String| Err(Failure::new(FailureName::Refused, what).field("reason"));
    if !(1..=REASON_LENGTH_MAX).contains(&reason.chars().count()) {
        return refused(format!("a reason must have 1 to {REASON_LENGTH_MAX} characters"));
    }
    if reason.chars().any(char::is_control) || card_number::find(reason.as_bytes()).is_some() {
        return refused("a reason is one line, and without a card number".to_owned());
    }
    Ok(reason.to_owned())
}
