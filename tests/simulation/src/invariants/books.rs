//! Odoo's documents.

use super::{excuses::Matter, facts::Facts};
use domain::{decide::OrderState, ids::OrderKey, money::Money};
use heartland::gp_api::Kind;
use std::collections::BTreeMap;
use twins::{gateway::Payment, odoo::PaymentFacts};

/// `heartland.woo_1001_g2_invoice` → `woo_1001`.
fn slug(external_id: &str) -> Option<&str> {
    let name = external_id.strip_prefix("heartland.")?;
    let (slug, run) = name.rsplit_once("_g")?;
    run.starts_with(|c: char| c.is_ascii_digit()).then_some(slug)
}

/// Those of which there are several.
fn several<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, what) in named {
        found.entry(key).or_default().push(what);
    }
    let several = found.into_iter().filter(|(_, all)| all.len() > 1);
    several
        .map(|(key, all)| format!("{key}: {}", all.join(", ")))
        .collect()
}

pub fn one_sale_order(facts: &Facts) -> Vec<String> {
    let sales = &facts.books.sales;
    let nameless = sales.iter().filter(|sale| sale.external_id.is_none());
    let mut broken: Vec<String> = nameless
        .map(|sale| format!("{} has no external id", sale.name))
        .collect();
    let alive = sales.iter().filter(|sale| sale.state != "cancel");
    broken.extend(several(alive.filter_map(|sale| {
        let slug = slug(sale.external_id.as_deref()?)?;
        Some((slug, sale.name.as_str()))
    })));
    broken
}

pub fn one_invoice(facts: &Facts) -> Vec<String> {
    let posted = facts
        .books
        .invoices
        .iter()
        .filter(|invoice| invoice.state == "posted");
    let named = posted.clone().filter_map(|invoice| {
        let slug = slug(invoice.external_id.as_deref()?)?;
        Some((slug, invoice.name.as_deref().unwrap_or("an invoice")))
    });
    let mut broken = several(named);
    let by_payment = posted.filter_map(|invoice| {
        let transaction = invoice.payment_reference.as_deref()?;
        Some((transaction, invoice.name.as_deref().unwrap_or("an invoice")))
    });
    broken.extend(several(by_payment));
    broken
}

fn is_booked(payment: &PaymentFacts) -> bool {
    !matches!(
        payment.state.as_str(),
        "draft" | "canceled" | "cancel" | "rejected"
    )
}

pub fn one_payment(facts: &Facts) -> Vec<String> {
    let known = facts
        .books
        .payments
        .iter()
        .filter(|payment| !matches!(payment.state.as_str(), "canceled" | "cancel"));
    several(known.filter_map(|payment| {
        Some((
            payment.memo.as_deref()?,
            payment.name.as_deref().unwrap_or("a draft"),
        ))
    }))
}

pub fn booked_is_captured(facts: &Facts) -> Vec<String> {
    let wrong = facts
        .books
        .payments
        .iter()
        .filter(|payment| is_booked(payment))
        .filter_map(|booked| {
            let name = booked.name.as_deref().unwrap_or("a payment");
            let transaction = booked.memo.as_deref().unwrap_or_default();
            let Some(payment) = facts
                .payments
                .iter()
                .find(|payment| payment.id.as_str() == transaction)
            else {
                return Some(format!(
                    "{name} names the transaction {transaction:?}, which there is none of"
                ));
            };
            let captured = Money::new(payment.captured_minor, payment.approved.currency);
            let amount = Money::new(booked.amount_minor, booked.currency?);
            let is_so = payment.captured_at.is_some() && amount == captured;
            (!is_so).then(|| format!("{name} says {amount} of {transaction}, captured are {captured}"))
        });
    wrong.collect()
}

/// The transactions that pay an order, as far as they hold money.
fn paying<'a>(facts: &'a Facts, order: &'a OrderKey) -> impl Iterator<Item = &'a Payment> {
    let pays = move |payment: &&Payment| facts.table.used.get(payment.id.as_str()) == Some(order);
    facts
        .payments
        .iter()
        .filter(pays)
        .filter(|payment| facts.kept_minor(payment) > 0)
}

fn agree(facts: &Facts, order: &OrderKey, run: u32) -> Result<(), String> {
    let name = format!("heartland.{}_g{run}", order.slug());
    let sale = facts
        .books
        .sales
        .iter()
        .find(|sale| sale.external_id.as_deref() == Some(&name));
    if !sale.is_some_and(|sale| matches!(sale.state.as_str(), "sale" | "done")) {
        return Err(format!("the sales order is {:?}", sale.map(|sale| &sale.state)));
    }
    let name = format!("{name}_invoice");
    let invoice = facts
        .books
        .invoices
        .iter()
        .find(|invoice| invoice.external_id.as_deref() == Some(&name));
    let Some(invoice) = invoice.filter(|invoice| invoice.state == "posted") else {
        return Err(format!(
            "the invoice is {:?}",
            invoice.map(|invoice| &invoice.state)
        ));
    };
    let paid: Vec<&Payment> = paying(facts, order).collect();
    let [payment] = paid.as_slice() else {
        return Err(format!("{} payments hold money", paid.len()));
    };
    let booked = facts
        .books
        .payments
        .iter()
        .find(|booked| booked.memo.as_deref() == Some(payment.id.as_str()));
    let Some(booked) = booked.filter(|booked| is_booked(booked)) else {
        return Err(format!("{} is not booked", payment.id));
    };
    let amounts = (
        facts.kept_minor(payment),
        invoice.total_minor,
        booked.amount_minor,
    );
    let currency = Some(payment.approved.currency);
    if amounts.0 != amounts.1
        || amounts.0 != amounts.2
        || invoice.currency != currency
        || booked.currency != currency
    {
        return Err(format!("taken, invoiced and booked are {amounts:?}"));
    }
    if invoice.residual_minor != 0 || invoice.payment_reference.as_deref() != Some(payment.id.as_str()) {
        let open = invoice.residual_minor;
        return Err(format!(
            "of the invoice {open} are open, it names {:?}",
            invoice.payment_reference
        ));
    }
    Ok(())
}

pub fn completed_orders_agree(facts: &Facts) -> Vec<String> {
    let completed = facts
        .table
        .orders
        .values()
        .filter(|item| item.state == OrderState::Completed);
    let wrong = completed
        .filter(|item| !facts.is_left(&item.order, Some(item.generation), Matter::Documents))
        .filter_map(|item| {
            let why = agree(facts, &item.order, item.generation).err()?;
            Some(format!("{}: {why}", item.order))
        });
    wrong.collect()
}

pub fn taken_money_is_booked(facts: &Facts) -> Vec<String> {
    let taken = facts
        .payments
        .iter()
        .filter(|payment| payment.kind == Kind::Sale && facts.kept_minor(payment) > 0);
    let missing = taken.filter_map(|payment| {
        let by_reference = facts.order_of(payment);
        // What a plugin has taken for an order that we never took on is none of our business.
        let order = facts
            .table
            .used
            .get(payment.id.as_str())
            .or(by_reference.map(|(order, _)| order))?;
        let run = by_reference.map(|(_, run)| run);
        let is_this = |booked: &&PaymentFacts| booked.memo.as_deref() == Some(payment.id.as_str());
        let booked = facts.books.payments.iter().find(is_this).is_some_and(is_booked);
        let fine = booked || facts.is_left(order, run, Matter::Booking);
        (!fine).then(|| {
            format!(
                "{} of {order}: {} taken, not booked, nobody knows",
                payment.id,
                payment.amount()
            )
        })
    });
    missing.collect()
}
