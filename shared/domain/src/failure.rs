//! Failure has names. Functions fail with one of these; state machines, alarms and people match on the name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The stable name of a failure: the `errorType` a state machine's `Retry` and `Catch` see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureName {
    /// No byte of the request can have arrived, or the other system said that it did nothing. For plain
    /// reads: any failure. Safe to retry.
    SystemUnavailable,
    /// An effectful call ended without a parsed answer. Ask what happened before doing anything again.
    OutcomeUnknown,
    /// Somebody else holds a live lease on the effect. Retry later.
    InProgress,
    /// The issuer said no. Not an incident: the shop is told.
    PaymentDeclined,
    /// The payment token is no longer valid: the customer has to pay again.
    PaymentTokenExpired,
    /// The other system says the request itself is wrong. No retry; a person is asked.
    Refused,
    /// Same key, other facts; totals that do not agree; a transaction used twice. A person is asked.
    Conflict,
    /// Credentials or rights are wrong for a whole system. One alarm, not one review per order.
    Misconfigured,
    /// The effect was closed by a compensation. A late message or a zombie meets this and stops.
    Cancelled,
    /// The capture waits for the delivery (capture policy `on_delivery`).
    DeliveryPending,
}

impl FailureName {
    /// The name as state machines spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SystemUnavailable => "SystemUnavailable",
            Self::OutcomeUnknown => "OutcomeUnknown",
            Self::InProgress => "InProgress",
            Self::PaymentDeclined => "PaymentDeclined",
            Self::PaymentTokenExpired => "PaymentTokenExpired",
            Self::Refused => "Refused",
            Self::Conflict => "Conflict",
            Self::Misconfigured => "Misconfigured",
            Self::Cancelled => "Cancelled",
            Self::DeliveryPending => "DeliveryPending",
        }
    }
}

impl fmt::Display for FailureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure a person can act on: what happened, where, and what to do. Holds no secret, no card data and no
/// personal data: it ends up in logs, execution histories and review items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{name}: {what}{}", .remedy.as_deref().map(|r| format!(" ({r})")).unwrap_or_default())]
pub struct Failure {
    /// The stable name.
    pub name: FailureName,
    /// What happened, in one sentence.
    pub what: String,
    /// The field or key that is wrong, when one is known: `lines[2].sku`, `journals.usd.code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What a person can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Failure {
    /// A failure with its name and what happened.
    pub fn new(name: FailureName, what: impl Into<String>) -> Self {
        Self {
            name,
            what: what.into(),
            field: None,
            remedy: None,
        }
    }

    /// Nothing was sent, because the time in which this attempt may send was over before the request left: waiting for a
    /// breaker or a credential took long, or the process was frozen meanwhile.
    pub fn too_late_to_send() -> Self {
        let what = "the time to send was over before the request left: nothing was sent";
        Self::new(FailureName::SystemUnavailable, what)
    }

    /// Names the field or key that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says what a person can do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}
