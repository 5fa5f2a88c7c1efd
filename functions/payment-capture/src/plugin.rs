//! A payment the shop's own plugin has made: looked up, verified, and claimed for one order.

use crate::{
    answer,
    authorization::facts,
    authorize::transaction_id,
    capture::captured,
    handler::{Payments, reference},
};
use domain::{
    failure::{Failure, FailureName},
    order::Order,
    payment::verify_shop_payment,
};
use heartland::gp_api::{self, Kind};
use runtime::{
    message::{PaymentFacts, PaymentState, Run},
    stores::Use,
};

impl Payments {
    pub(crate) async fn claim_plugin_payment(
        &self,
        run: &Run,
        order: &Order,
        transaction: &str,
    ) -> Result<PaymentFacts, Failure> {
        let found = self.look_up(&transaction_id(transaction)?).await?;
        check(&found, order, run)?;
        let claimed = self.claim_transaction(transaction, run).await?;
        let payment = facts(&found, order.total(), false, self.now());
        if claimed == Use::New && payment.state == PaymentState::Captured {
            captured(payment.amount());
        }
        Ok(payment)
    }

    /// One transaction pays one order.
    pub(crate) async fn claim_transaction(&self, transaction: &str, run: &Run) -> Result<Use, Failure> {
        match self.used.claim(transaction, &run.order).await? {
            Use::Of(other) => {
                let what = format!("the transaction {transaction} already pays the order {other}");
                Err(Failure::new(FailureName::Conflict, what).field("payment.transaction"))
            }
            ours => Ok(ours),
        }
    }
}

/// Whether the transaction is the payment of this order: amount, currency, state and reference.
fn check(found: &gp_api::Transaction, order: &Order, run: &Run) -> Result<(), Failure> {
    verify_shop_payment(order, &answer::transaction(found)?)?;
    let conflict = |field: &str, what: String| {
        Err(Failure::new(FailureName::Conflict, what)
            .field(format!("payment.{field}"))
            .remedy("compare the order in the shop with the payment in the gateway's portal"))
    };
    if found.kind.as_ref().is_some_and(|kind| *kind != Kind::Sale) {
        return conflict("transaction", format!("{} is no sale", found.id));
    }
    if !names_the_order(found.reference.as_deref(), order, run) {
        return conflict(
            "reference",
            format!("the reference of {} names another order", found.id),
        );
    }
    Ok(())
}

/// Plugins put the order's number or id into the reference. A reference that names nothing we could know (a random
/// id, as the vendor's own plugin makes them) cannot be held against the payment; one that is the name of another
/// order can.
fn names_the_order(found: Option<&str>, order: &Order, run: &Run) -> bool {
    let Some(found) = found else { return true };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let ours = [
        order.number.as_str(),
        order.key.id.as_str(),
        &order.key.slug(),
        reference(run).as_str(),
    ]
    .contains(&found);
    let parts: Vec<&str> = found.split('-').collect();
    let names_some_order = digits(found) || parts.first() == Some(&order.key.store.as_str());
    ours || !names_some_order
}
