//! Taking an order back, and waiting for its delivery.

use crate::{odoo_under_test::World, orders};
use domain::failure::FailureName;
use odoo::Call;
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
