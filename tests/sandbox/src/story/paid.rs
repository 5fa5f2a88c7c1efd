//! A paid order of two products with two taxes and shipping.

use anyhow::{Context, Result};

use super::{Expected, Sheet, check_paid, fresh_id, place};
use crate::shop::{Draft, Kind};
use crate::witness::Witness;

const COFFEE: &str = "HL-COFFEE-1KG";
const COFFEE_ORDERED: i64 = 3;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("visa").await?;
    let draft = Draft::sample("woocommerce/order-usd-two-taxes")
        .id(fresh_id())
        .token(&token);
    let before = witness
        .shop
        .stock(Kind::Woo, COFFEE)
        .await?
        .context("the shop does not sell coffee")?;
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
    let status = witness
        .shop
        .status(Kind::Woo, order.id.as_str())
        .await?
        .unwrap_or_default();
    sheet.check("shop: the order's status", "processing", status);
    let after = witness.shop.stock(Kind::Woo, COFFEE).await?.unwrap_or_default();
    let odoo = witness.books.stock(COFFEE).await?;
    sheet.tell(format!(
        "stock of {COFFEE}: {before} before, {after} after; Odoo has {} of which {} are promised",
        odoo.on_hand, odoo.promised
    ));
    sheet.check("shop: stock of the coffee", before - COFFEE_ORDERED, after);
    Ok(())
}
