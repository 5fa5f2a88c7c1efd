//! Many orders at once: made up, placed, waited for, and looked at in every system.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use domain::ids::OrderKey;
use futures::{StreamExt, TryStreamExt, stream};
use sandbox::progress;
use sandbox::shop::{Draft, Kind};
use sandbox::witness::{Transaction, Witness};
use serde_json::{Value, json};

use crate::fresh_id;

/// How many customers place the orders of a backlog.
const CUSTOMERS: u64 = 20;
/// How many orders are placed, or looked at, at the same time.
const AT_ONCE: usize = 8;
/// How often somebody who waits says how far it is.
const NEWS: Duration = Duration::from_secs(5);
/// New Jersey's tax, in thousandths of a percent.
const TAX: u64 = 6_625;

/// An order of a backlog.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Which.
    pub order: OrderKey,
    /// What it costs, in cents.
    pub total_minor: u64,
}

/// Puts so many orders of two or three lines into the shop at once; its webhooks go out.
///
/// # Errors
/// When the gateway or the shop refuses one.
pub async fn place(witness: &Witness, count: u64) -> Result<Vec<Placed>> {
    let orders = (0..count).map(|number| async move {
        let token = witness.gateway.store_card("visa").await?;
        let (draft, total_minor) = order(fresh_id(), number, &token);
        let id = witness.shop.place(&draft).await?;
        let order = format!("{}/{id}", Kind::Woo.store())
            .parse()
            .context("the shop's order id")?;
        Ok(Placed { order, total_minor })
    });
    stream::iter(orders).buffer_unordered(AT_ONCE).try_collect().await
}

