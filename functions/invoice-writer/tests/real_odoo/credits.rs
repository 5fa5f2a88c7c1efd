//! Captured money whose invoice cannot be posted: it is in the books all the same, as the customer's credit.

use crate::{
    odoo_under_test::{World, to_invoice},
    orders,
};
use domain::failure::FailureName;
use odoo::Call;
use serde_json::{Value, json};

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

/// The draft is deleted after the capture.
#[tokio::test]
async fn captured_money_reaches_the_books_when_its_draft_is_gone() {
    let (world, _quiet) = World::shared().await;
    let batch = [orders::order(), orders::order()];
    let mut invoices = Vec::new();
    for order in &batch {
        let written = world.write_order(order).await.unwrap();
        invoices.push(to_invoice(order, &written));
    }
    let unlink = Call::effect("account.move", "unlink").ids([invoices[0].draft]);
    world.call(unlink).await;
    for _ in 0..2 {
        let mut invoiced = world.write_invoices(&invoices).await.into_iter();
        let gone = invoiced.next().unwrap().unwrap_err();
        assert_eq!(gone.name, FailureName::Conflict, "{gone}");
        assert!(gone.what.contains("customer's credit"), "{gone}");
        assert!(gone.remedy.unwrap().ends_with("drop this"));
        invoiced.next().unwrap().unwrap();
        let memo = json!([["memo", "=", batch[0].transaction]]);
        let fields = ["state", "amount", "partner_id", "invoice_ids"];
        let payments = world.search("account.payment", memo, &fields).await;
        assert_eq!(payments.len(), 1);
        assert_eq!(
            (
                &payments[0]["state"],
                &payments[0]["amount"],
                &payments[0]["invoice_ids"]
            ),
            (&json!("in_process"), &json!(56.80), &json!([]))
        );
        assert_eq!(payments[0]["partner_id"][0], json!(invoices[0].customer));
    }
}

#[tokio::test]
async fn an_invoice_odoo_will_not_post_leaves_a_credit() {
    let (world, _quiet) = World::shared().await;
    let order = orders::plain("USD", "SKU-1", 1, 1000);
    let written = world.write_order(&order).await.unwrap();
    let code = format!("4{}", orders::unique() % 1_000_000);
    let account = world
        .create(
            "account.account",
            json!({"name": "Old", "code": code, "account_type": "income"}),
        )
        .await;
    let lines = json!([
        ["move_id", "=", written.draft.id],
        ["display_type", "=", "product"]
    ]);
    let line = world
        .search("account.move.line", lines, &["account_id"])
        .await
        .remove(0);
    let set = async |account: Value| {
        world
            .write(
                "account.move.line",
                line["id"].as_i64().unwrap(),
                json!({"account_id": account}),
            )
            .await;
    };
    set(json!(account)).await;
    world
        .write("account.account", account, json!({"active": false}))
        .await;
    let refused = world
        .write_invoice(&to_invoice(&order, &written))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("invoice"))
    );
    assert!(refused.what.contains("customer's credit"), "{refused}");
    let memo = json!([["memo", "=", order.transaction]]);
    assert_eq!(
        world.search("account.payment", memo, &["state"]).await[0]["state"],
        "in_process"
    );
    // A person mends it.
    set(line["account_id"][0].clone()).await;
    let invoiced = world
        .write_invoice(&to_invoice(&orders::again(&order), &written))
        .await
        .unwrap();
    let row = world
        .read("account.move", invoiced.invoice.id, &["amount_residual"])
        .await;
    assert_eq!(row["amount_residual"], json!(0.0));
}
