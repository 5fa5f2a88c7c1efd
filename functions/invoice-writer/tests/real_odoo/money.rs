//! To the cent: totals a unit price cannot carry, taxes Odoo would compute otherwise, other currencies.

use crate::{odoo_under_test::World, orders};
use serde_json::json;

/// Untaxed, tax and total of an invoice.
async fn amounts(world: &World, invoice: i64) -> [f64; 3] {
    let row = world
        .read(
            "account.move",
            invoice,
            &["amount_untaxed", "amount_tax", "amount_total"],
        )
        .await;
    ["amount_untaxed", "amount_tax", "amount_total"].map(|field| row[field].as_f64().unwrap())
}

#[tokio::test]
async fn three_for_ten() {
    let (world, _quiet) = World::shared().await;
    let (_, invoiced) = world.order_to_cash(&orders::plain("USD", "SKU-3", 3, 1000)).await;
    assert_eq!(amounts(&world, invoiced.invoice.id).await, [10.0, 0.0, 10.0]);
}

#[tokio::test]
async fn seven_hundred_pieces_of_a_third() {
    let (world, _quiet) = World::shared().await;
    let (_, invoiced) = world
        .order_to_cash(&orders::plain("USD", "SVC-1", 700, 23333))
        .await;
    assert_eq!(amounts(&world, invoiced.invoice.id).await, [233.33, 0.0, 233.33]);
}

#[tokio::test]
async fn a_tax_that_rounds_to_nothing_still_gets_its_line() {
    let (world, _quiet) = World::shared().await;
    // 2 % of 0.20 is 0.004: Odoo makes no tax line, the shop took a cent.
    let (_, invoiced) = world.order_to_cash(&orders::taxed(20, orders::LOCAL, 1)).await;
    assert_eq!(amounts(&world, invoiced.invoice.id).await, [0.2, 0.01, 0.21]);
    let taxes = world.tax_lines(invoiced.invoice.id).await;
    assert_eq!(taxes, [("NJ Local 2%".to_owned(), "251000".to_owned(), 0.01)]);
}

#[tokio::test]
async fn a_tax_the_shop_did_not_take_is_taken_off() {
    let (world, _quiet) = World::shared().await;
    // 2 % of 0.30 is 0.006: Odoo makes it a cent, the shop made it nothing.
    let (_, invoiced) = world.order_to_cash(&orders::taxed(30, orders::LOCAL, 0)).await;
    assert_eq!(amounts(&world, invoiced.invoice.id).await, [0.3, 0.0, 0.3]);
}

#[tokio::test]
async fn prices_that_included_tax_arrive_net() {
    let (world, _quiet) = World::shared().await;
    // 9.99 with 6.625 % in it: 9.37 + 0.62.
    let mut order = orders::taxed(937, orders::STATE, 62);
    order.order.prices_include_tax = true;
    let (_, invoiced) = world.order_to_cash(&order).await;
    assert_eq!(amounts(&world, invoiced.invoice.id).await, [9.37, 0.62, 9.99]);
}

#[tokio::test]
async fn every_configured_currency() {
    let (world, _quiet) = World::shared().await;
    for (currency, net_minor, total, clearing) in [
        ("EUR", 1999, 19.99, "101451"),
        ("JPY", 1500, 1500.0, "101452"),
        ("KWD", 12345, 12.345, "101453"),
    ] {
        let (written, invoiced) = world
            .order_to_cash(&orders::plain(currency, "SKU-1", 1, net_minor))
            .await;
        let sale = world
            .read(
                "sale.order",
                written.sale_order.id,
                &["currency_id", "amount_total"],
            )
            .await;
        assert_eq!(
            (&sale["currency_id"][1], &sale["amount_total"]),
            (&json!(currency), &json!(total))
        );
        let fields = ["currency_id", "amount_total", "amount_residual", "payment_state"];
        let invoice = world.read("account.move", invoiced.invoice.id, &fields).await;
        assert_eq!(
            (&invoice["currency_id"][1], &invoice["amount_total"]),
            (&json!(currency), &json!(total))
        );
        assert_eq!(invoice["amount_residual"], json!(0.0));
        let payment = world
            .read("account.payment", invoiced.payment.id, &["move_id"])
            .await;
        let entry = world
            .lines(payment["move_id"][0].as_i64().unwrap(), &["product"])
            .await;
        assert!(
            entry
                .iter()
                .any(|(_, account, amount)| account == clearing && *amount == total),
            "{entry:?}"
        );
    }
}
