//! A correction of what a review is about. What came stays as it came: the correction is a new version beside it.

use crate::{
    desk::Desk,
    redrive::Redrive,
    request::Correction,
    versions::{base, content, corrected_version},
};
use domain::{
    card_number,
    changes::changed_fields,
    event::EventId,
    failure::{Failure, FailureName},
    money::Money,
    order::{Order, check_edit},
};
use effects::{EffectId, EffectKind, Record, State};
use runtime::{
    message::{self, PaymentFacts, Run},
    stores::{Edit, OrderItem, Review},
};
use serde_json::{Value, json};

impl Desk {
    pub(crate) async fn edit(&self, review: &Review, correction: &Correction) -> Result<Value, Failure> {
        let (by, reason) = correction.signed.said()?;
        let made = match Redrive::read(review.redrive.clone()) {
            Redrive::Parked { run, .. } | Redrive::Execution { run } => {
                self.edit_order(&run, correction).await?
            }
            Redrive::Event { event, store, .. } => {
                self.edit_event(review, &event, &store, correction).await?
            }
            Redrive::Nothing => {
                let what = "there is nothing to do again, and so nothing to be corrected";
                return Err(Failure::new(FailureName::Refused, what));
            }
        };
        let edit = Edit {
            at_ms: self.clock.now().0,
            by,
            reason,
            corrects: correction.corrects.clone(),
            version: made.version.clone(),
            fields: made.fields.clone(),
        };
        if self
            .reviews
            .edited(review, &edit, made.redrive.as_ref())
            .await?
            .is_none()
        {
            return Err(changed_meanwhile());
        }
        tracing::info!(review = review.id, version = made.version, "input corrected");
        Ok(json!({"review": review.id, "version": made.version, "fields": made.fields}))
    }

    /// The content goes in before the order item that names it, the item before the review that tells of it: a crash in
    /// between is healed by the same correction.
    async fn edit_order(&self, run: &Run, correction: &Correction) -> Result<Made, Failure> {
        let after = order_of(correction)?;
        let there = self.orders.load(&run.order).await?.map(|there| there.value);
        let Some(item) = there.filter(|item| item.is_run_by(run)) else {
            let what = "the order is not in the hands of this run any more";
            return Err(Failure::new(FailureName::Refused, what));
        };
        let version = corrected_version(&correction.corrects, &after, &content(&after)?)?;
        let known = base(&item) == &version;
        if !known && base(&item).as_str() != correction.corrects {
            return Err(changed_meanwhile());
        }
        let before = self.payloads.content(&run.order, &correction.corrects).await?;
        check_edit(&before, &after)?;
        self.check_effects(run, &after).await?;
        if !known {
            self.payloads.store_content(version.as_str(), &after).await?;
            self.take_correction(run, &item, &after, &version).await?;
        }
        Ok(Made {
            version: version.to_string(),
            fields: changed_fields(&json!(before), &json!(after)),
            redrive: None,
        })
    }

    async fn take_correction(
        &self,
        run: &Run,
        seen: &OrderItem,
        after: &Order,
        version: &EventId,
    ) -> Result<(), Failure> {
        let Some(of) = seen.newest_facts.as_ref() else {
            let what = "what the shop says of the order is not known";
            return Err(Failure::new(FailureName::Refused, what).remedy("send the order again from the shop"));
        };
        let change = |there: Option<&OrderItem>| {
            let same = there.filter(|there| {
                there.is_run_by(run) && there.newest == seen.newest && base(there) == base(seen)
            });
            let corrected = same.map(|there| there.clone().corrected(of, after, version));
            (corrected.clone(), corrected.is_some())
        };
        match self.orders.change(&run.order, change).await? {
            true => Ok(()),
            false => Err(changed_meanwhile()),
        }
    }

    /// Nothing is corrected behind the back of what was done: money that is reserved has an amount, and an order that
    /// is in Odoo is corrected there.
    async fn check_effects(&self, run: &Run, after: &Order) -> Result<(), Failure> {
        let written = self.effect_of(EffectKind::WriteOrder, run).await?;
        match written.map(|record| record.state) {
            None | Some(State::Intended | State::Refused) => {}
            Some(State::Applied) => {
                let failure = Failure::new(FailureName::Refused, "the order is in Odoo already");
                return Err(failure.remedy("correct it in Odoo, then redrive"));
            }
            Some(State::Cancelled) => {
                let what = "the run has let go of the order";
                return Err(Failure::new(FailureName::Refused, what));
            }
            Some(State::Sent | State::Unknown) => {
                let failure = Failure::new(FailureName::Refused, "whether the order is in Odoo is not known");
                return Err(failure.remedy("redrive it as it is: what is there is looked up first"));
            }
        }
        let authorized = self.effect_of(EffectKind::Authorize, run).await?;
        let payment = authorized.filter(|record| record.state == State::Applied);
        let payment = payment.and_then(|record| serde_json::from_value::<PaymentFacts>(record.result?).ok());
        match payment.map(|payment| payment.amount()) {
            Some(amount) if amount != after.total() => Err(another_amount(amount, after.total())),
            _ => Ok(()),
        }
    }

    pub(crate) async fn effect_of(&self, kind: EffectKind, run: &Run) -> Result<Option<Record>, Failure> {
        self.record(&EffectId::new(kind, &run.effect_key())).await
    }

    pub(crate) async fn record(&self, effect: &EffectId) -> Result<Option<Record>, Failure> {
        let record = self.effects.load(effect).await;
        record.map_err(|error| Failure::new(FailureName::SystemUnavailable, error.to_string()))
    }
}

/// What a correction has come to.
pub(crate) struct Made {
    pub(crate) version: String,
    pub(crate) fields: Vec<String>,
    pub(crate) redrive: Option<Value>,
}

/// The corrected order, read as every order is.
fn order_of(correction: &Correction) -> Result<Order, Failure> {
    let missing = || {
        let what = "the whole order has to be given as it should be";
        Failure::new(FailureName::Refused, what).field("order")
    };
    let order = correction.order.clone().ok_or_else(missing)?;
    refuse_card_numbers(order.to_string().as_bytes())?;
    message::read(order)
}

pub(crate) fn refuse_card_numbers(text: &[u8]) -> Result<(), Failure> {
    match card_number::find(text) {
        None => Ok(()),
        Some(_) => {
            let what = "the correction holds something that is a card number; nothing of it was kept";
            Err(Failure::new(FailureName::Refused, what))
        }
    }
}

pub(crate) fn changed_meanwhile() -> Failure {
    let what = "it has changed since it was read";
    Failure::new(FailureName::Conflict, what)
        .remedy("look at it again, and make the correction of what is there now")
}

fn another_amount(authorized: Money, total: Money) -> Failure {
    let what = format!("authorized for {authorized}, the edited order is {total}");
    Failure::new(FailureName::Conflict, what)
        .field("total_minor")
        .remedy("drop the run, and let the customer pay again")
}
