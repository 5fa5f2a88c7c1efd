//! An order with a SKU that Odoo does not know: parked with its authorization alive, mended by a person, completed.

use anyhow::{Context, Result};
use serde_json::json;

use super::{
    Expected, Sheet, check_paid, place,
    shelf::{Shelf, Sold, told},
};
use crate::backlog::fresh_id;
use crate::shop::Draft;
use crate::witness::Witness;

const SKU: &str = "HL-TEAPOT-OLD";

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("amex").await?;
    let draft = Draft::sample("woocommerce/order-unknown-sku")
        .id(fresh_id())
        .token(&token);
    let shelf = Shelf::before(witness, &draft).await?;
    let order = place(sheet, witness, &draft).await?;
    let review = witness.open_review(&order).await?;
    let why = |name: &str| review["why"][name].as_str().unwrap_or_default().to_owned();
    sheet.tell(format!(
        "review {}: {}; {}",
        review["id"],
        why("what"),
        why("remedy")
    ));
    sheet.check("review: names the SKU", true, review.to_string().contains(SKU));
    let waiting = witness.aws.execution(&witness.run_arn(&order, 1)?).await?;
    sheet.check("workflow while it is parked", "RUNNING", waiting.status.as_str());
    let parked = witness.transactions(&order).await?;
    let payment = sheet
        .one("Heartland: transactions", &parked)
        .context("no payment was made")?;
    sheet.check(
        "Heartland: the authorization while it is parked",
        "PREAUTHORIZED",
        &payment.status,
    );
    sheet.check(
        "Odoo: sale.order while it is parked",
        0,
        witness.books.of(&order, None).await?.orders.len(),
    );

    sheet.tell(format!("a person creates {SKU} in Odoo and redrives the review"));
    witness.books.create_product(SKU, "Teapot, old model", 20).await?;
    witness
        .review_desk(&json!({"action": "redrive", "review": review["id"]}))
        .await?;
    let run = witness.run_ended(&order, 1).await?;
    sheet.check("workflow", "SUCCEEDED", run.status.as_str());
    sheet.tell(format!(
        "workflow: {}",
        witness.aws.path(&run.arn).await?.join(" → ")
    ));
    let payment = witness.transaction(&payment.id).await?;
    let taxes = [("251000", "0.5"), ("251000", "2.16")];
    let expected = Expected {
        order: &order,
        total: "35.16",
        total_minor: "3516",
        untaxed: "32.5",
        taxes: &taxes,
    };
    check_paid(sheet, witness, &expected, &payment).await?;
    told(sheet, witness, &order, "processing").await?;
    shelf.check(sheet, witness, Sold::Yes).await?;
    sheet.check("reviews still open", 0, witness.open_reviews(&order).await?.len());
    Ok(())
}
