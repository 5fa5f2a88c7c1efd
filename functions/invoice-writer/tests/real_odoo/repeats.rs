//! The same thing twice, at once, half done, or with one bad order among ten.

use crate::{
    odoo_under_test::{World, to_invoice},
    orders,
};
use domain::failure::FailureName;
use futures::future::join_all;
use odoo::Call;
use order_writer::OrderToWrite;
use serde_json::{Value, json};

/// How many documents an order has: sales orders, invoices, payments, contacts.
async fn documents(world: &World, order: &OrderToWrite) -> [usize; 4] {
    let number = &order.order.number;
    [
        world
            .search("sale.order", json!([["client_order_ref", "=", number]]), &["id"])
            .await
            .len(),
        world
            .search("account.move", json!([["ref", "=", number]]), &["id"])
            .await
            .len(),
        world
            .search(
                "account.payment",
                json!([["memo", "=", order.transaction]]),
                &["id"],
            )
            .await
            .len(),
        world
            .search(
                "res.partner",
                json!([["email", "=", order.order.customer.email]]),
                &["id"],
            )
            .await
            .len(),
    ]
}

#[tokio::test]
async fn everything_twice_comes_to_the_same_documents() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    let first = world.order_to_cash(&order).await;
    assert_eq!(world.order_to_cash(&orders::again(&order)).await, first);
    assert_eq!(documents(&world, &order).await, [1, 1, 1, 1]);
    let state = world
        .read("account.payment", first.1.payment.id, &["state", "is_reconciled"])
        .await;
    assert_eq!(
        (&state["state"], &state["is_reconciled"]),
        (&json!("paid"), &json!(true))
    );
}

#[tokio::test]
async fn eight_writers_at_once() {
    let (world, _quiet) = World::shared().await;
    let order = orders::again(&orders::order());
    let written = join_all((0..8).map(|_| world.write_order(&order))).await;
    let written: Vec<_> = written.into_iter().map(Result::unwrap).collect();
    assert!(written.iter().all(|each| *each == written[0]), "{written:?}");
    let invoice = to_invoice(&order, &written[0]);
    let invoiced = join_all((0..8).map(|_| world.write_invoice(&invoice))).await;
    let invoiced: Vec<_> = invoiced.into_iter().map(Result::unwrap).collect();
    assert!(invoiced.iter().all(|each| *each == invoiced[0]), "{invoiced:?}");
    assert_eq!(documents(&world, &order).await, [1, 1, 1, 1]);
    let row = world
        .read(
            "account.move",
            invoiced[0].invoice.id,
            &["amount_residual", "amount_total"],
        )
        .await;
    assert_eq!(
        (&row["amount_residual"], &row["amount_total"]),
        (&json!(0.0), &json!(56.80))
    );
}

#[tokio::test]
async fn one_bad_order_in_ten() {
    let (world, _quiet) = World::shared().await;
    let mut batch: Vec<_> = (0..10).map(|_| orders::order()).collect();
    batch[3].order.lines[0].sku = "SKU-OLD".to_owned();
    // Odoo refuses a contact with an e-mail address of its own kind only by its constraints; a country it does not
    // know is refused by us, a tax that is not mapped too.
    batch[5].order.billing.country = "XX".to_owned();
    batch[7].order.lines[0].taxes = vec!["US-NOWHERE".to_owned()];
    batch[7].order.taxes[0].code = "US-NOWHERE".to_owned();
    let written = world.write_orders(&batch).await;
    for (place, written) in written.iter().enumerate() {
        match place {
            3 | 5 | 7 => assert!(written.is_err(), "{place}: {written:?}"),
            _ => assert!(written.is_ok(), "{place}: {written:?}"),
        }
    }
}

