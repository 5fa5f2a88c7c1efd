//! Orders that cannot be written: nothing is taken, and a person decides.

use anyhow::{Context, Result};
use domain::ids::OrderKey;
use end_to_end::{Paid, cash, completed, fresh_id, nothing_in_odoo, place, review, witness};
use sandbox::shop::{Draft, Kind};
use sandbox::witness::Witness;
use serde_json::{Value, json};

/// A SKU that Odoo does not know, and nobody will create.
const UNKNOWN: &str = "HL-NEVER-HEARD-OF";

/// The order of `woo_order` with a product that Odoo does not know.
fn unknown_sku(token: &str) -> Draft {
    end_to_end::woo_order(token).with(|order| order["line_items"][0]["sku"] = json!(UNKNOWN))
}

async fn decide(witness: &Witness, review: &Value, action: &str) -> Result<Value> {
    let input = json!({"action": action, "review": review["id"], "reason": "decided in a test"});
    witness.review_desk(&input).await
}

/// The status of the one charge of an order.
async fn charge(witness: &Witness, order: &OrderKey) -> Result<String> {
    let charges = witness.transactions(order).await?;
    assert_eq!(charges.len(), 1, "{charges:?}");
    charges
        .into_iter()
        .next()
        .map(|charge| charge.status)
        .context("no charge")
}

#[tokio::test]
async fn a_parked_order_that_is_dropped_lets_go_of_the_money() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &unknown_sku(&witness.gateway.store_card("visa").await?)).await?;
    let parked = review(&witness, &order, "write-order").await?;
    assert!(parked["why"].to_string().contains(UNKNOWN), "{parked}");
    assert_eq!(
        charge(&witness, &order).await?,
        "PREAUTHORIZED",
        "parked, it is still reserved"
    );
    decide(&witness, &parked, "drop").await?;
    completed(&witness, &order).await?;
    assert_eq!(charge(&witness, &order).await?, "REVERSED");
    let totals = witness
        .gateway
        .totals(Some(&format!("woo-{}-1", order.id)))
        .await?;
    assert_eq!(
        (
            totals.captured_minor,
            totals.refunded_minor,
            totals.authorized_minor
        ),
        (0, 0, 0),
        "{totals:?}"
    );
    assert_eq!(
        witness
            .shop
            .status(Kind::Woo, order.id.as_str())
            .await?
            .as_deref(),
        Some("cancelled")
    );
    let books = witness.books.of(&order, None).await?;
    assert!(
        books.orders.iter().all(|order| order.state == "cancel"),
        "{books:?}"
    );
    assert!(
        witness.open_reviews(&order).await?.is_empty(),
        "a person has decided"
    );
    Ok(())
}

#[tokio::test]
async fn a_decision_is_made_once() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &unknown_sku(&witness.gateway.store_card("visa").await?)).await?;
    let parked = review(&witness, &order, "write-order").await?;
    decide(&witness, &parked, "drop").await?;
    let second = decide(&witness, &parked, "redrive")
        .await
        .expect_err("it was decided before");
    assert!(second.to_string().contains("Refused"), "{second:#}");
    completed(&witness, &order).await?;
    assert_eq!(charge(&witness, &order).await?, "REVERSED");
    Ok(())
}

#[tokio::test]
async fn a_parked_order_redriven_without_a_cure_is_parked_again() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &unknown_sku(&witness.gateway.store_card("visa").await?)).await?;
    let parked = review(&witness, &order, "write-order").await?;
    decide(&witness, &parked, "redrive").await?;
    let again = witness
        .until("the review, open again", async || {
            let open = witness.open_reviews(&order).await?;
            let path = witness.aws.path(&witness.run_arn(&order, 1)?).await?;
            let parked = path.iter().filter(|state| *state == "Park").count();
            Ok(open.into_iter().next().filter(|_| parked == 2))
        })
        .await?;
    assert_eq!(
        again["id"], parked["id"],
        "the same step that stops for the same reason is one review"
    );
    decide(&witness, &again, "drop").await?;
    completed(&witness, &order).await?;
    assert_eq!(charge(&witness, &order).await?, "REVERSED");
    Ok(())
}

#[tokio::test]
async fn a_parked_order_corrected_in_the_shop_goes_on_with_what_it_is_now() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &unknown_sku(&witness.gateway.store_card("visa").await?)).await?;
    let parked = review(&witness, &order, "write-order").await?;
    let correction = json!({"line_items": {"0": {"sku": "HL-COFFEE-1KG"}}});
    witness
        .shop
        .edit(Kind::Woo, order.id.as_str(), &correction)
        .await?;
    let changed = review(&witness, &order, "route-event").await?;
    decide(&witness, &parked, "redrive").await?;
    completed(&witness, &order).await?;
    cash(&witness, &order, None, &Paid::WOO).await?;
    assert_eq!(
        witness
            .shop
            .status(Kind::Woo, order.id.as_str())
            .await?
            .as_deref(),
        Some("processing")
    );
    decide(&witness, &changed, "drop").await?;
    assert!(witness.open_reviews(&order).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_total_that_is_a_cent_off_is_never_charged() -> Result<()> {
    let witness = witness().await?;
    let token = witness.gateway.store_card("visa").await?;
    let draft = Draft::sample("refused/woocommerce-total-a-cent-off")
        .id(fresh_id())
        .token(&token);
    let order = place(&witness, &draft).await?;
    let found = review(&witness, &order, "route-event").await?;
    assert_eq!(found["why"]["name"], json!("Conflict"), "{found}");
    assert!(
        found["why"]["field"]
            .as_str()
            .is_some_and(|field| field.contains("total")),
        "{found}"
    );
    assert_eq!(witness.transactions(&order).await?, []);
    assert!(
        witness.aws.execution(&witness.run_arn(&order, 1)?).await.is_err(),
        "nothing may be started"
    );
    nothing_in_odoo(&witness, &order).await
}

/// The shop cancels the order while a person thinks about it: that is said, and nothing is captured.
#[tokio::test]
async fn an_order_cancelled_in_the_shop_while_it_is_parked_is_reported() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &unknown_sku(&witness.gateway.store_card("visa").await?)).await?;
    let parked = review(&witness, &order, "write-order").await?;
    witness
        .shop
        .edit(Kind::Woo, order.id.as_str(), &json!({"status": "cancelled"}))
        .await?;
    let cancelled = review(&witness, &order, "route-event").await?;
    assert!(
        cancelled["why"]["what"]
            .as_str()
            .is_some_and(|what| what.contains("cancelled")),
        "{cancelled}"
    );
    decide(&witness, &parked, "drop").await?;
    completed(&witness, &order).await?;
    assert_eq!(charge(&witness, &order).await?, "REVERSED");
    nothing_in_odoo(&witness, &order).await
}
