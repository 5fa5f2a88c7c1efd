//! The gateway's words as the domain's.

use domain::{
    failure::{Failure, FailureName},
    payment::{Transaction, TransactionState},
};
use heartland::gp_api::{self, Status};

/// What the gateway says of a transaction.
///
/// # Errors
/// [`FailureName::Conflict`] when it tells no amount: nothing can be decided about such a payment.
pub(crate) fn transaction(said: &gp_api::Transaction) -> Result<Transaction, Failure> {
    let Some(amount) = said.amount else {
        let what = format!("the gateway tells no amount of {}", said.id);
        return Err(Failure::new(FailureName::Conflict, what).field("payment.amount"));
    };
    Ok(Transaction {
        id: said.id.to_string(),
        state: state(&said.status),
        amount,
    })
}

fn state(status: &Status) -> TransactionState {
    match status {
        Status::Preauthorized => TransactionState::Authorized,
        Status::Captured | Status::Batched | Status::Funded => TransactionState::Captured,
        Status::Declined | Status::Rejected | Status::Failed => TransactionState::Declined,
        Status::Reversed => TransactionState::Reversed,
        Status::Initiated | Status::SuccessAuthenticated | Status::Pending | Status::ForReview => {
            TransactionState::Pending
        }
        Status::Unknown(word) => TransactionState::Unknown(word.clone()),
    }
}
