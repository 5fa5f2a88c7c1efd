//! A card that the issuer declines.

use anyhow::{Context, Result};

use super::{Sheet, fresh_id, place};
use crate::shop::{Draft, Kind};
use crate::witness::Witness;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("declined").await?;
    let draft = Draft::sample("woocommerce/order-declined-card")
        .id(fresh_id())
        .token(&token);
    let order = place(sheet, witness, &draft).await?;
    let run = witness.run_ended(&order, 1).await?;
    sheet.check("workflow", "SUCCEEDED", run.status.as_str());
    sheet.tell(format!(
        "workflow: {}",
        witness.aws.path(&run.arn).await?.join(" → ")
    ));
    let payments = witness.transactions(&order).await?;
    let payment = sheet
        .one("Heartland: transactions", &payments)
        .context("nothing was asked of the gateway")?;
    sheet.check("Heartland: the payment", "DECLINED", &payment.status);
    let books = witness.books.of(&order, Some(&payment.id)).await?;
    sheet.check("Odoo: sale.order, how many", 0, books.orders.len());
    sheet.check("Odoo: account.payment, how many", 0, books.payments.len());
    let status = witness
        .shop
        .status(Kind::Woo, order.id.as_str())
        .await?
        .unwrap_or_default();
    sheet.check("shop: the order's status", "failed", status);
    sheet.check("reviews opened", 0, witness.open_reviews(&order).await?.len());
    Ok(())
}
