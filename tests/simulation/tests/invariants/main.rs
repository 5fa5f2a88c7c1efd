//! Each invariant catches a world that breaks it, and none of them complains of a world that is well.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod healthy;
mod ledger;
mod reviews;

use domain::{decide::OrderState, order::Payment as OrderPayment, outcome::Outcome};
use effects::{Record, State};
use healthy::{CLOSED, ORDER, TRANSACTION, closed, effect, payment, usd, world};
use heartland::gp_api::{Kind, Status};
use serde_json::json;
use simulation::invariants::{
    When, broken,
    facts::{BreakerFacts, Facts, QueueFacts},
    names,
};
use std::collections::BTreeSet;
use twins::gateway::{End, MadeBy, Payment, Received, Request};

/// Names of the invariants that do not hold at the end of a world.
fn caught(facts: &Facts) -> BTreeSet<String> {
    let violations = broken(facts, When::AtTheEnd).into_iter();
    violations
        .map(|v| {
            v.what
                .rsplit_once('[')
                .unwrap()
                .1
                .trim_end_matches(']')
                .to_owned()
        })
        .collect()
}

fn refund(of: &Payment, minor: i64) -> Payment {
    Payment {
        id: "TRN_refund".parse().unwrap(),
        kind: Kind::Refund,
        status: Status::Captured,
        captured_minor: minor,
        parent: Some(of.id.clone()),
        ..of.clone()
    }
}

/// An effect that was applied with this answer.
fn answered(id: &str, answer: serde_json::Value) -> Record {
    Record {
        result: Some(answer),
        ..effect(id, State::Applied)
    }
}

fn add(facts: &mut Facts, record: Record) {
    facts.effects.insert(record.effect.clone(), record);
}

/// A sales order of the first order's, of another run, in that state.
fn second_sale(facts: &mut Facts, state: &str) {
    let mut second = facts.books.sales[0].clone();
    (second.id, second.state) = (2, state.to_owned());
    second.external_id = Some("heartland.woo_1001_g2".to_owned());
    facts.books.sales.push(second);
}

