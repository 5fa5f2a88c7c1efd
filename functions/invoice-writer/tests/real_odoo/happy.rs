//! An order to cash that an accountant accepts.

use crate::{
    odoo_under_test::{World, merchant, to_invoice},
    orders,
};
use odoo::{Dialect, Odoo};
use serde_json::json;

#[tokio::test]
async fn one_order_to_cash() {
    let (world, _quiet) = World::shared().await;
    world.order_to_cash(&orders::order()).await;
    let before = world.bot.round_trips();
    let order = orders::order();
    let (written, invoiced) = world.order_to_cash(&order).await;
    let trips = world.bot.round_trips() - before;
    println!("{trips} round trips for one order");
    assert!(trips <= 13, "{trips} round trips");

    assert_eq!(world.logged("sale.order", written.sale_order.id).await, 0);
    let logged = world.logged("account.move", invoiced.invoice.id).await;
    assert!(logged > 0, "the books' own audit trail is not written");

    let sale = world
        .read(
            "sale.order",
            written.sale_order.id,
            &[
                "state",
                "invoice_status",
                "amount_untaxed",
                "date_order",
                "client_order_ref",
                "picking_ids",
                "user_id",
            ],
        )
        .await;
    assert_eq!(sale["state"], "sale");
    assert_eq!(sale["invoice_status"], "invoiced");
    assert_eq!(sale["amount_untaxed"], json!(52.42));
    assert_eq!(sale["date_order"], "2026-11-20 15:00:00");
    assert_eq!(sale["client_order_ref"], json!(order.order.number));
    assert_eq!(sale["user_id"], json!(false));
    let picking = sale["picking_ids"][0].as_i64().unwrap();
    assert_eq!(
        world.read("stock.picking", picking, &["state"]).await["state"],
        "assigned"
    );

    let fields = [
        "state",
        "payment_state",
        "amount_total",
        "amount_residual",
        "date",
        "invoice_date_due",
        "payment_reference",
    ];
    let invoice = world.read("account.move", invoiced.invoice.id, &fields).await;
    assert_eq!(invoice["state"], "posted");
    assert!(invoice["payment_state"] == "paid" || invoice["payment_state"] == "in_payment");
    assert_eq!(invoice["amount_total"], json!(56.80));
    assert_eq!(invoice["amount_residual"], json!(0.0));
    assert_eq!(invoice["date"], "2026-11-20");
    assert_eq!(invoice["invoice_date_due"], "2026-11-20");
    assert_eq!(invoice["payment_reference"], json!(order.transaction));
    let taxes = world.tax_lines(invoiced.invoice.id).await;
    let line = |name: &str, amount| (name.to_owned(), "251000".to_owned(), amount);
    assert_eq!(taxes, [line("NJ Local 2%", 0.91), line("NJ State 6.625%", 3.47)]);

    let payment = world
        .read(
            "account.payment",
            invoiced.payment.id,
            &["amount", "memo", "move_id"],
        )
        .await;
    assert_eq!(payment["amount"], json!(56.80));
    assert_eq!(payment["memo"], json!(order.transaction));
    let entry = world
        .lines(payment["move_id"][0].as_i64().unwrap(), &["product"])
        .await;
    let accounts: Vec<_> = entry
        .iter()
        .map(|(_, account, amount)| (account.as_str(), *amount))
        .collect();
    assert!(accounts.contains(&("101450", 56.80)), "{accounts:?}");
    assert_eq!(
        world
            .told_by_mail(&[
                ("sale.order", written.sale_order.id),
                ("account.move", invoiced.invoice.id)
            ])
            .await,
        0
    );
}

#[tokio::test]
async fn ten_orders_cost_little_more_than_one() {
    let (world, _quiet) = World::shared().await;
    world.order_to_cash(&orders::plain("USD", "SKU-1", 1, 1000)).await;
    let before = world.bot.round_trips();
    let orders: Vec<_> = (0..10).map(|_| orders::order()).collect();
    let written: Vec<_> = world
        .write_orders(&orders)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let invoices: Vec<_> = orders
        .iter()
        .zip(&written)
        .map(|(order, written)| to_invoice(order, written))
        .collect();
    for invoiced in world.write_invoices(&invoices).await {
        invoiced.unwrap();
    }
    let trips = world.bot.round_trips() - before;
    println!("{trips} round trips for ten orders");
    assert!(trips <= 14, "{trips} round trips for ten orders");
}

#[tokio::test]
async fn the_other_dialect_comes_to_the_same() {
    let (_, _quiet) = World::shared().await;
    let world = World::with(merchant(), Dialect::JsonRpc);
    let (written, invoiced) = world.order_to_cash(&orders::order()).await;
    assert_eq!(
        world
            .read("sale.order", written.sale_order.id, &["invoice_status"])
            .await["invoice_status"],
        "invoiced"
    );
    let invoice = world
        .read(
            "account.move",
            invoiced.invoice.id,
            &["amount_total", "amount_residual"],
        )
        .await;
    assert_eq!(
        (&invoice["amount_total"], &invoice["amount_residual"]),
        (&json!(56.80), &json!(0.0))
    );
    let repeated = world.write_order(&orders::again(&orders::order())).await;
    assert!(repeated.is_ok(), "{repeated:?}");
}
