//! Orders of a test's own, and what became of them.

use anyhow::{Context, Result, ensure};
use domain::ids::OrderKey;
use sandbox::aws::{Execution, run_findings};
use sandbox::backlog::fresh_id;
use sandbox::shop::Draft;
use sandbox::witness::{Books, Invoice, Payment, SaleOrder, Transaction, Witness};
use serde_json::Value;

/// An order of the WooCommerce shop over 62.23 USD, to be paid with this token; under a fresh id.
pub fn woo_order(token: &str) -> Draft {
    Draft::sample("woocommerce/order-usd-two-taxes")
        .id(fresh_id())
        .token(token)
}

/// An order of the other shop over 56.80 USD, to be paid with this token and captured when it is delivered; under a
/// fresh id.
pub fn own_order(token: &str) -> Draft {
    Draft::sample("standard/order-usd-discount")
        .id(fresh_id())
        .token(token)
}

/// An article that Odoo never has: the sample's own is created by whoever plays the stories.
pub const NOT_SOLD: &str = "HL-NEVER-SOLD";

/// An order for [`NOT_SOLD`], which is parked before anything is written; under a fresh id.
pub fn unknown_sku_order(token: &str) -> Draft {
    Draft::sample("woocommerce/order-unknown-sku")
        .id(fresh_id())
        .token(token)
        .with(|order| order["line_items"][0]["sku"] = NOT_SOLD.into())
}

/// Puts an order into its shop, which tells the webhook URL.
///
/// # Errors
/// When the shop does not answer.
pub async fn place(witness: &Witness, draft: &Draft) -> Result<OrderKey> {
    let id = witness.shop.place(draft).await?;
    format!("{}/{id}", draft.kind().store())
        .parse()
        .context("the shop's order id")
}

/// Waits until the first run of an order has succeeded, and checks it against the limits that AWS has and the emulator
/// does not.
///
/// # Errors
/// When it does not come, does not end, ends otherwise, or is one that AWS refuses.
pub async fn completed(witness: &Witness, order: &OrderKey) -> Result<Execution> {
    let run = witness.run_ended(order, 1).await?;
    let path = witness.aws.path(&run.arn).await?;
    ensure!(
        run.status.as_str() == "SUCCEEDED",
        "{} ended {:?}: {path:?} {:?}",
        run.name,
        run.status,
        run.error
    );
    let findings = run_findings(&run, &witness.aws.history(&run.arn).await?);
    ensure!(findings.is_empty(), "{findings:?}");
    Ok(run)
}

/// What has to be true of the money of an order that went all the way.
#[derive(Clone, Copy, Debug)]
pub struct Paid<'a> {
    /// ISO 4217.
    pub currency: &'a str,
    /// With tax, as Odoo writes it: `62.23`.
    pub total: &'a str,
    /// In minor units, as the gateway writes it.
    pub minor: &'a str,
}

impl Paid<'_> {
    /// The order of [`woo_order`].
    pub const WOO: Paid<'static> = Paid {
        currency: "USD",
        total: "62.23",
        minor: "6223",
    };
    /// The order of [`own_order`].
    pub const OWN: Paid<'static> = Paid {
        currency: "USD",
        total: "56.8",
        minor: "5680",
    };
}

/// One payment and the documents of one order.
#[derive(Clone, Debug)]
pub struct Cash {
    /// At the gateway.
    pub transaction: Transaction,
    /// The sales order.
    pub order: SaleOrder,
    /// Its invoice.
    pub invoice: Invoice,
    /// The payment in the books.
    pub payment: Payment,
}

/// The documents of an order that went all the way: exactly one of each, and the money the same everywhere. Without
/// `transaction` it is the one charge made for the order.
///
/// # Errors
/// Says what is there twice, or not, or of another amount.
pub async fn cash(
    witness: &Witness,
    order: &OrderKey,
    transaction: Option<&str>,
    paid: &Paid<'_>,
) -> Result<Cash> {
    let charges = witness.transactions(order).await?;
    let transaction = match transaction {
        Some(id) => {
            ensure!(
                charges.is_empty(),
                "charged although the shop's plugin had taken the money: {charges:?}"
            );
            witness.transaction(id).await?
        }
        None => one("charge", charges)?,
    };
    let facts = (
        transaction.status.as_str(),
        transaction.amount.as_str(),
        transaction.currency.as_str(),
    );
    ensure!(
        facts == ("CAPTURED", paid.minor, paid.currency),
        "the gateway has {transaction:?}"
    );
    let Books {
        orders,
        invoices,
        payments,
        ..
    } = witness.books.of(order, Some(&transaction.id)).await?;
    let cash = Cash {
        transaction,
        order: one("sale.order", orders)?,
        invoice: one("account.move", invoices)?,
        payment: one("account.payment", payments)?,
    };
    check(&cash, paid)?;
    Ok(cash)
}

fn check(cash: &Cash, paid: &Paid<'_>) -> Result<()> {
    let Cash {
        order,
        invoice,
        payment,
        ..
    } = cash;
    ensure!(
        (
            order.state.as_str(),
            order.invoice_status.as_str(),
            order.left_to_invoice.as_str()
        ) == ("sale", "invoiced", "0"),
        "{order:?}"
    );
    ensure!(
        (invoice.state.as_str(), invoice.payment_state.as_str()) == ("posted", "paid"),
        "{invoice:?}"
    );
    ensure!(
        (
            invoice.amount_total.as_str(),
            invoice.currency.as_str(),
            invoice.amount_residual.as_str()
        ) == (paid.total, paid.currency, "0"),
        "{invoice:?}"
    );
    ensure!(payment.amount == paid.total, "{payment:?}");
    ensure!(
        payment.reconciled_invoice_ids == [invoice.id],
        "{payment:?} does not pay {invoice:?} alone"
    );
    Ok(())
}

fn one<T: std::fmt::Debug>(what: &str, mut found: Vec<T>) -> Result<T> {
    ensure!(
        found.len() == 1,
        "there has to be one {what}, there are {found:?}"
    );
    found.pop().context("nothing")
}

/// Checks that Odoo has never heard of an order.
///
/// # Errors
/// When it has.
pub async fn nothing_in_odoo(witness: &Witness, order: &OrderKey) -> Result<()> {
    let books = witness.books.of(order, None).await?;
    ensure!(books.orders.is_empty(), "{books:?}");
    Ok(())
}

/// Waits for the review about an order that was opened while `doing` something: its step, or `route-event`.
///
/// # Errors
/// When none comes.
pub async fn review(witness: &Witness, order: &OrderKey, doing: &str) -> Result<Value> {
    let (key, slug) = (order.to_string(), order.slug());
    witness
        .until(&format!("the review of {order} at {doing}"), async || {
            let mut found = witness.reviews_of(&key).await?;
            found.extend(witness.reviews_of(&slug).await?);
            Ok(found.into_iter().find(|review| review["doing"] == doing))
        })
        .await
}
