//! The port: what a payment function needs from a payment gateway.

use super::ids::{IdempotencyKey, PaymentToken, Reference, TransactionId};
use super::transaction::Transaction;
use async_trait::async_trait;
use domain::{failure::Failure, money::Money};
use secrecy::SecretString;

/// An authorization to ask for.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// How much. More than zero.
    pub amount: Money,
    /// Our name for the payment; the way back to it when the answer is lost.
    pub reference: Reference,
    /// What to charge.
    pub token: PaymentToken,
    /// The card holder's name, as the shop knows it. Personal data, so it does not print.
    pub holder: Option<SecretString>,
    /// The merchant account, when it is not the one of the settings.
    pub account: Option<String>,
}

/// Authorizes, captures, releases and gives back money, and tells what became of it.
///
/// # Errors
/// All calls fail with a [`Failure`] whose name says what is known:
/// `SystemUnavailable` (nothing was done; for reads: nothing was learnt), `OutcomeUnknown` (it may have been
/// done), `PaymentDeclined`, `PaymentTokenExpired`, `Refused` (with the field, where the gateway names one),
/// `Conflict` (an answer about something else), `Misconfigured`.
///
/// A repeat under the same key never acts twice: it ends as the first call did, or as `OutcomeUnknown`.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Reserves money (`capture_mode: LATER`). The result may be approved for less than asked for: see
    /// [`Transaction::approval`]. It may be captured at once where the merchant account does that.
    async fn authorize(&self, key: &IdempotencyKey, authorize: &Authorize) -> Result<Transaction, Failure>;

    /// Captures this amount of an authorization.
    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure>;

    /// Releases an authorization, or an unsettled capture, in full.
    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure>;

    /// Gives this amount of a capture back. The result is a transaction of its own.
    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure>;

    /// Looks a transaction up. `None`: the gateway does not know it.
    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure>;

    /// All transactions under one of our references, refunds included, in the gateway's order.
    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure>;
}
