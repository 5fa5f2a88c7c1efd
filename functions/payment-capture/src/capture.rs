//! Taking reserved money: the effect `capture` as the ledger drives it.

use crate::{
    authorization::facts,
    authorize::transaction_id,
    effect::{self, not_capturable, not_sent},
    handler::Payments,
    request::PaidStep,
    void::plugin_transaction,
    wanted::Wanted,
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    merchant::CaptureWhen,
    money::Money,
    order::{Order, Payment},
};
use effects::{EffectKind, Facts, Past, Performed, Remote, RequestId, Resolution, Sent, perform};
use heartland::gp_api::{PaymentGateway, Status, Transaction, TransactionId};
use jiff::{SignedDuration, Timestamp};
use runtime::{
    Invocation, LastFailure,
    message::{PaymentFacts, PaymentState},
    metrics::{self, Metric},
};
use serde_json::json;

/// The meaning of the facts of a capture.
const FACTS: u32 = 1;
/// An authorization seen longer ago than this is read again before it is captured.
const TRUSTED_FOR: SignedDuration = SignedDuration::from_secs(60);

impl Payments {
    pub(crate) async fn capture(
        &self,
        step: &PaidStep,
        invocation: &Invocation,
    ) -> Result<PaymentFacts, Failure> {
        let order = self.order(&step.run).await?;
        if order.payment == Payment::Closed {
            let what = "the shop has cancelled or refunded the order";
            return Err(Failure::new(FailureName::Conflict, what)
                .field("payment.state")
                .remedy("drop the run: what is reserved is let go"));
        }
        let authorized = self.authorized(step, &order).await?;
        if authorized.amount() != order.total() {
            let what = format!(
                "authorized for {}, the order is now {}",
                authorized.amount(),
                order.total()
            );
            let remedy = "drop the run, and let the customer pay again";
            return Err(Failure::new(FailureName::Conflict, what)
                .field("amount")
                .remedy(remedy));
        }
        if authorized.state == PaymentState::Captured {
            return Ok(authorized);
        }
        let on_delivery = self.merchant.store(&order.key.store)?.capture == CaptureWhen::OnDelivery;
        if on_delivery && !step.delivered {
            return Err(Failure::new(
                FailureName::DeliveryPending,
                "the capture waits for the delivery",
            ));
        }
        let plugins = Some(&order.payment).filter(|_| !authorized.owned);
        self.take(step, &authorized, self.wanted(&step.run, plugins), invocation)
            .await
    }

    /// The authorization to capture: ours from the ledger; the plugin's as the step before verified it, when it is the
    /// one this order names. Whose it is, the ledger says and not the message.
    async fn authorized(&self, step: &PaidStep, order: &Order) -> Result<PaymentFacts, Failure> {
        // Ours, unless it was let go before the order named the payment that this step is about.
        let named = plugin_transaction(order);
        let asked = named.filter(|named| *named == step.payment.transaction);
        if let Some(ours) = self.own_payment(&step.run).await?
            && asked.is_none_or(|asked| asked == ours.transaction)
        {
            return Ok(ours);
        }
        let Some(transaction) = named else {
            let what = "there is no authorization to capture";
            return Err(Failure::new(FailureName::Conflict, what).field("payment"));
        };
        if transaction != step.payment.transaction {
            let what = "the step is about another transaction than the order";
            return Err(Failure::new(FailureName::Conflict, what).field("payment.transaction"));
        }
        self.claim_transaction(transaction, &step.run).await?;
        Ok(PaymentFacts {
            owned: false,
            ..step.payment.clone()
        })
    }

    async fn take(
        &self,
        step: &PaidStep,
        authorized: &PaymentFacts,
        wanted: Wanted<'_>,
        invocation: &Invocation,
    ) -> Result<PaymentFacts, Failure> {
        let now = self.now();
        let facts = Facts::new(FACTS)
            .with("transaction", &authorized.transaction)
            .with("amount", authorized.amount_minor)
            .with("currency", authorized.currency);
        let remote = Capture {
            gateway: self.gateway.as_ref(),
            transaction: transaction_id(&authorized.transaction)?,
            amount: authorized.amount(),
            owned: authorized.owned,
            wanted,
            read_again: authorized
                .seen_at
                .is_none_or(|seen| now.duration_since(seen) > TRUSTED_FOR),
            now,
            last: LastFailure::default(),
        };
        let claim = self.claim(EffectKind::Capture, &step.run, facts, invocation, step.redrive);
        let performed = perform(&self.ledger, &claim, &remote).await;
        if let Ok(Performed::Applied { moved: true, .. }) = &performed {
            captured(authorized.amount());
        }
        effect::read(remote.last.outcome("taking the money", performed)?)
    }
}

