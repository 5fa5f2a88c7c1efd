//! The merchant's books: closed periods, taxes without an account, other companies, other zones, promotions.

use crate::{
    odoo_under_test::{World, merchant, to_invoice},
    orders,
};
use domain::failure::FailureName;
use odoo::{Call, Dialect};
use serde_json::{Value, json};

#[tokio::test]
async fn nothing_is_drafted_into_a_closed_period() {
    let (world, _alone) = World::alone().await;
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-02-10T12:00:00Z".parse().unwrap();
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_order(&order).await;
    world.close_books(json!(false)).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("invoice.date"))
    );
    let sale = world
        .search(
            "sale.order",
            json!([["client_order_ref", "=", order.order.number]]),
            &["state"],
        )
        .await;
    assert_eq!(sale[0]["state"], "draft", "not confirmed, nothing reserved");
    // The period is opened, the order redriven.
    let (_, invoiced) = world.order_to_cash(&orders::again(&order)).await;
    assert_eq!(
        world.read("account.move", invoiced.invoice.id, &["date"]).await["date"],
        "2026-02-10"
    );
}

#[tokio::test]
async fn captured_money_reaches_the_books_when_the_invoice_cannot() {
    let (world, _alone) = World::alone().await;
    let mut order = orders::order();
    order.order.placed_at = "2026-02-11T12:00:00Z".parse().unwrap();
    let written = world.write_order(&order).await.unwrap();
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_invoice(&to_invoice(&order, &written)).await;
    world.close_books(json!(false)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert!(refused.what.contains("customer's credit"), "{}", refused.what);
    let payments = json!([["memo", "=", order.transaction]]);
    let payment = world
        .search(
            "account.payment",
            payments,
            &["state", "is_reconciled", "amount", "move_id"],
        )
        .await;
    assert_eq!(payment.len(), 1);
    assert_eq!(
        (&payment[0]["state"], &payment[0]["amount"]),
        (&json!("in_process"), &json!(56.80))
    );
    let draft = world.read("account.move", written.draft.id, &["state"]).await;
    assert_eq!(draft["state"], "draft");
    // Redriven once the period is open: the same payment, now reconciled.
    let invoiced = world
        .write_invoice(&to_invoice(&orders::again(&order), &written))
        .await
        .unwrap();
    assert_eq!(json!(invoiced.payment.id), payment[0]["id"]);
    let invoice = world
        .read("account.move", invoiced.invoice.id, &["date", "amount_residual"])
        .await;
    assert_eq!(
        (&invoice["date"], &invoice["amount_residual"]),
        (&json!("2026-02-11"), &json!(0.0))
    );
}

#[tokio::test]
async fn a_tax_that_posts_to_revenue_is_refused() {
    let (world, _alone) = World::alone().await;
    let tax = world
        .search("account.tax", json!([["name", "=", "NJ Local 2%"]]), &["id"])
        .await[0]["id"]
        .clone();
    let lines = json!([["tax_id", "=", tax], ["repartition_type", "=", "tax"]]);
    let lines = world
        .search("account.tax.repartition.line", lines, &["account_id"])
        .await;
    let set = async |account: Value| {
        for line in &lines {
            let account = if account.is_null() {
                line["account_id"][0].clone()
            } else {
                account.clone()
            };
            world
                .write(
                    "account.tax.repartition.line",
                    line["id"].as_i64().unwrap(),
                    json!({"account_id": account}),
                )
                .await;
        }
    };
    set(json!(false)).await;
    let refused = world.write_order(&orders::taxed(1000, orders::LOCAL, 20)).await;
    set(Value::Null).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert_eq!(refused.field.as_deref(), Some("odoo.taxes.us-nj-local.account"));
}

#[tokio::test]
async fn a_store_of_the_second_company() {
    let (_, _alone) = World::alone().await;
    let mut merchant = merchant();
    let second = "Heartland Second Inc.";
    for store in merchant.stores.values_mut() {
        second.clone_into(&mut store.company);
    }
    let world = World::with(merchant, Dialect::Json2);
    let missing = world
        .write_order(&orders::plain("USD", "SKU-1", 1, 1000))
        .await
        .unwrap_err();
    assert_eq!(
        missing.name,
        FailureName::Misconfigured,
        "the bot is not let into it: {missing}"
    );
    assert_eq!(missing.field.as_deref(), Some("odoo.company"));
}

#[tokio::test]
async fn a_day_is_the_merchants_day() {
    let (world, _quiet) = World::shared().await;
    // Three in the morning of the 20th in UTC is still the 19th in New York.
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-11-20T03:00:00Z".parse().unwrap();
    let (written, invoiced) = world.order_to_cash(&order).await;
    let invoice = world
        .read("account.move", invoiced.invoice.id, &["invoice_date", "date"])
        .await;
    assert_eq!(
        (&invoice["invoice_date"], &invoice["date"]),
        (&json!("2026-11-19"), &json!("2026-11-19"))
    );
    let sale = world
        .read("sale.order", written.sale_order.id, &["date_order"])
        .await;
    assert_eq!(sale["date_order"], "2026-11-20 03:00:00");

    let mut elsewhere = merchant();
    elsewhere.time_zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let world = World::with(elsewhere, Dialect::Json2);
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-11-19T20:00:00Z".parse().unwrap();
    let (_, invoiced) = world.order_to_cash(&order).await;
    assert_eq!(
        world.read("account.move", invoiced.invoice.id, &["date"]).await["date"],
        "2026-11-20"
    );
}

#[tokio::test]
async fn a_promotion_of_odoo_gives_nothing_away() {
    let (world, _alone) = World::alone().await;
    let reward = json!({"reward_type": "discount", "discount": 50.0, "discount_mode": "percent"});
    let rule = json!({"minimum_amount": 1.0});
    let program = json!({"name": "Half price", "program_type": "promotion", "trigger": "auto", "applies_on": "current",
        "rule_ids": [[0, 0, rule]], "reward_ids": [[0, 0, reward]]});
    let program = world.create("loyalty.program", program).await;
    let (_, invoiced) = world.order_to_cash(&orders::order()).await;
    world
        .call(Call::effect("loyalty.program", "action_archive").ids([program]))
        .await;
    let invoice = world
        .read(
            "account.move",
            invoiced.invoice.id,
            &["amount_total", "payment_state"],
        )
        .await;
    assert_eq!(invoice["amount_total"], json!(56.80));
}
