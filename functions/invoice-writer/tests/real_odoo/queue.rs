//! The two functions on their queues: several tokens, repeats, lost answers, late calls, cancelling, redriving.

use crate::{
    functions_under_test::{Functions, message},
    odoo_under_test::World,
    orders,
};
use aws_lambda_events::sqs::SqsBatchResponse;
use domain::failure::Failure;
use odoo::Call;
use serde_json::{Value, json};

fn given_back(response: &SqsBatchResponse) -> usize {
    response.batch_item_failures.len()
}

#[tokio::test]
async fn one_effect_with_several_tokens_and_a_bad_neighbour() {
    let (world, _quiet) = World::shared().await;
    let functions = Functions::new();
    let (good, mut bad) = (orders::order(), orders::order());
    bad.order.lines[0].sku = "SKU-OLD".to_owned();
    functions.keep("v1", &good.order).await;
    functions.keep("v1", &bad.order).await;
    let batch = [
        message("write-order", &good, "v1", "token-1"),
        message("write-order", &bad, "v1", "token-2"),
        message("write-order", &good, "v1", "token-3"),
    ];
    let response = functions.write_orders(&batch).await;
    assert_eq!(given_back(&response), 0);
    let output = functions.answer("token-1").unwrap().unwrap();
    assert_eq!(functions.answer("token-3").unwrap().unwrap(), output);
    let (error, cause) = functions.answer("token-2").unwrap().unwrap_err();
    assert_eq!(error, "Refused");
    let cause: Failure = serde_json::from_str(&cause).unwrap();
    assert_eq!(cause.field.as_deref(), Some("lines[0].sku"));

    // The next day the same message comes again.
    functions
        .write_orders(&[message("write-order", &good, "v1", "token-4")])
        .await;
    assert_eq!(functions.answer("token-4").unwrap().unwrap(), output);

    let mut invoice = message("write-invoice", &good, "v1", "token-5");
    invoice["draft"] = output["draft"].clone();
    functions.write_invoices(&[invoice]).await;
    let invoiced = functions.answer("token-5").unwrap().unwrap();
    let id = invoiced["invoice"]["id"].as_i64().unwrap();
    assert_eq!(
        world.read("account.move", id, &["amount_residual"]).await["amount_residual"],
        json!(0.0)
    );
}

#[tokio::test]
async fn an_answer_lost_anywhere_changes_nothing() {
    let (world, _quiet) = World::shared().await;
    for lost in 1.. {
        let functions = Functions::new();
        let order = orders::order();
        functions.keep("v1", &order.order).await;
        let write = [message("write-order", &order, "v1", "order")];
        functions.forget_effect(lost);
        let first = functions.write_orders(&write).await;
        if given_back(&first) == 1 {
            assert_eq!(
                functions.answer("order"),
                None,
                "effect {lost}: nobody is told before it is known"
            );
            assert_eq!(
                given_back(&functions.write_orders(&write).await),
                0,
                "effect {lost}"
            );
        }
        let output = functions.answer("order").unwrap().unwrap();
        let mut invoice = message("write-invoice", &order, "v1", "invoice");
        invoice["draft"] = output["draft"].clone();
        let second = functions.write_invoices(&[invoice.clone()]).await;
        if given_back(&second) == 1 {
            assert_eq!(
                given_back(&functions.write_invoices(&[invoice]).await),
                0,
                "effect {lost}"
            );
        }
        let invoiced = functions.answer("invoice").unwrap().unwrap();
        let number = &order.order.number;
        assert_eq!(
            world
                .search("sale.order", json!([["client_order_ref", "=", number]]), &["id"])
                .await
                .len(),
            1
        );
        assert_eq!(
            world
                .search("account.move", json!([["ref", "=", number]]), &["id"])
                .await
                .len(),
            1
        );
        let memo = json!([["memo", "=", order.transaction]]);
        let payments = world.search("account.payment", memo, &["state"]).await;
        assert_eq!(
            (payments.len(), &payments[0]["state"]),
            (1, &json!("paid")),
            "effect {lost}"
        );
        let id = invoiced["invoice"]["id"].as_i64().unwrap();
        let row = world
            .read("account.move", id, &["amount_total", "amount_residual"])
            .await;
        assert_eq!(
            (&row["amount_total"], &row["amount_residual"]),
            (&json!(56.80), &json!(0.0)),
            "effect {lost}"
        );
        if functions.were_fewer() {
            assert_eq!(lost, 11, "so many effects has an order to cash, and one");
            return;
        }
    }
}

/// A caller has given up, another has done it all, and then what the first one sent arrives.
#[tokio::test]
async fn a_call_that_arrives_late_changes_nothing() {
    let (world, _quiet) = World::shared().await;
    for number in 1.. {
        let functions = Functions::new();
        let order = orders::order();
        functions.keep("v1", &order.order).await;
        functions.hold_up_effect(number);
        let write = [message("write-order", &order, "v1", "order")];
        while given_back(&functions.write_orders(&write).await) > 0 {}
        let output = functions.answer("order").unwrap().unwrap();
        let mut invoice = message("write-invoice", &order, "v1", "invoice");
        invoice["draft"] = output["draft"].clone();
        while given_back(&functions.write_invoices(&[invoice.clone()]).await) > 0 {}
        let invoiced = functions.answer("invoice").unwrap().unwrap();
        let before = documents(&world, &output, &invoiced).await;
        let Some(call) = functions.arrives().await else {
            assert!(functions.were_fewer());
            return;
        };
        assert_eq!(documents(&world, &output, &invoiced).await, before, "{call}");
        assert_eq!(before[0]["date_order"], "2026-11-20 15:00:00", "{call}");
        assert_eq!(before[1]["payment_state"], "paid", "{call}");
        assert_eq!(before[2]["state"], "paid", "{call}");
    }
}

