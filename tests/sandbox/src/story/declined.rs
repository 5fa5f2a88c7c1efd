//! A card that the issuer declines.

use anyhow::{Context, Result};

use super::{
    Sheet, place,
    shelf::{Shelf, Sold, told},
};
use crate::backlog::fresh_id;
use crate::shop::Draft;
use crate::witness::Witness;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("declined").await?;
    let draft = Draft::sample("woocommerce/order-declined-card")
        .id(fresh_id())
        .token(&token);
    let shelf = Shelf::before(witness, &draft).await?;
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
    told(sheet, witness, &order, "failed").await?;
    shelf.check(sheet, witness, Sold::No).await?;
    sheet.check("reviews opened", 0, witness.open_reviews(&order).await?.len());
    Ok(())
}
