//! What the ledger says was done, was done.

use super::{facts::Facts, orders::order_and_run};
use domain::ids::OrderKey;
use effects::{Record, State};
use heartland::gp_api::{Kind, Reference, Status};
use serde_json::Value;
use twins::{gateway::Payment, odoo::SaleFacts};

pub fn ledger_is_true(facts: &Facts) -> Vec<String> {
    let applied = facts
        .effects
        .values()
        .filter(|record| record.state == State::Applied);
    let untrue = applied.filter_map(|record| {
        let why = untrue(facts, record)?;
        Some(format!("{}: {why}", record.effect))
    });
    untrue.collect()
}

/// What of an effect that is said to be applied is not so.
fn untrue(facts: &Facts, record: &Record) -> Option<String> {
    let name = record.effect.as_str();
    let (Some(order), Some(run)) = order_and_run(name) else {
        return Some("it names no order and run".to_owned());
    };
    let answer = record.result.as_ref().unwrap_or(&Value::Null);
    let kind = name.split('/').next().unwrap_or_default();
    let done = match kind {
        "authorize" => sale(facts, answer).is_some(),
        "capture" => sale(facts, answer).is_some_and(|sale| sale.captured_at.is_some()),
        "void" => our_sales(facts, &order, run).any(|sale| sale.status == Status::Reversed),
        "refund" => our_sales(facts, &order, run).any(|sale| facts.refunded_minor(&sale.id) > 0),
        "write-order" => is_written(facts, answer, &order, run),
        "cancel-order" => document(facts, &order, run).is_none_or(|sale| sale.state == "cancel"),
        "write-invoice" => {
            let is_this =
                |invoice: &&twins::odoo::InvoiceFacts| Some(invoice.id) == answer["invoice"]["id"].as_i64();
            let invoice = facts.books.invoices.iter().find(is_this);
            invoice.is_some_and(|invoice| invoice.state == "posted")
        }
        "notify" => is_told(facts, &order, name.split('/').nth(1).unwrap_or_default()),
        _ => false,
    };
    (!done).then(|| format!("the answer {answer} is not what is there"))
}

/// The transaction an answer names.
fn sale<'a>(facts: &'a Facts, answer: &Value) -> Option<&'a Payment> {
    let id = answer["transaction"].as_str()?;
    facts.payments.iter().find(|payment| payment.id.as_str() == id)
}

/// What was reserved or taken for a run.
fn our_sales<'a>(facts: &'a Facts, order: &OrderKey, run: u32) -> impl Iterator<Item = &'a Payment> {
    let reference = Reference::for_order(order, run);
    let sales = facts.payments.iter().filter(|payment| payment.kind == Kind::Sale);
    sales.filter(move |sale| sale.reference == reference.as_str())
}

/// The sales order of a run.
fn document<'a>(facts: &'a Facts, order: &OrderKey, run: u32) -> Option<&'a SaleFacts> {
    let name = format!("heartland.{}_g{run}", order.slug());
    let mut sales = facts.books.sales.iter();
    sales.find(|sale| sale.external_id.as_deref() == Some(&name))
}

/// Confirmed; or cancelled since, by a compensation that has begun.
fn is_written(facts: &Facts, answer: &Value, order: &OrderKey, run: u32) -> bool {
    let Some(sale) = document(facts, order, run) else {
        return false;
    };
    let cancels = |record: &Record| {
        record.effect.as_str() == format!("cancel-order/{order}/{run}") && record.may_have_been_sent()
    };
    let in_its_state = match sale.state.as_str() {
        "sale" | "done" => true,
        "cancel" => facts.effects.values().any(cancels),
        _ => false,
    };
    in_its_state && Some(sale.id) == answer["sale_order"]["id"].as_i64()
}

fn is_told(facts: &Facts, order: &OrderKey, outcome: &str) -> bool {
    let mut shops = facts.shops.iter().filter(|shop| shop.store == order.store);
    shops.any(|shop| {
        let mut told = shop.told.iter();
        told.any(|told| told.order == order.id.as_str() && told.update.outcome.as_str() == outcome)
    })
}