#[tokio::test]
async fn one_order_that_odoo_refuses_in_ten() {
    let (world, _quiet) = World::shared().await;
    let batch: Vec<_> = (0..10).map(|_| orders::order()).collect();
    let written: Vec<_> = world
        .write_orders(&batch)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    // Somebody takes the fifth invoice's journal entry apart while the money is being captured.
    world
        .call(Call::effect("account.move", "button_cancel").ids([written[4].draft.id]))
        .await;
    let invoices: Vec<_> = batch
        .iter()
        .zip(&written)
        .map(|(order, written)| to_invoice(order, written))
        .collect();
    let invoiced = world.write_invoices(&invoices).await;
    for (place, invoiced) in invoiced.iter().enumerate() {
        assert_eq!(invoiced.is_ok(), place != 4, "{place}: {invoiced:?}");
    }
    assert_eq!(invoiced[4].as_ref().unwrap_err().name, FailureName::Conflict);
    let memo = json!([["memo", "=", batch[4].transaction]]);
    let payment = world.search("account.payment", memo, &["state"]).await;
    assert_eq!(
        payment[0]["state"], "in_process",
        "the captured money is in the books"
    );
}

#[tokio::test]
async fn a_draft_of_other_content_is_written_anew() {
    let (world, _alone) = World::alone().await;
    let mut order = orders::order();
    order.order.placed_at = "2026-02-12T12:00:00Z".parse().unwrap();
    // Refused after the drafts were made.
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_order(&order).await;
    world.close_books(json!(false)).await;
    assert_eq!(refused.unwrap_err().name, FailureName::Refused);
    // The order is corrected in the shop and redriven in the same run.
    let mut corrected = orders::redriven(&order);
    corrected.order.lines[0].sku = "SKU-1".to_owned();
    corrected
        .order
        .lines
        .push(orders::line("9", "SKU-1", 1, 1000, &[]));
    corrected.order.total_minor += 1000;
    let (written, _) = world.order_to_cash(&corrected).await;
    let sale = world
        .read(
            "sale.order",
            written.sale_order.id,
            &["amount_untaxed", "order_line"],
        )
        .await;
    assert_eq!(sale["amount_untaxed"], json!(62.42));
    assert_eq!(sale["order_line"].as_array().map(Vec::len), Some(5));
    let lines = json!([
        ["order_id", "=", written.sale_order.id],
        ["product_id.default_code", "=", "SKU-3"]
    ]);
    assert!(
        world.search("sale.order.line", lines, &["id"]).await.is_empty(),
        "what was corrected is gone"
    );
    assert_eq!(documents(&world, &order).await, [1, 1, 1, 1]);
}

#[tokio::test]
async fn a_confirmed_order_of_other_content_is_a_conflict() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    let mut other = orders::again(&order);
    other.order.lines[0].net_minor += 100;
    other.order.total_minor += 100;
    let conflict = world.write_order(&other).await.unwrap_err();
    assert_eq!(conflict.name, FailureName::Conflict);
    let sale = world
        .read("sale.order", written.sale_order.id, &["amount_untaxed"])
        .await;
    assert_eq!(sale["amount_untaxed"], json!(52.42), "nothing was changed");
}

#[tokio::test]
async fn a_payment_is_booked_once_whatever_is_repeated() {
    let (world, _quiet) = World::shared().await;
    let order = orders::order();
    let (written, invoiced) = world.order_to_cash(&order).await;
    for _ in 0..3 {
        let again = world
            .write_invoice(&to_invoice(&orders::again(&order), &written))
            .await
            .unwrap();
        assert_eq!(again, invoiced);
    }
    let receivable = json!([
        ["account_type", "=", "asset_receivable"],
        ["partner_id", "=", written.draft.customer]
    ]);
    let lines = world
        .search("account.move.line", receivable, &["amount_residual"])
        .await;
    let open: f64 = lines
        .iter()
        .map(|line: &Value| line["amount_residual"].as_f64().unwrap())
        .sum();
    assert_eq!((lines.len(), open), (2, 0.0));
}
