//! Between the ledger's words and failures with our names.

use domain::failure::{Failure, FailureName};
use effects::{EffectError, Performed, Resolution, Sent};
use heartland::gp_api::Transaction;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// The failure behind an attempt that did not end the effect. The ledger keeps texts; the name must survive,
/// because the state machine acts on it.
#[derive(Default)]
pub(crate) struct LastFailure(Mutex<Option<Failure>>);

impl LastFailure {
    fn keep(&self, failure: Failure) -> String {
        let what = failure.what.clone();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        what
    }

    fn take(&self) -> Option<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// How the gateway's refusal to do something is settled: what it definitely refused is stored, what it did
    /// not do, or what nobody knows, is not.
    pub(crate) fn sent(&self, failure: Failure) -> Sent {
        match failure.name {
            // Wrong credentials are the whole system's trouble: the effect itself was not refused.
            FailureName::SystemUnavailable | FailureName::Misconfigured => Sent::NotSent(self.keep(failure)),
            FailureName::PaymentDeclined
            | FailureName::PaymentTokenExpired
            | FailureName::Refused
            | FailureName::Conflict => Sent::Refused(json!(failure)),
            _ => Sent::Unknown(self.keep(failure)),
        }
    }

    /// What a look-up that failed says about an earlier attempt: nothing.
    pub(crate) fn unresolved(&self, failure: Failure) -> Resolution {
        Resolution::StillUnknown(self.keep(failure))
    }

    /// The answer of an effect, or the failure with its name.
    pub(crate) fn outcome(&self, performed: Result<Performed, EffectError>) -> Result<Value, Failure> {
        match performed {
            Ok(Performed::Applied { answer, .. }) => Ok(answer),
            Ok(Performed::Refused(reason)) => Err(stored(reason)),
            Ok(Performed::Cancelled) => Err(cancelled()),
            Err(error) => Err(self.failure(error)),
        }
    }

    /// The failure behind an effect that has not ended.
    pub(crate) fn failure(&self, error: EffectError) -> Failure {
        let text = error.to_string();
        match error {
            EffectError::InProgress { .. } | EffectError::FenceLost => {
                Failure::new(FailureName::InProgress, text)
            }
            EffectError::Conflict { facts } => {
                let what = format!("this was begun with another {}", facts.join(", "));
                Failure::new(FailureName::Conflict, what)
                    .remedy("drop the run, or restore the order as it was")
            }
            EffectError::Unknown(_) => Failure::new(FailureName::OutcomeUnknown, text),
            EffectError::NotSent(_) => self
                .take()
                .unwrap_or_else(|| Failure::new(FailureName::SystemUnavailable, text)),
            EffectError::Ledger(_) => Failure::new(FailureName::SystemUnavailable, text),
        }
    }
}

/// A refusal as it was stored.
fn stored(reason: Value) -> Failure {
    serde_json::from_value(reason).unwrap_or_else(|_| {
        Failure::new(
            FailureName::Refused,
            "refused earlier, for a reason that cannot be read",
        )
    })
}

/// The effect was closed by a compensation.
pub(crate) fn cancelled() -> Failure {
    Failure::new(FailureName::Cancelled, "the payment of this run was let go")
}

/// Reads what the ledger keeps as an effect's answer.
pub(crate) fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Failure> {
    let what = "the ledger holds an answer that cannot be read";
    serde_json::from_value(answer).map_err(|_| Failure::new(FailureName::Conflict, what))
}

/// Says that a transaction is in a state the step cannot go on from.
pub(crate) fn not_capturable(transaction: &Transaction) -> Failure {
    let what = format!(
        "{} is {}, it cannot be captured",
        transaction.id, transaction.status
    );
    Failure::new(FailureName::Refused, what).field("transaction")
}
