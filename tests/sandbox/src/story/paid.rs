//! A paid order of two products with two taxes and shipping.

use anyhow::{Context, Result};

use super::{
    Expected, Sheet, check_paid, place,
    shelf::{Shelf, Sold, told},
};
use crate::backlog::fresh_id;
use crate::shop::Draft;
use crate::witness::Witness;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("visa").await?;
    let draft = Draft::sample("woocommerce/order-usd-two-taxes")
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
        .context("no payment was made")?
        .clone();
    let taxes = [("251000", "1"), ("251000", "3.81")];
    let expected = Expected {
        order: &order,
        total: "62.23",
        total_minor: "6223",
        untaxed: "57.42",
        taxes: &taxes,
    };
    check_paid(sheet, witness, &expected, &payment).await?;
    told(sheet, witness, &order, "processing").await?;
    shelf.check(sheet, witness, Sold::Yes).await
}
