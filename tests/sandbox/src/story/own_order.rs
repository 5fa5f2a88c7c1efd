//! An order of one's own: a WooCommerce order payload from a file.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Sheet, place};
use crate::shop::Draft;
use crate::witness::Witness;

const ABOUT: &str = "a WooCommerce order payload from a file";

/// Sends the order in `file` and tells what became of it. An order that is not paid by the shop's own plugin is paid
/// with a card of the simulator.
///
/// # Errors
/// When the file cannot be read or is no JSON object.
pub async fn own_order(witness: &Witness, file: &Path) -> Result<Sheet> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let order: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
    ensure!(
        order["id"].is_u64(),
        "{} is no WooCommerce order: it has no number as its id",
        file.display()
    );
    let plugin = order["transaction_id"].as_str().is_some_and(|id| !id.is_empty());
    let mut draft = Draft::sample("woocommerce/order-usd-two-taxes").with(|sample| *sample = order);
    if !plugin {
        draft = draft.token(&witness.gateway.store_card("visa").await?);
    }
    let mut sheet = Sheet::open("own order", ABOUT);
    if let Err(error) = tell(witness, &mut sheet, &draft).await {
        sheet.broken_off = Some(format!("{error:#}"));
    }
    Ok(sheet)
}

async fn tell(witness: &Witness, sheet: &mut Sheet, draft: &Draft) -> Result<()> {
    let order = place(sheet, witness, draft).await?;
    let run = witness.run_arn(&order, 1)?;
    // It may end in a run that has ended, in one that waits for a person, or in a review without any run.
    let ended = witness
        .until("the end of the order's run, or a review", async || {
            let run = witness
                .aws
                .execution(&run)
                .await
                .ok()
                .filter(|run| run.status.as_str() != "RUNNING");
            let review = witness.open_reviews(&order).await?.into_iter().next();
            Ok((run.is_some() || review.is_some()).then_some((run, review)))
        })
        .await?;
    if let (_, Some(review)) = &ended {
        sheet.tell(format!("review: {review}"));
    }
    sheet.check(
        "workflow",
        "SUCCEEDED",
        ended
            .0
            .map_or("no run".to_owned(), |run| run.status.as_str().to_owned()),
    );
    let payments = witness.transactions(&order).await?;
    for payment in &payments {
        sheet.tell(format!(
            "Heartland: {} {} {} {}",
            payment.id, payment.status, payment.amount, payment.currency
        ));
    }
    let transaction = payments.first().map(|payment| payment.id.as_str());
    let books = witness.books.of(&order, transaction).await?;
    if let Some(order) = sheet.one("Odoo: sale.order", &books.orders) {
        sheet.tell(format!(
            "Odoo: {} {} {}",
            order.name, order.state, order.invoice_status
        ));
    }
    if let Some(invoice) = sheet.one("Odoo: account.move", &books.invoices) {
        sheet.tell(format!(
            "Odoo: {} {} {}",
            invoice.name, invoice.amount_total, invoice.payment_state
        ));
        let total = draft.order()["total"].as_str().unwrap_or_default();
        let currency = draft.order()["currency"].as_str().unwrap_or_default().parse()?;
        let of = |text: &str| domain::money::Money::parse(text, currency);
        sheet.check(
            "Odoo: the invoice is the order's total",
            of(total)?,
            of(&invoice.amount_total)?,
        );
        sheet.check(
            "Odoo: the invoice's payment state",
            "paid",
            &invoice.payment_state,
        );
    }
    Ok(())
}
