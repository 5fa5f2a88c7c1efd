//! The step `void`: first find out, then close, then let the money go. A late message or a zombie finds the
//! effects closed. Whose payment it is, the ledger knows: what it holds no authorization of is not ours.

use crate::{
    authorization::{facts, is_alive, sales},
    authorize::transaction_id,
    capture::Capture,
    effect,
    handler::{Payments, reference},
    release::{Refund, Void},
    request::{Released, Step},
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
    order::{Order, Payment},
};
use effects::{EffectKind, Facts, Past, Remote, RequestId, Resolution, Sent, cancel, perform};
use heartland::gp_api::{PaymentGateway, Reference, Status, Transaction, TransactionId};
use jiff::Timestamp;
use runtime::{
    Invocation, LastFailure,
    failure::effect_failure,
    message::{PaymentFacts, Run},
};
use serde_json::{Value, json};

/// The meaning of the facts of a void and of a refund.
const FACTS: u32 = 1;

impl Payments {
    pub(crate) async fn void(&self, step: &Step, invocation: &Invocation) -> Result<Released, Failure> {
        let run = &step.run;
        let order = self.order(run).await?;
        let ours = self.close_authorization(run, &order, invocation).await?;
        let plugins = plugin_transaction(&order).filter(|_| ours.is_none());
        let Some(transaction) = ours.as_ref().map(|p| p.transaction.as_str()).or(plugins) else {
            return Ok(Released::Nothing);
        };
        let transaction = transaction_id(transaction)?;
        self.close_capture(run, &order, &transaction, ours.is_some(), invocation)
            .await?;
        match ours {
            Some(payment) => {
                self.release(step, &transaction, payment.amount(), invocation)
                    .await
            }
            None => self.kept(&transaction).await,
        }
    }

    /// The payment of the shop's plugin is not ours to touch. Whether it is still there, somebody has to know.
    async fn kept(&self, transaction: &TransactionId) -> Result<Released, Failure> {
        let found = self.gateway.get(transaction).await?;
        let is_over = found.is_some_and(|t| t.status.is_over());
        Ok(if is_over {
            Released::Nothing
        } else {
            Released::Kept
        })
    }

    /// Closes our authorization; the payment it came to, if any. An authorization that was refused as no answer to our
    /// question (more was approved than asked for) may have reserved money all the same: the gateway is asked.
    async fn close_authorization(
        &self,
        run: &Run,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<Option<PaymentFacts>, Failure> {
        // A run that began by token may have reserved, whatever the order names by now.
        let began =
            plugin_transaction(order).is_none() || self.record(EffectKind::Authorize, run).await?.is_some();
        let remote = self.find(run);
        let closed = self.close(run, invocation).await?;
        let answer = match closed {
            None if began => {
                let mut found = self.gateway.find_by_reference(&remote.reference).await?;
                // The plugin may have given its own payment the same name.
                found.retain(|sale| Some(sale.id.as_str()) != plugin_transaction(order));
                match remote.judge(found) {
                    Resolution::Applied(answer) => Some(answer),
                    Resolution::Refused(_) | Resolution::NotFound => None,
                    Resolution::StillUnknown(why) => {
                        return Err(Failure::new(FailureName::OutcomeUnknown, why));
                    }
                }
            }
            applied => applied,
        };
        answer.map(effect::read).transpose()
    }

    /// Closes a run's authorization, after finding out what became of it: nothing is reserved under its reference any more.
    /// What it had come to, if anything.
    pub(crate) async fn close(&self, run: &Run, invocation: &Invocation) -> Result<Option<Value>, Failure> {
        let request = self.cancellation(EffectKind::Authorize, run, invocation);
        let closed = cancel(&self.ledger, &request, &self.find(run)).await;
        let closed = closed.map_err(|e| effect_failure("closing the authorization", &e))?;
        Ok(closed.applied)
    }

    fn find(&self, run: &Run) -> Find<'_> {
        Find {
            gateway: self.gateway.as_ref(),
            reference: reference(run),
            now: self.now(),
            last: LastFailure::default(),
        }
    }

    async fn close_capture(
        &self,
        run: &Run,
        order: &Order,
        transaction: &TransactionId,
        owned: bool,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let request = self.cancellation(EffectKind::Capture, run, invocation);
        let remote = Capture {
            gateway: self.gateway.as_ref(),
            transaction: transaction.clone(),
            amount: order.total(),
            owned,
            wanted: self.wanted(run, None),
            read_again: false,
            now: self.now(),
            last: LastFailure::default(),
        };
        let closed = cancel(&self.ledger, &request, &remote).await;
        closed
            .map(|_| ())
            .map_err(|e| effect_failure("letting the money go", &e))
    }

