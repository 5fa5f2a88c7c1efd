//! The two functions on their queues: several tokens, repeats, lost answers, cancelling, redriving. Ledger, table and
//! workflow are memory twins; Odoo is real.

use crate::{
    odoo_under_test::{World, merchant, settings, variable},
    orders,
};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{failure::Failure, merchant::Merchant, order::Order};
use effects::{Clock, FactKey, Ledger, MemoryStore, SystemClock};
use invoice_writer::InvoiceWriter;
use odoo::{Call, Client, Dialect, Kind, Odoo, OdooError, books::BooksCache};
use odoo_work::{Steady, WorkQueue};
use order_writer::{OrderToWrite, OrderWriter, ProductCache};
use runtime::{
    Invocation,
    batch::{CrashMarks, MemoryGiveBack},
    items::MemoryItems,
    stores::{OrderItems, PayloadStore, Reviews},
    workflow::{MemoryWorkflow, Workflow},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// An Odoo whose answer to the n-th effect is lost, although it was done.
struct Forgetful {
    client: Client,
    effects_left: AtomicI64,
}

#[async_trait]
impl Odoo for Forgetful {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let answer = self.client.call(call).await;
        if call.kind == Kind::Effect && self.effects_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            return Err(OdooError::NoAnswer("lost on the way".into()));
        }
        answer
    }
}

/// Both functions over memory twins.
struct Functions {
    order_writer: OrderWriter,
    invoice_writer: InvoiceWriter,
    payloads: PayloadStore,
    workflow: Arc<MemoryWorkflow>,
    odoo: Arc<Steady<Forgetful>>,
}

impl Functions {
    fn new() -> Self {
        let merchant: &'static Merchant = Box::leak(Box::new(merchant()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let items = Arc::new(MemoryItems::default());
        let ledger = Ledger::new(
            Arc::new(MemoryStore::default()),
            clock.clone(),
            FactKey::new("1", *b"key"),
        );
        let workflow = Arc::new(MemoryWorkflow::default());
        let client = Client::new(settings(&variable("ODOO_KEY"), Dialect::Json2)).unwrap();
        let odoo = Arc::new(Steady(Forgetful {
            client,
            effects_left: AtomicI64::new(0),
        }));
        let payloads = PayloadStore::new(items.clone(), clock.clone());
        let queue = || WorkQueue {
            give_back: Arc::new(MemoryGiveBack::default()),
            crash_marks: CrashMarks::new(items.clone(), clock.clone()),
            workflow: workflow.clone() as Arc<dyn Workflow>,
            reviews: Reviews::new(items.clone(), clock.clone()),
        };
        Self {
            order_writer: OrderWriter {
                merchant,
                odoo: odoo.clone(),
                books: BooksCache::default(),
                products: ProductCache::default(),
                ledger: ledger.clone(),
                payloads: payloads.clone(),
                orders: OrderItems::new(items.clone()),
                queue: queue(),
            },
            invoice_writer: InvoiceWriter {
                merchant,
                odoo: odoo.clone(),
                books: BooksCache::default(),
                ledger,
                payloads: payloads.clone(),
                queue: queue(),
            },
            payloads,
            workflow,
            odoo,
        }
    }

    fn forget_effect(&self, number: i64) {
        self.odoo.0.effects_left.store(number, Ordering::SeqCst);
    }

    fn invocation() -> Invocation {
        Invocation::new("test", SystemClock.now().plus_ms(120_000))
    }

    async fn write_orders(&self, messages: &[Value]) -> SqsBatchResponse {
        self.order_writer
            .handle(event(messages), &Self::invocation())
            .await
            .unwrap()
    }

    async fn write_invoices(&self, messages: &[Value]) -> SqsBatchResponse {
        self.invoice_writer
            .handle(event(messages), &Self::invocation())
            .await
            .unwrap()
    }

    /// What was answered to a token.
    fn answer(&self, token: &str) -> Option<Result<Value, (String, String)>> {
        let seen = self.workflow.seen();
        seen.answers
            .iter()
            .find(|(to, _)| to == token)
            .map(|(_, answer)| answer.clone())
    }

    async fn keep(&self, version: &str, order: &Order) {
        self.payloads.store_content(version, order).await.unwrap();
    }
}

fn event(messages: &[Value]) -> SqsEvent {
    let record = |(place, message): (usize, &Value)| {
        json!({"messageId": format!("m{place}"), "receiptHandle": "r", "body": message.to_string(),
            "attributes": {"ApproximateReceiveCount": "1"}})
    };
    let records: Vec<Value> = messages.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({"Records": records})).unwrap()
}

fn message(action: &str, order: &OrderToWrite, version: &str, token: &str) -> Value {
    let total = order.order.total();
    json!({"schema": 1, "action": action, "order": order.order.key, "generation": order.generation,
        "version": version, "token": token, "payment": {"transaction": order.transaction,
        "amount_minor": total.minor, "currency": total.currency, "state": "captured", "brand": "VISA", "owned": true}})
}

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
        if functions.odoo.0.effects_left.load(Ordering::SeqCst) > 0 {
            assert_eq!(lost, 11, "so many effects has an order to cash, and one");
            return;
        }
    }
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
