//! Orders, runs and effects come to an end.

use super::{excuses::Matter, facts::Facts, money::holds_money};
use domain::{
    decide::OrderState,
    event::{EventFacts, EventId},
    ids::{OrderKey, ShopOrderId},
};
use heartland::gp_api::Status;
use jiff::Timestamp;

/// Whether what a version of an order says has reached its end with us: it is known, a newer one is, it is our own write,
/// or a person was asked.
fn is_known(facts: &Facts, order: &OrderKey, at: Timestamp) -> bool {
    let version = EventFacts {
        order: order.id.clone(),
        modified_at: at,
    };
    let event = EventId::derive(&order.store, Some(&version), &[]);
    let item = facts.table.orders.get(order);
    let by_item = item.is_some_and(|item| {
        item.newest_at.as_second() >= at.as_second()
            || item.our_writes.iter().any(|write| write.version == event)
    });
    by_item || facts.is_reviewed(event.as_str())
}

pub fn accepted_webhooks_end(facts: &Facts) -> Vec<String> {
    let mut broken = Vec::new();
    for shop in &facts.shops {
        for made in shop
            .webhooks
            .iter()
            .filter(|made| made.is_accepted() && made.delivery.order.is_some())
        {
            let event = made.delivery.event.as_str();
            if facts.is_reviewed(event) {
                continue;
            }
            let queued = facts.table.payloads.get(event).copied().unwrap_or(false);
            let version = made.delivery.order.as_deref().zip(second(event));
            let known = version.is_some_and(|(id, at)| {
                id.parse().is_ok_and(|id| {
                    let store = shop.store.clone();
                    is_known(facts, &OrderKey { store, id }, at)
                })
            });
            if !queued || !known {
                broken.push(format!("{event} was accepted and came to no end"));
            }
        }
    }
    broken
}

/// The second of the version an event tells of: `woo_1001_1795443304`.
fn second(event: &str) -> Option<Timestamp> {
    Timestamp::from_second(event.rsplit('_').next()?.parse().ok()?).ok()
}

/// `{kind}/…{store}/{order}/{run}`
pub fn order_and_run(effect: &str) -> (Option<OrderKey>, Option<u32>) {
    let mut parts = effect.rsplitn(4, '/');
    let run = parts.next().and_then(|run| run.parse().ok());
    let order = parts.next().zip(parts.next());
    let order = order.and_then(|(id, store)| format!("{store}/{id}").parse().ok());
    (order, run)
}

pub fn no_order_is_lost(facts: &Facts) -> Vec<String> {
    let mut broken = Vec::new();
    for shop in &facts.shops {
        for (id, at) in &shop.versions {
            let Ok(id) = id.parse::<ShopOrderId>() else {
                continue;
            };
            let store = shop.store.clone();
            let order = OrderKey { store, id };
            if !is_known(facts, &order, *at) {
                broken.push(format!("{order} as of {at} is not known to us"));
            }
        }
    }
    broken
}

pub fn runs_end(facts: &Facts) -> Vec<String> {
    let open = facts
        .table
        .orders
        .values()
        .filter(|item| item.state == OrderState::Open);
    let stuck = open.filter(|item| {
        let runs = facts.running.contains(&item.execution());
        !runs && !facts.is_left(&item.order, Some(item.generation), Matter::Run)
    });
    stuck
        .map(|item| format!("{} is open, its run {} has ended", item.order, item.execution()))
        .collect()
}

pub fn effects_end(facts: &Facts) -> Vec<String> {
    let open = facts.effects.values().filter(|record| record.state.is_open());
    let forgotten = open.filter(|record| {
        let (order, run) = order_and_run(record.effect.as_str());
        let item = order.as_ref().and_then(|order| facts.table.orders.get(order));
        let runs = item
            .is_some_and(|item| Some(item.generation) == run && facts.running.contains(&item.execution()));
        let about = format!("effect/{}", record.effect);
        let reviewed = facts.table.reviews.values().any(|review| review.about == about);
        !runs && !reviewed
    });
    forgotten
        .map(|record| format!("{} is {}", record.effect, record.state.as_str()))
        .collect()
}

pub fn nothing_stays_reserved(facts: &Facts) -> Vec<String> {
    let reserved = facts
        .our_sales()
        .filter(|sale| sale.status == Status::Preauthorized && holds_money(facts, sale));
    let forgotten = reserved.filter_map(|sale| {
        let (order, run) = facts.order_of(sale)?;
        let item = facts.table.orders.get(order)?;
        let runs = item.generation == run && facts.running.contains(&item.execution());
        let fine = runs || facts.is_left(order, Some(run), Matter::Money);
        (!fine).then(|| format!("{} of {order}, which nobody works on", sale.id))
    });
    forgotten.collect()
}

pub fn closed_orders_hold_nothing(facts: &Facts) -> Vec<String> {
    let closed = facts
        .table
        .orders
        .values()
        .filter(|item| item.state == OrderState::Closed);
    let mut broken = Vec::new();
    for item in closed {
        let order = &item.order;
        for sale in facts.our_sales_for(order).filter(|sale| holds_money(facts, sale)) {
            let run = facts.order_of(sale).map(|(_, run)| run);
            if !facts.is_left(order, run, Matter::Money) {
                broken.push(format!("{order} is closed, {} is {}", sale.id, sale.status));
            }
        }
        if facts.is_left(order, Some(item.generation), Matter::Goods) {
            continue;
        }
        let name = format!("heartland.{}_g{}", order.slug(), item.generation);
        let sales = facts
            .books
            .sales
            .iter()
            .filter(|sale| sale.external_id.as_deref() == Some(&name));
        for sale in sales.filter(|sale| sale.state != "cancel") {
            broken.push(format!("{order} is closed, {} is {:?}", sale.name, sale.state));
        }
    }
    broken
}
