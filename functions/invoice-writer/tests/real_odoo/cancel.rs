//! Taking an order back, and waiting for its delivery.

use crate::{odoo_under_test::World, orders};
use domain::failure::FailureName;
use odoo::{Call, Context};
use order_writer::Cancelled;
use serde_json::json;

#[tokio::test]
async fn a_cancelled_order_holds_no_stock_and_no_draft() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Absent));
    let written = world.write_order(&order).await.unwrap();
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Cancelled));
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Cancelled));
    let sale = world
        .read("sale.order", written.sale_order.id, &["state", "picking_ids"])
        .await;
    assert_eq!(sale["state"], "cancel");
    let picking = world
        .read(
            "stock.picking",
            sale["picking_ids"][0].as_i64().unwrap(),
            &["state"],
        )
        .await;
    assert_eq!(picking["state"], "cancel");
    assert_eq!(
        world.read("account.move", written.draft.id, &["state"]).await["state"],
        "cancel"
    );
    let late = world.write_order(&orders::again(&order)).await.unwrap_err();
    assert_eq!(
        late.name,
        FailureName::Conflict,
        "a late message does not bring it back"
    );
    let mut next = orders::again(&order);
    next.generation = 2;
    assert!(
        world.write_order(&next).await.is_ok(),
        "the next run is an order of its own"
    );
}

#[tokio::test]
async fn an_invoiced_order_is_not_cancelled() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    world.order_to_cash(&order).await;
    assert_eq!(
        world.cancel(&order).await.unwrap_err().name,
        FailureName::Conflict
    );
}

#[tokio::test]
async fn delivered_when_the_goods_have_left() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    assert_eq!(
        world.delivered(&order).await.unwrap_err().name,
        FailureName::DeliveryPending
    );
    let sale = world
        .read("sale.order", written.sale_order.id, &["picking_ids"])
        .await;
    let picking = sale["picking_ids"][0].as_i64().unwrap();
    world
        .call(Call::effect("stock.picking", "button_validate").ids([picking]))
        .await;
    assert_eq!(
        world.read("stock.picking", picking, &["state"]).await["state"],
        json!("done")
    );
    assert_eq!(world.delivered(&order).await, Ok(()));
    assert_eq!(
        world.cancel(&order).await.unwrap_err().name,
        FailureName::Conflict
    );
}

/// One of two leaves, and the rest is given up: no delivery is open any more.
#[tokio::test]
async fn delivered_in_part_is_not_delivered() {
    let (world, _quiet) = World::shared().await;
    for sku in ["SKU-1", "KIT-1"] {
        let order = orders::plain("USD", sku, 2, 2000);
        let written = world.write_order(&order).await.unwrap();
        let pickings = world.pickings(written.sale_order.id).await;
        let moves = json!([["picking_id", "in", pickings]]);
        for row in world.search("stock.move", moves, &["product_uom_qty"]).await {
            let sent = row["product_uom_qty"].as_f64().unwrap() - 1.0;
            let picked = json!({"quantity": sent, "picked": true});
            world
                .write("stock.move", row["id"].as_i64().unwrap(), picked)
                .await;
        }
        let context = Context::new("en_US", "UTC", None)
            .with("skip_backorder", true)
            .with("picking_ids_not_to_backorder", json!(pickings));
        let validate = Call::effect("stock.picking", "button_validate").ids(pickings.clone());
        world.call(validate.context(&context)).await;
        let state = world.read("stock.picking", pickings[0], &["state"]).await;
        assert_eq!(state["state"], "done");
        assert_eq!(
            world.pickings(written.sale_order.id).await,
            pickings,
            "no backorder"
        );
        let conflict = world.delivered(&order).await.unwrap_err();
        assert_eq!(
            (conflict.name, conflict.field.as_deref()),
            (FailureName::Conflict, Some("sale_order.qty_delivered")),
            "{conflict}"
        );
    }
}

/// What is captured could not be invoiced: the draft is gone, or its period is closed.
#[tokio::test]
async fn delivered_is_nothing_to_capture_for_without_an_invoice_to_post() {
    let (world, _alone) = World::alone().await;
    let mut order = orders::order();
    order.order.placed_at = "2026-02-13T12:00:00Z".parse().unwrap();
    let written = world.write_order(&order).await.unwrap();
    let pickings = world.pickings(written.sale_order.id).await;
    world
        .call(Call::effect("stock.picking", "button_validate").ids(pickings))
        .await;
    world.close_books(json!("2026-02-28")).await;
    let closed = world.delivered(&order).await;
    world.close_books(json!(false)).await;
    assert_eq!(closed.unwrap_err().field.as_deref(), Some("invoice.date"));
    assert_eq!(world.delivered(&order).await, Ok(()));
    world
        .call(Call::effect("account.move", "unlink").ids([written.draft.id]))
        .await;
    let lost = world.delivered(&order).await.unwrap_err();
    assert_eq!(
        (lost.name, lost.field.as_deref()),
        (FailureName::Conflict, Some("invoice")),
        "{lost}"
    );
}
