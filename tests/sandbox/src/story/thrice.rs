//! One webhook, delivered three times more than once.

use anyhow::{Context, Result};

use super::{
    Expected, Sheet, check_paid, place,
    shelf::{Shelf, Sold, told},
};
use crate::backlog::fresh_id;
use crate::shop::{Draft, Kind, Send};
use crate::witness::Witness;

pub(super) async fn tell(witness: &Witness, sheet: &mut Sheet) -> Result<()> {
    let token = witness.gateway.store_card("mastercard").await?;
    let draft = Draft::sample("woocommerce/order-coupon")
        .id(fresh_id())
        .token(&token);
    let url = witness.deployed.webhook_url(Kind::Woo.store())?;
    let shelf = Shelf::before(witness, &draft).await?;
    let order = place(sheet, witness, &draft).await?;
    let repeats = Send::order(Kind::Woo, &order.id, &url).times(3);
    let repeats = witness.shop.send(&repeats).await?;
    for repeat in &repeats {
        sheet.check(
            "webhook, repeated: HTTP status",
            200,
            repeat.status.unwrap_or_default(),
        );
    }
    let answers: std::collections::BTreeSet<&str> = repeats.iter().map(|r| r.answer.as_str()).collect();
    sheet.check("webhook: different answers to its repeats", 1, answers.len());
    let run = witness.run_ended(&order, 1).await?;
    sheet.check("workflow", "SUCCEEDED", run.status.as_str());
    sheet.check(
        "workflow: a second run",
        false,
        witness.aws.execution(&witness.run_arn(&order, 2)?).await.is_ok(),
    );
    let payments = witness.transactions(&order).await?;
    let payment = sheet
        .one("Heartland: transactions", &payments)
        .context("no payment was made")?
        .clone();
    let taxes = [("251000", "0.84"), ("251000", "2.78")];
    let expected = Expected {
        order: &order,
        total: "45.54",
        total_minor: "4554",
        untaxed: "41.92",
        taxes: &taxes,
    };
    check_paid(sheet, witness, &expected, &payment).await?;
    told(sheet, witness, &order, "processing").await?;
    shelf.check(sheet, witness, Sold::Yes).await?;
    sheet.check(
        "reviews opened",
        0,
        witness.reviews_of(&order.slug()).await?.len(),
    );
    Ok(())
}
