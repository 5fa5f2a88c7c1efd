//! The step `authorize`: our own authorization, or the shop plugin's payment, verified and claimed.

use crate::{
    authorization::Authorization,
    effect::{self, cancelled},
    handler::{Payments, reference},
    request::Step,
};
use domain::{
    failure::{Failure, FailureName},
    order::{Order, Payment},
};
use effects::{EffectKind, Facts, perform};
use heartland::gp_api::{Authorize, PaymentToken, Transaction, TransactionId};
use runtime::{
    Invocation, LastFailure,
    message::{PaymentFacts, Run},
};
use secrecy::SecretString;

/// The meaning of the facts of an authorization.
const FACTS: u32 = 1;

impl Payments {
    pub(crate) async fn authorize(
        &self,
        step: &Step,
        invocation: &Invocation,
    ) -> Result<PaymentFacts, Failure> {
        let order = self.order(&step.run).await?;
        let account = self.merchant.store(&order.key.store)?.account_of(&order)?;
        let account = account.and_then(|account| account.gateway_account.clone());
        match &order.payment {
            Payment::Token { token, .. } => {
                let token = token.parse().map_err(|_| bad_token())?;
                self.look_back(step, invocation).await?;
                self.authorize_token(step, &order, token, account, invocation)
                    .await
            }
            Payment::Authorized { transaction, .. } | Payment::Captured { transaction, .. } => {
                self.look_back_beside_a_plugin(&step.run, invocation).await?;
                self.claim_plugin_payment(&step.run, &order, transaction).await
            }
            Payment::Pending | Payment::Elsewhere { .. } | Payment::Closed => {
                let what = "this version of the order has nothing to be authorized";
                Err(Failure::new(FailureName::Refused, what).field("payment.state"))
            }
        }
    }

    async fn authorize_token(
        &self,
        step: &Step,
        order: &Order,
        token: PaymentToken,
        account: Option<String>,
        invocation: &Invocation,
    ) -> Result<PaymentFacts, Failure> {
        let run = &step.run;
        let amount = order.total();
        let facts = authorization_facts(order, account.as_deref());
        let holder = Some(order.billing.name.as_str())
            .filter(|name| !name.is_empty())
            .map(SecretString::from);
        let remote = Authorization {
            gateway: self.gateway.as_ref(),
            ask: Authorize {
                amount,
                reference: reference(run),
                token,
                holder,
                account,
            },
            wanted: self.wanted(run, None),
            redriven: step.redrive,
            now: self.now(),
            last: LastFailure::default(),
        };
        let claim = self.claim(EffectKind::Authorize, run, facts, invocation, step.redrive);
        let performed = perform(&self.ledger, &claim, &remote).await;
        let payment: PaymentFacts = effect::read(remote.last.outcome("reserving the money", performed)?)?;
        if payment.amount() != amount {
            self.let_part_go(step, &payment, invocation).await?;
            let what = format!(
                "approved for {} of {amount}, which was reversed",
                payment.amount()
            );
            return Err(Failure::new(FailureName::PaymentDeclined, what));
        }
        self.claim_transaction(&payment.transaction, run).await?;
        Ok(payment)
    }

    /// An approval of less than was asked for is no payment: it is reversed.
    async fn let_part_go(
        &self,
        step: &Step,
        payment: &PaymentFacts,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let transaction = transaction_id(&payment.transaction)?;
        self.release(step, &transaction, payment.amount(), invocation)
            .await
            .map(|_| ())
    }

    pub(crate) async fn look_up(&self, id: &TransactionId) -> Result<Transaction, Failure> {
        let found = self.gateway.get(id).await?;
        found.ok_or_else(|| {
            let what = format!("the gateway does not know the transaction {id}");
            Failure::new(FailureName::Conflict, what)
                .field("payment.transaction")
                .remedy("look for the payment in the gateway's portal")
        })
    }

    /// The payment our own authorization came to, for later steps. A message is not believed about money.
    pub(crate) async fn own_payment(&self, run: &Run) -> Result<Option<PaymentFacts>, Failure> {
        match self.record(EffectKind::Authorize, run).await? {
            Some(record) if record.state == effects::State::Cancelled => Err(cancelled()),
            Some(record) if record.state == effects::State::Applied => {
                effect::read(record.result.unwrap_or_default()).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// What an authorization is about: a repeat with another amount or token is a conflict.
fn authorization_facts(order: &Order, account: Option<&str>) -> Facts {
    let facts = Facts::new(FACTS)
        .with("amount", order.total_minor)
        .with("currency", order.currency)
        .with("account", account.unwrap_or_default());
    match &order.payment {
        Payment::Token { token, .. } => facts.with("payment token", token),
        _ => facts,
    }
}

fn bad_token() -> Failure {
    Failure::new(FailureName::Refused, "the payment token is none").field("payment.token")
}

pub(crate) fn transaction_id(text: &str) -> Result<TransactionId, Failure> {
    let what = "the transaction id is none";
    text.parse()
        .map_err(|_| Failure::new(FailureName::Refused, what).field("payment.transaction"))
}
