//! Answers and ends of effects, as steps see them.

use domain::failure::{Failure, FailureName};
use heartland::gp_api::Transaction;
use serde_json::Value;

/// What a person does about a payment that is held back or whose status is not known.
pub(crate) const SEE_THAT_IT_IS_OVER: &str =
    "see in the gateway's portal that it is reversed or refused, then redrive";

/// The effect was closed by a compensation.
pub(crate) fn cancelled() -> Failure {
    Failure::new(FailureName::Cancelled, "the payment of this run was let go")
}

/// Reads what the ledger keeps as an effect's answer.
pub(crate) fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Failure> {
    let what = "the ledger holds an answer that cannot be read";
    serde_json::from_value(answer).map_err(|_| Failure::new(FailureName::Conflict, what))
}

/// A look-up right before the effect that failed: whatever became of it, the effect was not sent.
pub(crate) fn not_sent(failure: Failure) -> Failure {
    let name = match failure.name {
        FailureName::Misconfigured => FailureName::Misconfigured,
        _ => FailureName::SystemUnavailable,
    };
    Failure { name, ..failure }
}

/// Says that a transaction is in a state the step cannot go on from.
pub(crate) fn not_capturable(transaction: &Transaction) -> Failure {
    let what = format!(
        "{} is {}, it cannot be captured",
        transaction.id, transaction.status
    );
    Failure::new(FailureName::Refused, what).field("transaction")
}
