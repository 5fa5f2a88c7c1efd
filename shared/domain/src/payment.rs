//! What an answer about a payment means. Small tables, so that no two callers read an answer differently.

use crate::{
    failure::{Failure, FailureName},
    money::Money,
    order::{Order, Payment},
};

/// How far a transaction has come, whatever the gateway calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// Money is reserved.
    Authorized,
    /// Money is taken; settled or not.
    Captured,
    /// The issuer said no.
    Declined,
    /// Released before or given back after the capture.
    Reversed,
    /// Not decided yet.
    Pending,
    /// A word we do not know.
    Unknown(String),
}

/// What the gateway says of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: String,
    /// How far it has come.
    pub state: TransactionState,
    /// The amount it is for.
    pub amount: Money,
}

/// What to do after an authorization has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAuthorization {
    /// The whole amount is reserved: go on.
    Proceed,
    /// The whole amount is already taken: go on, and do not capture.
    ProceedCaptured,
    /// Less than the order's total is reserved: release it, then treat the order as declined.
    ReleaseAndDecline,
    /// Nothing is reserved.
    Decline,
    /// Not known yet: look it up again.
    Ask,
}

/// What to do when the gateway has answered `answer` to an authorization of `asked`.
///
/// # Errors
/// [`FailureName::Conflict`] when more than asked, or another currency, was reserved.
pub fn after_authorization(asked: Money, answer: &Transaction) -> Result<AfterAuthorization, Failure> {
    use AfterAuthorization::{Ask, Decline, Proceed, ProceedCaptured, ReleaseAndDecline};
    let whole = match &answer.state {
        TransactionState::Declined | TransactionState::Reversed => return Ok(Decline),
        TransactionState::Pending | TransactionState::Unknown(_) => return Ok(Ask),
        TransactionState::Authorized => Proceed,
        TransactionState::Captured => ProceedCaptured,
    };
    if answer.amount.currency != asked.currency || answer.amount.minor > asked.minor {
        let what = format!("{asked} was asked for and {} was approved", answer.amount);
        let failure = Failure::new(FailureName::Conflict, what).field("payment");
        return Err(failure.remedy("look the transaction up at the gateway and void it"));
    }
    Ok(if answer.amount == asked {
        whole
    } else {
        ReleaseAndDecline
    })
}

/// Whether a payment of the shop's own pays this order: it is the one the order names, its amount and currency are the
/// order's total, and its state is the one the shop claims. What its reference says is judged by who knows the
/// gateway's references.
///
/// # Errors
/// [`FailureName::Conflict`] with what differs. [`FailureName::PaymentDeclined`] when it was declined or reversed;
/// [`FailureName::SystemUnavailable`] when it is not decided yet.
pub fn verify_shop_payment(order: &Order, found: &Transaction) -> Result<(), Failure> {
    let conflict = |field: &str, what: String| {
        let remedy = "compare the order in the shop with the transaction at the gateway";
        Err(Failure::new(FailureName::Conflict, what)
            .field(field)
            .remedy(remedy))
    };
    let (claimed, captured) = match &order.payment {
        Payment::Authorized { transaction, .. } => (transaction, false),
        Payment::Captured { transaction, .. } => (transaction, true),
        Payment::Pending | Payment::Token { .. } | Payment::Elsewhere { .. } | Payment::Closed => {
            return conflict("payment", "the order claims no transaction".to_owned());
        }
    };
    if *claimed != found.id {
        return conflict(
            "payment.transaction",
            format!("the gateway answered with another one, {}", found.id),
        );
    }
    if found.amount != order.total() {
        let what = format!(
            "the transaction is for {}, the order for {}",
            found.amount,
            order.total()
        );
        return conflict("payment.transaction", what);
    }
    match &found.state {
        TransactionState::Captured => Ok(()),
        TransactionState::Authorized if !captured => Ok(()),
        TransactionState::Authorized => conflict(
            "payment.state",
            "the shop says captured, the gateway says authorized".to_owned(),
        ),
        TransactionState::Declined | TransactionState::Reversed => {
            let what = "the transaction was declined or reversed";
            Err(Failure::new(FailureName::PaymentDeclined, what).field("payment.transaction"))
        }
        TransactionState::Pending => Err(Failure::new(
            FailureName::SystemUnavailable,
            "the transaction is not decided yet",
        )),
        TransactionState::Unknown(state) => conflict(
            "payment.state",
            format!(
                "the gateway says {:?}",
                state.chars().take(40).collect::<String>()
            ),
        ),
    }
}