/// Counts money that was taken: for whoever moved the record, and nobody else.
pub(crate) fn captured(amount: Money) {
    metrics::emit(Metric::AmountCaptured, amount.minor, &[amount.currency.code()]);
}

/// What the ledger asks of the gateway.
pub(crate) struct Capture<'a> {
    pub gateway: &'a dyn PaymentGateway,
    pub transaction: TransactionId,
    pub amount: Money,
    /// Whether we authorized it.
    pub owned: bool,
    pub wanted: Wanted<'a>,
    /// Whether the authorization was seen too long ago to be trusted.
    pub read_again: bool,
    pub now: Timestamp,
    pub last: LastFailure,
}

#[async_trait]
impl Remote for Capture<'_> {
    async fn resolve(&self, _past: &Past) -> Resolution {
        match self.gateway.get(&self.transaction).await {
            Ok(Some(t)) if t.status.is_captured() => match self.captured(&t) {
                Sent::Applied(answer) => Resolution::Applied(answer),
                Sent::Refused(reason) => Resolution::Refused(reason),
                Sent::Unknown(why) | Sent::NotSent(why) => Resolution::StillUnknown(why),
            },
            Ok(Some(t)) if t.status == Status::Preauthorized => Resolution::NotFound,
            Ok(Some(t)) if t.status.is_over() => Resolution::Refused(json!(not_capturable(&t))),
            Ok(Some(t)) => Resolution::StillUnknown(format!("{} is {}", t.id, t.status)),
            Ok(None) => Resolution::StillUnknown(format!("the gateway does not know {}", self.transaction)),
            Err(failure) => self.last.unresolved(failure),
        }
    }

    async fn send(&self, id: &RequestId) -> Sent {
        if self.read_again
            && let Some(settled) = self.as_it_is_now().await
        {
            return settled;
        }
        if let Some(refused) = self.wanted.refuses(&self.last).await {
            return refused;
        }
        let key = match id.as_str().parse() {
            Ok(key) => key,
            Err(_) => return Sent::NotSent("the request id is no idempotency key".to_owned()),
        };
        match self.gateway.capture(&key, &self.transaction, self.amount).await {
            Ok(transaction) => self.captured(&transaction),
            Err(failure) => self.last.sent(failure),
        }
    }
}

impl Capture<'_> {
    /// What the authorization has become meanwhile; nothing when it can still be captured.
    async fn as_it_is_now(&self) -> Option<Sent> {
        match self.gateway.get(&self.transaction).await {
            Ok(Some(t)) if t.status == Status::Preauthorized => None,
            Ok(Some(t)) if t.status.is_captured() => Some(self.captured(&t)),
            Ok(Some(t)) if t.status.is_over() => Some(Sent::Refused(json!(not_capturable(&t)))),
            Ok(Some(t)) => {
                let what = format!("{} is {}: what it will become is not known yet", t.id, t.status);
                Some(Sent::NotSent(what))
            }
            // Not a refusal: with the credentials of another merchant account every authorization is unknown.
            Ok(None) => {
                let what = format!("the gateway does not know {}", self.transaction);
                let failure = Failure::new(FailureName::Conflict, what).field("transaction");
                let remedy =
                    "compare the gateway's secret with the account it was authorized in, then redrive";
                Some(Sent::Refused(json!(failure.remedy(remedy))))
            }
            Err(failure) => Some(self.last.sent(not_sent(failure))),
        }
    }

    /// A capture, if it is of the order's amount.
    fn captured(&self, transaction: &Transaction) -> Sent {
        match transaction.amount {
            Some(amount) if amount != self.amount => {
                let what = format!(
                    "{} was captured with {amount}, the order is {}",
                    transaction.id, self.amount
                );
                Sent::Refused(json!(Failure::new(FailureName::Conflict, what).field("amount")))
            }
            _ => Sent::Applied(json!(facts(transaction, self.amount, self.owned, self.now))),
        }
    }
}