    /// Lets a payment of ours go: reversed, or refunded once it has settled.
    pub(crate) async fn release(
        &self,
        step: &Step,
        transaction: &TransactionId,
        amount: Money,
        invocation: &Invocation,
    ) -> Result<Released, Failure> {
        let found = self.look_up(transaction).await?;
        match &found.status {
            Status::Reversed => Ok(Released::Voided),
            status if status.is_refusal() => Ok(Released::Nothing),
            status if status.is_settled() => {
                self.refund(&step.run, transaction, found.amount.unwrap_or(amount), invocation)
                    .await
            }
            Status::Preauthorized | Status::Captured => {
                match self.reverse(step, transaction, invocation).await {
                    Err(refused) if refused.name == FailureName::Refused => {
                        // The batch may have closed between the look and the reversal.
                        let again = self.look_up(transaction).await?;
                        if !again.status.is_settled() {
                            return Err(refused);
                        }
                        self.refund(&step.run, transaction, again.amount.unwrap_or(amount), invocation)
                            .await
                    }
                    reversed => reversed,
                }
            }
            status => {
                let what = format!("{transaction} is {status}: what it will become is not known yet");
                Err(Failure::new(FailureName::OutcomeUnknown, what))
            }
        }
    }

    async fn reverse(
        &self,
        step: &Step,
        transaction: &TransactionId,
        invocation: &Invocation,
    ) -> Result<Released, Failure> {
        let facts = Facts::new(FACTS).with("transaction", transaction);
        let claim = self.claim(EffectKind::Void, &step.run, facts, invocation, step.redrive);
        let remote = Void {
            gateway: self.gateway.as_ref(),
            transaction: transaction.clone(),
            last: LastFailure::default(),
        };
        let performed = perform(&self.ledger, &claim, &remote).await;
        effect::read(remote.last.outcome("reversing the payment", performed)?)
    }

    async fn refund(
        &self,
        run: &Run,
        transaction: &TransactionId,
        amount: Money,
        invocation: &Invocation,
    ) -> Result<Released, Failure> {
        let facts = Facts::new(FACTS)
            .with("transaction", transaction)
            .with("amount", amount.minor)
            .with("currency", amount.currency);
        let claim = self.claim(EffectKind::Refund, run, facts, invocation, false);
        let remote = Refund {
            gateway: self.gateway.as_ref(),
            transaction: transaction.clone(),
            amount,
            reference: reference(run),
            last: LastFailure::default(),
        };
        let performed = perform(&self.ledger, &claim, &remote).await;
        effect::read(remote.last.outcome("refunding the payment", performed)?)
    }
}

/// The payment of the shop's plugin that an order names.
pub(crate) fn plugin_transaction(order: &Order) -> Option<&str> {
    match &order.payment {
        Payment::Authorized { transaction, .. } | Payment::Captured { transaction, .. } => Some(transaction),
        Payment::Token { .. } | Payment::Pending | Payment::Elsewhere { .. } | Payment::Closed => None,
    }
}

/// Finds what an authorization came to, whatever its amount: all of it has to be let go.
struct Find<'a> {
    gateway: &'a dyn PaymentGateway,
    reference: Reference,
    now: Timestamp,
    last: LastFailure,
}

#[async_trait]
impl Remote for Find<'_> {
    async fn resolve(&self, _past: &Past) -> Resolution {
        match self.gateway.find_by_reference(&self.reference).await {
            Ok(found) => self.judge(found),
            Err(failure) => self.last.unresolved(failure),
        }
    }

    async fn send(&self, _id: &RequestId) -> Sent {
        Sent::NotSent("a payment that is let go is not made".to_owned())
    }
}

impl Find<'_> {
    fn judge(&self, found: Vec<Transaction>) -> Resolution {
        let sales = sales(found);
        let mut living = sales.iter().filter(|sale| is_alive(sale));
        match (living.next(), living.next()) {
            (Some(_), Some(_)) => {
                let what = format!(
                    "several payments under the reference {}: a person has to look",
                    self.reference
                );
                return Resolution::StillUnknown(what);
            }
            (Some(t), None) => {
                let Some(amount) = t.amount else {
                    return Resolution::StillUnknown(format!("the gateway tells no amount of {}", t.id));
                };
                return Resolution::Applied(json!(facts(t, amount, true, self.now)));
            }
            _ => {}
        }
        match sales.iter().find(|t| !t.status.is_over()) {
            Some(t) => Resolution::StillUnknown(format!("{} is {}", t.id, t.status)),
            None if !sales.is_empty() => Resolution::Refused(json!(Failure::new(
                FailureName::Refused,
                "not approved, or reversed"
            ))),
            None => Resolution::NotFound,
        }
    }
}
