//! What the shops were told.

use super::{excuses::Matter, facts::Facts, money::holds_money};
use domain::{decide::OrderState, ids::OrderKey, outcome::Outcome};
use runtime::stores::OrderItem;
use std::collections::BTreeMap;
use twins::{gateway::Payment, shop::Told};

pub fn paid_is_true(facts: &Facts) -> Vec<String> {
    let mut broken = Vec::new();
    for shop in &facts.shops {
        for told in shop
            .told
            .iter()
            .filter(|told| told.update.outcome == Outcome::Paid)
        {
            let named = told.update.transaction.as_deref();
            let payment = facts
                .payments
                .iter()
                .find(|payment| Some(payment.id.as_str()) == named);
            if payment.is_none_or(|payment| payment.captured_at.is_none()) {
                broken.push(format!(
                    "{}/{} was told paid by {named:?}",
                    shop.store, told.order
                ));
            }
        }
    }
    broken
}

/// The last word each order got.
fn last_words(facts: &Facts) -> BTreeMap<OrderKey, &Told> {
    let mut words = BTreeMap::new();
    for shop in &facts.shops {
        for told in &shop.told {
            if let Ok(id) = told.order.parse() {
                let store = shop.store.clone();
                words.insert(OrderKey { store, id }, told);
            }
        }
    }
    words
}

fn is_paid_otherwise(item: &OrderItem) -> bool {
    let by_token = item.facts.as_ref().is_some_and(|facts| facts.is_token());
    by_token && item.newest_facts.as_ref().is_some_and(|newest| newest.is_paid())
}

pub fn shops_know_the_end(facts: &Facts) -> Vec<String> {
    let words = last_words(facts);
    let mut broken = Vec::new();
    for item in facts.table.orders.values() {
        let order = &item.order;
        let left = |matter| facts.is_left(order, Some(item.generation), matter);
        let told = words.get(order).map(|told| told.update.outcome);
        let right = match (item.state, told) {
            (OrderState::Open, _) => true,
            (OrderState::Completed, told) => told == Some(Outcome::Paid),
            // A shop that shows another payment is not told that ours came to nothing.
            (OrderState::Closed, None) => is_paid_otherwise(item),
            (OrderState::Closed, Some(told)) => told != Outcome::Paid,
            (OrderState::Recorded, told) => told.is_none(),
        };
        if !right && !left(Matter::Telling) {
            broken.push(format!("{order} is {:?}, the shop was told {told:?}", item.state));
        }
        // Whose money is left to people is told by the run it was reserved in, which may be an earlier one.
        let is_left = |sale: &&Payment| {
            let run = facts.order_of(sale);
            run.is_some_and(|(_, run)| facts.is_left(order, Some(run), Matter::Money))
        };
        let mut holding = facts.our_sales_for(order).filter(|sale| holds_money(facts, sale));
        let holds = holding.find(|sale| !is_left(sale));
        if let (Some(sale), Some(told), false) = (holds, told, item.state == OrderState::Open)
            && told != Outcome::Paid
        {
            broken.push(format!(
                "{order} was told {}, {} is {}",
                told.as_str(),
                sale.id,
                sale.status
            ));
        }
    }
    broken
}
