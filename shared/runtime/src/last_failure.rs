//! Between the ledger's words and failures with our names. The ledger keeps texts; the name of a failure must
//! survive it, because the state machine acts on the name.

use crate::failure::effect_failure;
use domain::failure::{Failure, FailureName};
use effects::{EffectError, Performed, Resolution, Sent};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// The failure behind an attempt that did not end its effect: one per attempt.
#[derive(Default)]
pub struct LastFailure(Mutex<Option<Failure>>);

impl LastFailure {
    /// What a failed call did to its effect: a definite refusal is stored; what was not done, or what nobody knows,
    /// is not.
    pub fn sent(&self, failure: Failure) -> Sent {
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
    pub fn unresolved(&self, failure: Failure) -> Resolution {
        Resolution::StillUnknown(self.keep(failure))
    }

    /// The answer of an effect, or the failure under its own name. `doing` says what it was.
    ///
    /// # Errors
    /// The stored refusal; [`FailureName::Cancelled`]; else as [`effect_failure`].
    pub fn outcome(&self, doing: &str, performed: Result<Performed, EffectError>) -> Result<Value, Failure> {
        match performed {
            Ok(Performed::Applied { answer, .. }) => Ok(answer),
            Ok(Performed::Refused(reason)) => Err(stored(doing, reason)),
            Ok(Performed::Cancelled) => {
                let what = format!("{doing}: it was closed by a compensation");
                Err(Failure::new(FailureName::Cancelled, what))
            }
            Err(error @ EffectError::NotSent(_)) => {
                Err(self.take().unwrap_or_else(|| effect_failure(doing, &error)))
            }
            Err(error) => Err(effect_failure(doing, &error)),
        }
    }

    fn keep(&self, failure: Failure) -> String {
        let what = failure.what.clone();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        what
    }

    fn take(&self) -> Option<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A refusal as it was stored.
fn stored(doing: &str, reason: Value) -> Failure {
    serde_json::from_value(reason).unwrap_or_else(|_| {
        let what = format!("{doing}: refused earlier, for a reason that cannot be read");
        Failure::new(FailureName::Refused, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_failure_survives_the_ledger() {
        let last = LastFailure::default();
        let wrong_key = Failure::new(FailureName::Misconfigured, "the key is not accepted");
        let Sent::NotSent(why) = last.sent(wrong_key.clone()) else {
            panic!("nothing was done")
        };
        let failure = last
            .outcome("telling", Err(EffectError::NotSent(why)))
            .unwrap_err();
        assert_eq!(failure, wrong_key);

        let refusal = Failure::new(FailureName::Refused, "no such order").field("order");
        let Sent::Refused(reason) = last.sent(refusal.clone()) else {
            panic!("it was refused")
        };
        assert_eq!(
            last.outcome("telling", Ok(Performed::Refused(reason)))
                .unwrap_err(),
            refusal
        );

        let Sent::Unknown(why) = last.sent(Failure::new(FailureName::OutcomeUnknown, "no answer")) else {
            panic!("nobody knows")
        };
        let failure = last
            .outcome("telling", Err(EffectError::Unknown(why)))
            .unwrap_err();
        assert_eq!(failure.name, FailureName::OutcomeUnknown);
    }
}
