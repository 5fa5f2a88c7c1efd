//! What is done when a review is redriven: stored with the review, read when a person decides.

use domain::ids::StoreId;
use runtime::message::Run;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a review is redriven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Redrive {
    /// A step of a run stopped and may be waiting for the decision.
    Parked {
        /// Which run.
        #[serde(flatten)]
        run: Run,
        /// Which step.
        step: String,
        /// Whether the goods have left.
        #[serde(default)]
        delivered: bool,
    },
    /// An event is let in again.
    Event {
        /// Its id.
        event: String,
        /// Its store.
        store: StoreId,
        /// Its group in the inbox.
        group: String,
    },
    /// A run whose execution has ended is started again.
    Execution {
        /// Which run.
        #[serde(flatten)]
        run: Run,
    },
    /// There is nothing to be done again.
    Nothing,
}

impl Redrive {
    /// As it is stored with a review.
    pub(crate) fn stored(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| json!({"kind": "nothing"}))
    }

    /// As it was stored; what cannot be read cannot be done again.
    pub(crate) fn read(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or(Self::Nothing)
    }
}
