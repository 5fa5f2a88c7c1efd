//! What a review says.

use domain::{failure::Failure, ids::OrderKey};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Somebody has to decide.
    Open,
    /// It was tried again.
    Redriven,
    /// It was given up, with a reason.
    Dropped,
}

impl ReviewState {
    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Open => "review/open",
            Self::Redriven => "review/redriven",
            Self::Dropped => "review/dropped",
        }
    }
}

/// Something for a person.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// What makes it one review and not two, a business fact: `park/woo/1001/1`. Opening it again counts.
    pub about: String,
    /// What was being done: `write-order`.
    pub doing: String,
    /// For which order, when it is known.
    pub order: Option<OrderKey>,
    /// Why it stopped and what to do.
    pub why: Failure,
    /// Where the input is: an event id, a message id. Never the input itself.
    pub input: Option<String>,
    /// What is done when it is redriven, as the review desk reads it: ids and versions.
    pub redrive: Value,
    /// The token of the workflow that waits for the decision.
    pub token: Option<SecretString>,
}

/// A review as people see it. The token is not part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The version of this shape.
    pub schema: u32,
    /// Its name, to redrive or drop it by.
    pub id: String,
    /// What it is about.
    pub about: String,
    /// Where it stands.
    pub state: ReviewState,
    /// What was being done.
    pub doing: String,
    /// For which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderKey>,
    /// Why it stopped and what to do.
    pub why: Failure,
    /// Where the input is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What is done when it is redriven.
    pub redrive: Value,
    /// Who decided: the name a person goes by, or the function that did it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Why it was decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What people have made of its input, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// How often it was opened.
    pub times: u32,
    /// When it was first opened, Unix milliseconds.
    pub opened_at_ms: i64,
    /// When its state last changed, Unix milliseconds.
    pub changed_at_ms: i64,
}

/// A correction of what a review is about. Names the fields, not what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The version, or the event, that was corrected. It stays as it came.
    pub corrects: String,
    /// The corrected one.
    pub version: String,
    /// The fields that differ.
    pub fields: Vec<String>,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Redriven or dropped.
    pub state: ReviewState,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// What opening came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is new, or open again: tell people.
    New(String),
    /// It was open already: people know.
    Known(String),
}

impl Opened {
    /// The review's id.
    pub fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}
