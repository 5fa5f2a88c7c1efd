//! Products by `default_code`.

use crate::{
    odoo_under_test::{World, merchant},
    orders,
};
use domain::{failure::FailureName, merchant::MissingProduct};
use odoo::Dialect;
use serde_json::json;

#[tokio::test]
async fn what_cannot_be_sold_is_refused_by_name() {
    let (world, _quiet) = World::shared().await;
    for (sku, why) in [
        ("SKU-OLD", "archived"),
        ("SKU-TWIN", "more than one"),
        ("SKU-NOWHERE", "no product"),
    ] {
        let refused = world
            .write_order(&orders::plain("USD", sku, 1, 1000))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.name, refused.field.as_deref()),
            (FailureName::Refused, Some("lines[0].sku"))
        );
        assert!(refused.what.contains(why), "{}", refused.what);
        assert!(refused.remedy.is_some());
    }
}

#[tokio::test]
async fn a_missing_product_is_created_where_the_merchant_says_so() {
    let (_, _quiet) = World::shared().await;
    let mut merchant = merchant();
    merchant.odoo.missing_product = MissingProduct::Create;
    let world = World::with(merchant, Dialect::Json2);
    let group = world
        .search(
            "ir.model.data",
            json!([["module", "=", "product"], ["name", "=", "group_product_manager"]]),
            &["res_id"],
        )
        .await[0]["res_id"]
        .clone();
    let bot = world
        .search("res.users", json!([["login", "=", "heartland-bot"]]), &["id"])
        .await[0]["id"]
        .as_i64()
        .unwrap();
    world
        .write("res.users", bot, json!({"group_ids": [[4, group]]}))
        .await;
    let sku = format!("NEW-{}", orders::unique());
    world.order_to_cash(&orders::plain("USD", &sku, 1, 1000)).await;
    world.order_to_cash(&orders::plain("USD", &sku, 1, 1000)).await;
    let made = world
        .search(
            "product.product",
            json!([["default_code", "=", sku]]),
            &["is_storable", "name"],
        )
        .await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["is_storable"], json!(true));
    world
        .write("res.users", bot, json!({"group_ids": [[3, group]]}))
        .await;
}

#[tokio::test]
async fn kits_and_services() {
    let (world, _quiet) = World::shared().await;
    let mut order = orders::plain("USD", "KIT-1", 2, 9000);
    order.order.lines.push(orders::line("2", "SVC-1", 1, 5000, &[]));
    order.order.total_minor = 14000;
    let (written, invoiced) = world.order_to_cash(&order).await;
    let moves = world
        .web_search(
            "stock.move",
            json!([["picking_id.sale_id", "=", written.sale_order.id]]),
            json!({"product_id": {"fields": {"default_code": {}}}, "product_uom_qty": {}}),
        )
        .await;
    let mut moved: Vec<_> = moves
        .iter()
        .map(|row| {
            (
                row["product_id"]["default_code"].as_str().unwrap(),
                row["product_uom_qty"].as_f64().unwrap(),
            )
        })
        .collect();
    moved.sort_by(|a, b| a.0.cmp(b.0));
    assert_eq!(
        moved,
        [("SKU-1", 2.0), ("SKU-2", 4.0)],
        "a kit ships as its parts, a service not at all"
    );
    let invoice = world
        .read("account.move", invoiced.invoice.id, &["amount_total"])
        .await;
    assert_eq!(invoice["amount_total"], json!(140.0));
}