/// Waits until the runs of these orders have ended; says how far it is.
///
/// # Errors
/// When some still run after `patience`, named.
pub async fn ended(witness: &Witness, orders: &[Placed], patience: Duration) -> Result<()> {
    let names: BTreeSet<String> = orders
        .iter()
        .map(|placed| format!("{}-1", placed.order.slug()))
        .collect();
    let begun = Instant::now();
    let mut told = begun;
    loop {
        let runs = witness.aws.states(&witness.deployed).await?;
        let ours = names.iter().filter_map(|name| runs.get(name));
        let (running, over): (Vec<_>, Vec<_>) = ours.partition(|status| status.as_str() == "RUNNING");
        if over.len() == names.len() {
            return Ok(());
        }
        if told.elapsed() > NEWS {
            told = Instant::now();
            let waiting = names.len() - running.len() - over.len();
            progress::say(format!(
                "{} orders have ended, {} are under way, {waiting} wait",
                over.len(),
                running.len()
            ));
        }
        if begun.elapsed() > patience {
            let late = names
                .iter()
                .filter(|name| runs.get(*name).is_none_or(|status| status.as_str() == "RUNNING"));
            bail!(
                "after {} s these runs have not ended: {:?}",
                patience.as_secs(),
                late.collect::<Vec<_>>()
            );
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Checks that every order is complete, once: one charge, captured; one order, one posted and paid invoice and one
/// payment in Odoo, all over the order's total; the shop told; nothing for a person to do.
///
/// # Errors
/// When one is not; the message names every order and what is wrong with it.
pub async fn check_complete(witness: &Witness, orders: &[Placed]) -> Result<()> {
    let runs = witness.aws.states(&witness.deployed).await?;
    let mut payments: BTreeMap<&OrderKey, Vec<Transaction>> = BTreeMap::new();
    for placed in orders {
        payments.insert(&placed.order, witness.transactions(&placed.order).await?);
    }
    let looks = orders.iter().map(|placed| {
        let payments = payments.get(&placed.order).map_or(&[][..], Vec::as_slice);
        let run = runs
            .get(&format!("{}-1", placed.order.slug()))
            .map_or("none", |status| status.as_str());
        look(witness, placed, payments, run)
    });
    let wrong: Vec<String> = stream::iter(looks).buffer_unordered(AT_ONCE).try_concat().await?;
    ensure!(
        wrong.is_empty(),
        "{} facts are not as they have to be:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

/// What is wrong with an order.
async fn look(
    witness: &Witness,
    placed: &Placed,
    payments: &[Transaction],
    run: &str,
) -> Result<Vec<String>> {
    let mut sheet = Facts {
        order: &placed.order,
        wrong: Vec::new(),
    };
    let total = format!("{}.{:02}", placed.total_minor / 100, placed.total_minor % 100);
    sheet.is("run", "SUCCEEDED", run);
    let charges: Vec<_> = payments
        .iter()
        .map(|p| (p.kind.as_str(), p.status.as_str(), p.amount.clone()))
        .collect();
    sheet.is_debug(
        "Heartland",
        &[("SALE", "CAPTURED", placed.total_minor.to_string())],
        &charges[..],
    );
    let transaction = payments.first().map(|payment| payment.id.as_str());
    let books = witness
        .books
        .of(&placed.order, transaction.or(Some("none")))
        .await?;
    let states: Vec<_> = books
        .orders
        .iter()
        .map(|o| (o.state.as_str(), o.invoice_status.as_str()))
        .collect();
    sheet.is_debug("sale.order", &[("sale", "invoiced")], &states[..]);
    let invoices: Vec<_> = books
        .invoices
        .iter()
        .map(|i| (i.state.as_str(), i.payment_state.as_str(), cents(&i.amount_total)))
        .collect();
    sheet.is_debug(
        "account.move",
        &[("posted", "paid", total.clone())],
        &invoices[..],
    );
    let paid: Vec<_> = books
        .payments
        .iter()
        .map(|p| (cents(&p.amount), p.reconciled_invoice_ids.len()))
        .collect();
    sheet.is_debug("account.payment", &[(total, 1)], &paid[..]);
    let status = witness
        .shop
        .status(Kind::Woo, placed.order.id.as_str())
        .await?
        .unwrap_or_default();
    sheet.is("the shop's status", "processing", &status);
    Ok(sheet.wrong)
}

struct Facts<'a> {
    order: &'a OrderKey,
    wrong: Vec<String>,
}

impl Facts<'_> {
    fn is(&mut self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.wrong
                .push(format!("{}: {what} is {found}, not {expected}", self.order));
        }
    }

    fn is_debug<T: std::fmt::Debug + PartialEq>(&mut self, what: &str, expected: &[T], found: &[T]) {
        if expected != found {
            self.wrong
                .push(format!("{}: {what} is {found:?}, not {expected:?}", self.order));
        }
    }
}

/// Odoo writes `12.5` for 12.50.
fn cents(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}.{fraction:0<2}")
}

/// An order of two or three lines with tax and shipping, and its total in cents.
fn order(id: u64, number: u64, token: &str) -> (Draft, u64) {
    let mut goods = vec![
        ("HL-COFFEE-1KG", "Coffee beans, 1 kg", 1 + number % 2, 999),
        ("HL-FILTER-100", "Paper filters, 100 pieces", 1, 495),
    ];
    if number % 2 == 1 {
        goods.push(("HL-MUG-BLUE", "Mug - Blue", 1, 1_995));
    }
    let lines: Vec<Line> = goods
        .into_iter()
        .enumerate()
        .map(|(at, (sku, name, quantity, price))| Line {
            id: id * 10 + at as u64,
            sku,
            name,
            quantity,
            price,
        })
        .collect();
    let (shipping, shipping_tax) = (750, tax_on(750));
    let net: u64 = lines.iter().map(Line::net).sum();
    let tax: u64 = lines.iter().map(|line| tax_on(line.net())).sum();
    let total = net + tax + shipping + shipping_tax;
    let customer = number % CUSTOMERS;
    let draft = Draft::sample("woocommerce/order-usd-two-taxes")
        .id(id)
        .customer(9_000 + customer, &format!("customer{customer}@example.com"))
        .token(token)
        .with(|order| {
            order["line_items"] = lines.iter().map(Line::as_sent).collect();
            order["cart_tax"] = json!(money(tax));
            order["shipping_tax"] = json!(money(shipping_tax));
            order["total_tax"] = json!(money(tax + shipping_tax));
            order["total"] = json!(money(total));
            if let Some(lines) = order["tax_lines"].as_array_mut() {
                lines.truncate(1);
            }
            order["tax_lines"][0]["tax_total"] = json!(money(tax));
            order["tax_lines"][0]["shipping_tax_total"] = json!(money(shipping_tax));
        });
    (draft, total)
}

struct Line {
    id: u64,
    sku: &'static str,
    name: &'static str,
    quantity: u64,
    /// Of one piece, in cents.
    price: u64,
}

impl Line {
    fn net(&self) -> u64 {
        self.quantity * self.price
    }

    fn as_sent(&self) -> Value {
        let (net, tax) = (money(self.net()), money(tax_on(self.net())));
        let whole_cents = serde_json::from_str::<Value>(&money(self.price)).unwrap_or_default();
        json!({
            "id": self.id, "name": self.name, "sku": self.sku, "product_id": 101, "variation_id": 0,
            "quantity": self.quantity, "tax_class": "", "price": whole_cents, "meta_data": [],
            "subtotal": net, "subtotal_tax": tax, "total": net, "total_tax": tax,
            "taxes": [{"id": 11, "total": tax, "subtotal": tax}],
        })
    }
}

/// Rounded half up, as WooCommerce does.
fn tax_on(net: u64) -> u64 {
    (net * TAX + 50_000) / 100_000
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