type Break = (&'static str, fn(&mut Facts));

const BREAKS: &[Break] = &[
    ("captured-within-authorized", |w| {
        w.payments[0].captured_minor = 1001
    }),
    ("authorized-for-the-order", |w| w.payments[0].asked = usd(999)),
    ("authorized-for-the-order", |w| {
        w.payments[0].reference = "woo-77-1".to_owned()
    }),
    ("refunds-within-captured", |w| {
        let refund = refund(&w.payments[0], 1001);
        w.payments.push(refund);
    }),
    ("one-payment-at-a-time", |w| {
        let mut second = payment("TRN_t9", Status::Preauthorized);
        second.captured_at = None;
        w.payments.push(second);
    }),
    ("charged-once", |w| {
        w.payments.push(payment("TRN_t9", Status::Captured))
    }),
    ("plugins-payments-untouched", |w| {
        let mut plugins = payment("TRN_p", Status::Reversed);
        plugins.made_by = MadeBy::Plugin;
        let request = Request::Reverse {
            id: plugins.id.clone(),
        };
        let end = Some(End::Done(plugins.id.clone()));
        w.payments.push(plugins);
        w.received.push(Received {
            at: w.now,
            key: "k".to_owned(),
            request,
            end,
        });
    }),
    ("one-sale-order", |w| {
        let mut second = w.books.sales[0].clone();
        second.external_id = Some("heartland.woo_1001_g2".to_owned());
        w.books.sales.push(second);
    }),
    ("one-sale-order", |w| w.books.sales[0].external_id = None),
    ("one-invoice", |w| {
        let second = w.books.invoices[0].clone();
        w.books.invoices.push(second);
    }),
    ("one-payment", |w| {
        let second = w.books.payments[0].clone();
        w.books.payments.push(second);
    }),
    ("booked-is-captured", |w| w.books.payments[0].amount_minor = 999),
    ("booked-is-captured", |w| {
        w.books.payments[0].memo = Some("TRN_none".to_owned())
    }),
    ("ledger-is-true", |w| {
        add(w, answered("capture/woo/1001/1", json!({"transaction": "TRN_d"})));
    }),
    ("ledger-is-true", |w| {
        let answer = json!({"sale_order": {"id": 9, "name": "S00009"}});
        add(w, answered("write-order/woo/1002/1", answer));
    }),
    ("ledger-is-true", |w| {
        w.books.invoices[0].state = "draft".to_owned();
        let answer = json!({"invoice": {"id": 1, "name": "INV/1"}});
        add(w, answered("write-invoice/woo/1001/1", answer));
    }),
    ("ledger-is-true", |w| {
        w.books.sales[0].state = "cancel".to_owned();
        let answer = json!({"sale_order": {"id": 1, "name": "S00001"}});
        add(w, answered("write-order/woo/1001/1", answer));
    }),
    ("ledger-is-true", |w| {
        add(w, answered("void/woo/1001/1", json!("voided")))
    }),
    ("ledger-is-true", |w| {
        add(w, answered("refund/woo/1001/1", json!("refunded")))
    }),
    ("ledger-is-true", |w| {
        second_sale(w, "sale");
        add(
            w,
            answered("cancel-order/woo/1001/2", json!({"state": "cancelled"})),
        );
    }),
    ("ledger-is-true", |w| {
        add(w, answered("notify/cancelled/woo/1001/1", json!({})));
    }),
    ("ledger-is-true", |w| {
        add(w, answered("something-else/woo/1001/1", json!({})))
    }),
    ("paid-is-true", |w| w.payments[0].captured_at = None),
    ("breakers-close", |w| {
        let open = BreakerFacts {
            open_until_ms: Some(w.now.0 + 3_600_000),
            probe_until_ms: None,
        };
        w.table.breakers.insert("odoo".to_owned(), open);
    }),
    ("no-message-lost", |w| {
        w.queues.push(QueueFacts {
            name: "inbox",
            lost: 1,
            present: 0,
        })
    }),
    ("table-readable", |w| {
        w.table.unreadable.insert("order/woo/1".to_owned());
    }),
    ("completed-orders-agree", |w| {
        w.books.invoices[0].state = "draft".to_owned()
    }),
    ("completed-orders-agree", |w| {
        w.books.invoices[0].total_minor = 999
    }),
    ("completed-orders-agree", |w| {
        w.books.sales[0].state = "cancel".to_owned()
    }),
    ("completed-orders-agree", |w| {
        w.books.invoices[0].residual_minor = 1000
    }),
    ("taken-money-is-booked", |w| w.books.payments.clear()),
    ("paid-twice-is-known", |w| {
        let mut plugins = payment("TRN_p", Status::Captured);
        plugins.made_by = MadeBy::Plugin;
        plugins.reference = "1001".to_owned();
        w.payments.push(plugins);
        let version = w
            .table
            .contents
            .values_mut()
            .find(|version| version.key.to_string() == ORDER);
        version.unwrap().payment = OrderPayment::Captured {
            tender: "card".to_owned(),
            transaction: "TRN_p".to_owned(),
        };
    }),
    ("accepted-webhooks-end", |w| w.table.payloads.clear()),
    ("accepted-webhooks-end", |w| {
        w.table.orders.remove(&ORDER.parse().unwrap());
    }),
    ("no-order-is-lost", |w| {
        w.shops[0]
            .versions
            .push(("1003".to_owned(), "2026-11-23T15:00:00Z".parse().unwrap()));
    }),
    ("no-order-is-lost", |w| {
        w.shops[0].versions[0].1 = "2026-11-23T15:00:00Z".parse().unwrap()
    }),
    ("runs-end", |w| {
        w.table.orders.get_mut(&ORDER.parse().unwrap()).unwrap().state = OrderState::Open
    }),
    ("effects-end", |w| {
        add(w, effect("capture/woo/1001/1", State::Unknown))
    }),
    ("nothing-stays-reserved", |w| {
        let mut reserved = payment("TRN_t2", Status::Preauthorized);
        reserved.reference = "woo-1002-1".to_owned();
        w.payments.push(reserved);
    }),
    ("closed-orders-hold-nothing", |w| {
        let mut left = w.books.sales[0].clone();
        left.external_id = Some("heartland.woo_1002_g1".to_owned());
        w.books.sales.push(left);
    }),
    ("shops-know-the-end", |w| drop(w.shops[0].told.remove(0))),
    ("shops-know-the-end", |w| {
        w.shops[0].told[1].update.outcome = Outcome::Paid
    }),
    ("stock-is-told", |w| w.shops[0].pushes.clear()),
    ("stock-is-told", |w| w.shops[0].pushes[0].quantity += 1),
    ("stock-is-odoos", |w| {
        w.pushed_again = true;
        w.shops[0].pushes[0].quantity += 1;
    }),
    ("queues-are-empty", |w| {
        w.queues.push(QueueFacts {
            name: "order-work",
            lost: 0,
            present: 1,
        })
    }),
];

#[test]
fn a_world_that_is_well_breaks_nothing() {
    assert_eq!(broken(&world(), When::AtTheEnd), []);
}

#[test]
fn every_invariant_catches_a_world_that_breaks_it() {
    for (name, breaks) in BREAKS {
        let mut facts = world();
        breaks(&mut facts);
        let caught = caught(&facts);
        assert!(caught.contains(*name), "{name} is not among {caught:?}");
    }
    let known: BTreeSet<&str> = names().collect();
    let tried: BTreeSet<&str> = BREAKS.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, tried);
    assert_eq!(known.len(), names().count());
}

#[test]
fn what_only_holds_at_the_end_is_not_asked_before() {
    let mut facts = world();
    facts.books.payments.clear();
    assert_eq!(broken(&facts, When::Always), []);
}

#[test]
fn the_names_of_the_healthy_world_are_those_that_are_broken() {
    let facts = world();
    assert_eq!(facts.payments[0].id.as_str(), TRANSACTION);
    assert_eq!(closed(&facts).order.to_string(), CLOSED);
}
