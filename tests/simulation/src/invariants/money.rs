//! Money at the gateway.

use super::{
    excuses::tells_of_payments,
    facts::{Facts, is_about},
};
use domain::{ids::OrderKey, order::Payment as OrderPayment};
use heartland::gp_api::{Kind, Status};
use std::collections::{BTreeMap, BTreeSet};
use twins::gateway::{End, MadeBy, Payment, Request};

/// An authorization of this age holds nothing any more.
const LAPSED_MS: i64 = 7 * 24 * 3_600_000;

/// Whether a sale holds the customer's money, reserved or taken.
pub fn holds_money(facts: &Facts, sale: &Payment) -> bool {
    match sale.status {
        Status::Preauthorized => facts.now.since_ms(sale.created_at) < LAPSED_MS,
        _ => facts.kept_minor(sale) > 0,
    }
}

pub fn captured_within_authorized(facts: &Facts) -> Vec<String> {
    let sales = facts.payments.iter().filter(|payment| payment.kind == Kind::Sale);
    let too_much = sales.filter(|sale| sale.captured_minor > sale.approved.minor.min(sale.asked.minor));
    too_much
        .map(|sale| {
            format!(
                "{} captured {} of {}",
                sale.id, sale.captured_minor, sale.approved
            )
        })
        .collect()
}

pub fn authorized_for_the_order(facts: &Facts) -> Vec<String> {
    let wrong = facts.our_sales().filter_map(|sale| {
        let Some((order, run)) = facts.order_of(sale) else {
            return Some(format!("{} under {:?} is for no order", sale.id, sale.reference));
        };
        let of_a_version = facts
            .table
            .versions(order)
            .any(|version| version.total() == sale.asked);
        (!of_a_version).then(|| {
            format!(
                "{} asked for {}, no version of {order} run {run} costs that",
                sale.id, sale.asked
            )
        })
    });
    wrong.collect()
}

pub fn refunds_within_captured(facts: &Facts) -> Vec<String> {
    let sales = facts.payments.iter().filter(|payment| payment.kind == Kind::Sale);
    let over = sales.filter_map(|sale| {
        let refunded = facts.refunded_minor(&sale.id);
        (refunded > sale.captured_minor)
            .then(|| format!("{} refunded {refunded} of {}", sale.id, sale.captured_minor))
    });
    over.collect()
}

/// Our sales by order.
fn by_order(facts: &Facts) -> BTreeMap<&OrderKey, Vec<&Payment>> {
    let mut orders: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for sale in facts.our_sales() {
        if let Some((order, _)) = facts.order_of(sale) {
            orders.entry(order).or_default().push(sale);
        }
    }
    orders
}

pub fn one_payment_at_a_time(facts: &Facts) -> Vec<String> {
    let twice = by_order(facts).into_iter().filter_map(|(order, sales)| {
        let holding: Vec<&str> = sales
            .into_iter()
            .filter(|sale| holds_money(facts, sale))
            .map(|sale| sale.id.as_str())
            .collect();
        (holding.len() > 1).then(|| format!("{order}: {}", holding.join(", ")))
    });
    twice.collect()
}

pub fn charged_once(facts: &Facts) -> Vec<String> {
    let over = by_order(facts).into_iter().filter_map(|(order, sales)| {
        let kept: i64 = sales.iter().map(|sale| facts.kept_minor(sale)).sum();
        let total = facts.largest_total_minor(order)?;
        (kept > total).then(|| format!("{order} costs {total}, {kept} was taken"))
    });
    over.collect()
}

/// The payments that pay an order: ours, and those its versions name.
fn paying<'a>(facts: &'a Facts, order: &'a OrderKey) -> impl Iterator<Item = &'a Payment> {
    let named: BTreeSet<&str> = facts
        .table
        .versions(order)
        .filter_map(|version| match &version.payment {
            OrderPayment::Authorized { transaction, .. } | OrderPayment::Captured { transaction, .. } => {
                Some(transaction.as_str())
            }
            _ => None,
        })
        .collect();
    let ours = move |sale: &Payment| facts.order_of(sale).is_some_and(|(of, _)| of == order);
    let sales = facts.payments.iter().filter(|payment| payment.kind == Kind::Sale);
    sales.filter(move |sale| named.contains(sale.id.as_str()) || (sale.made_by == MadeBy::Us && ours(sale)))
}

/// What the customer has paid by a wallet that is none of ours.
fn by_wallet<'a>(facts: &'a Facts, order: &'a OrderKey) -> impl Iterator<Item = &'a str> {
    let versions = facts.table.versions(order);
    versions.filter_map(|version| match &version.payment {
        OrderPayment::Elsewhere { transaction, .. } => transaction.as_deref(),
        _ => None,
    })
}

pub fn paid_twice_is_known(facts: &Facts) -> Vec<String> {
    let knows = |order: &OrderKey| {
        let mut reviews = facts.table.reviews.values();
        reviews.any(|review| tells_of_payments(review) && is_about(review, order))
    };
    let twice = facts.table.orders.keys().filter_map(|order| {
        let ours = paying(facts, order).filter(|sale| holds_money(facts, sale));
        let ours = ours.map(|sale| sale.id.as_str());
        let holding: BTreeSet<&str> = ours.chain(by_wallet(facts, order)).collect();
        let holding: Vec<&str> = holding.into_iter().collect();
        (holding.len() > 1 && !knows(order))
            .then(|| format!("{order}: {}, and nobody knows", holding.join(", ")))
    });
    twice.collect()
}

pub fn plugins_payments_untouched(facts: &Facts) -> Vec<String> {
    let touched = facts.received.iter().filter_map(|received| {
        let (Request::Reverse { id } | Request::Refund { id, .. }) = &received.request else {
            return None;
        };
        let is_plugins = |payment: &Payment| payment.id == *id && payment.made_by == MadeBy::Plugin;
        let done = matches!(received.end, Some(End::Done(_)));
        (done && facts.payments.iter().any(is_plugins)).then(|| format!("{id} was let go by us"))
    });
    touched.collect()
}