/// An order's documents as they stand: sales order, invoice, payment.
async fn documents(world: &World, output: &Value, invoiced: &Value) -> [Value; 3] {
    let read = async |model: &'static str, record: &Value, fields: &[&str]| {
        world.read(model, record["id"].as_i64().unwrap(), fields).await
    };
    let sale = [
        "state",
        "date_order",
        "amount_total",
        "invoice_status",
        "order_line",
        "invoice_ids",
    ];
    let invoice = [
        "state",
        "payment_state",
        "date",
        "amount_total",
        "amount_residual",
        "name",
    ];
    let payment = ["state", "amount", "is_reconciled", "move_id", "date"];
    [
        read("sale.order", &output["sale_order"], &sale).await,
        read("account.move", &invoiced["invoice"], &invoice).await,
        read("account.payment", &invoiced["payment"], &payment).await,
    ]
}

#[tokio::test]
async fn after_a_cancellation_a_late_message_finds_the_order_closed() {
    let (world, _quiet) = World::shared().await;
    let functions = Functions::new();
    let order = orders::order();
    functions.keep("v1", &order.order).await;
    functions
        .write_orders(&[message("write-order", &order, "v1", "write")])
        .await;
    functions
        .write_orders(&[message("cancel-order", &order, "v1", "cancel")])
        .await;
    assert_eq!(
        functions.answer("cancel").unwrap().unwrap(),
        json!({"state": "cancelled"})
    );
    functions
        .write_orders(&[message("write-order", &order, "v1", "late")])
        .await;
    assert_eq!(functions.answer("late").unwrap().unwrap_err().0, "Cancelled");
    let written = functions.answer("write").unwrap().unwrap();
    let sale = world
        .read(
            "sale.order",
            written["sale_order"]["id"].as_i64().unwrap(),
            &["state"],
        )
        .await;
    assert_eq!(sale["state"], "cancel");

    // An order that was never written leaves the same closed door.
    let never = orders::order();
    functions.keep("v1", &never.order).await;
    functions
        .write_orders(&[message("cancel-order", &never, "v1", "cancel-never")])
        .await;
    assert_eq!(
        functions.answer("cancel-never").unwrap().unwrap(),
        json!({"state": "absent"})
    );
    functions
        .write_orders(&[message("write-order", &never, "v1", "late-never")])
        .await;
    assert_eq!(
        functions.answer("late-never").unwrap().unwrap_err().0,
        "Cancelled"
    );
}

#[tokio::test]
async fn a_corrected_version_runs_on_when_redriven() {
    let (_, _quiet) = World::shared().await;
    let functions = Functions::new();
    let mut order = orders::order();
    order.order.lines[0].sku = "SKU-NOWHERE".to_owned();
    functions.keep("v1", &order.order).await;
    functions
        .write_orders(&[message("write-order", &order, "v1", "first")])
        .await;
    assert_eq!(functions.answer("first").unwrap().unwrap_err().0, "Refused");
    order.order.lines[0].sku = "SKU-3".to_owned();
    functions.keep("v2", &order.order).await;
    functions
        .write_orders(&[message("write-order", &order, "v2", "not-redriven")])
        .await;
    assert_eq!(
        functions.answer("not-redriven").unwrap().unwrap_err().0,
        "Conflict"
    );
    let mut redriven = message("write-order", &order, "v2", "redriven");
    redriven["redrive"] = json!(true);
    functions.write_orders(&[redriven]).await;
    assert!(functions.answer("redriven").unwrap().is_ok());
}

#[tokio::test]
async fn a_delivery_is_waited_for() {
    let (world, _quiet) = World::shared().await;
    let functions = Functions::new();
    let order = orders::order();
    functions.keep("v1", &order.order).await;
    functions
        .write_orders(&[message("write-order", &order, "v1", "write")])
        .await;
    functions
        .write_orders(&[message("check-delivery", &order, "v1", "pending")])
        .await;
    assert_eq!(
        functions.answer("pending").unwrap().unwrap_err().0,
        "DeliveryPending"
    );
    let sale = functions.answer("write").unwrap().unwrap()["sale_order"]["id"]
        .as_i64()
        .unwrap();
    let picking = world.read("sale.order", sale, &["picking_ids"]).await["picking_ids"][0]
        .as_i64()
        .unwrap();
    world
        .call(Call::effect("stock.picking", "button_validate").ids([picking]))
        .await;
    functions
        .write_orders(&[message("check-delivery", &order, "v1", "done")])
        .await;
    assert_eq!(
        functions.answer("done").unwrap().unwrap(),
        json!({"delivered": true})
    );
}
