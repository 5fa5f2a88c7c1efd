//! What an operator sees of the end of a run: its line, and each order counted once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{event::EventId, order::Order};
use effects::{FactKey, Ledger, ManualClock, MemoryStore, UnixMillis};
use order_notifier::{Notifier, Request};
use runtime::{
    Invocation,
    items::MemoryItems,
    metrics,
    queue::MemoryQueue,
    shops::Shops,
    stores::{OrderItem, OrderItems},
    telemetry,
};
use serde_json::{Value, json};
use shop::memory::MemoryShop;
use std::sync::Arc;

const ORDER: &[u8] = include_bytes!("../../../events/woocommerce/order-usd-two-taxes.json");
const OPENED: UnixMillis = UnixMillis(1_795_446_000_000);
const TOOK_MS: i64 = 12_500;
const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";

/// A notifier, and a run of an order that was opened a while ago.
async fn opened() -> (Arc<Notifier>, Order) {
    let merchant = runtime::merchant().unwrap();
    let store = merchant.store(&"woo".parse().unwrap()).unwrap();
    let order = shop::scheme(store).parse(ORDER, store).unwrap();
    let clock = Arc::new(ManualClock::new(OPENED.plus_ms(TOOK_MS)));
    let shop = Arc::new(MemoryShop::default());
    shop.put_order(order.key.id.clone(), order.modified_at, ORDER.to_vec());
    let event = EventId::of_order(&order);
    let orders = OrderItems::new(Arc::new(MemoryItems::default()));
    let item = OrderItem::recorded(&order, &event).opened(&order, &event, 1, OPENED);
    orders.save(None, &item).await.unwrap();
    let notifier = Notifier {
        merchant,
        ledger: Ledger::new(
            Arc::new(MemoryStore::default()),
            clock.clone(),
            FactKey::new("1", "s"),
        ),
        shops: Shops::from([("woo".parse().unwrap(), shop as Arc<dyn shop::ShopClient>)]),
        orders,
        inbox: Arc::new(MemoryQueue::default()),
        clock,
    };
    (Arc::new(notifier), order)
}

/// The lines and the metrics of steps, each as the platform calls the function.
async fn observed(steps: &[Value]) -> (Vec<Value>, Vec<Value>, Order) {
    let (notifier, order) = opened().await;
    let handler = |request: Request, invocation: Invocation| {
        let notifier = notifier.clone();
        async move { notifier.handle(request, &invocation).await }
    };
    let all = async {
        for step in steps {
            let mut input = json!({
                "schema": 1, "order": order.key, "generation": 1, "version": "woo_1_1", "trace": TRACE,
            });
            input
                .as_object_mut()
                .unwrap()
                .extend(step.as_object().unwrap().clone());
            let invocation = Invocation::new("r-1", OPENED.plus_ms(TOOK_MS + 30_000));
            runtime::handle(&handler, input, invocation).await.unwrap();
        }
    };
    let (((), lines), metrics) = metrics::captured(telemetry::captured("info", all)).await;
    (lines, metrics, order)
}

fn of<'a>(metrics: &'a [Value], name: &str) -> Vec<&'a Value> {
    metrics.iter().filter(|line| line.get(name).is_some()).collect()
}

fn paid(close: bool) -> Value {
    let payment = json!({
        "transaction": "TRN_1", "amount_minor": 1999, "currency": "USD", "state": "captured", "brand": "VISA", "owned": true,
    });
    let close = close.then_some("completed");
    json!({"action": "notify", "outcome": "paid", "close": close, "payment": payment})
}

#[tokio::test]
async fn a_paid_order_is_told_with_its_ids_and_counted_once_when_its_run_ends() {
    let (lines, metrics, order) = observed(&[paid(false), paid(true), paid(true)]).await;
    let completed = of(&metrics, "OrdersCompleted");
    assert_eq!(completed.len(), 1, "{metrics:?}");
    assert_eq!(
        (&completed[0]["Store"], &completed[0]["trace"]),
        (&json!("woo"), &json!(TRACE))
    );
    assert_eq!(of(&metrics, "OrderSeconds")[0]["OrderSeconds"], json!(12.5));
    assert!(of(&metrics, "OrdersCancelled").is_empty() && of(&metrics, "OrdersDeclined").is_empty());
    for line in &lines {
        let span = &line["span"];
        assert_eq!(
            (
                &span["request"],
                &span["trace"],
                &span["order"],
                &span["event"],
                &span["execution"]
            ),
            (
                &json!("r-1"),
                &json!(TRACE),
                &json!(order.key),
                &json!("woo_1_1"),
                &json!(format!("{}-1", order.key.slug()))
            )
        );
    }
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn how_an_order_ended_decides_what_is_counted() {
    for (step, name) in [
        (
            json!({"action": "notify", "outcome": "declined", "close": "closed"}),
            "OrdersDeclined",
        ),
        (
            json!({"action": "notify", "outcome": "token-expired", "close": "closed"}),
            "OrdersDeclined",
        ),
        (
            json!({"action": "notify", "outcome": "rejected", "close": "closed"}),
            "OrdersCancelled",
        ),
        (
            json!({"action": "close", "outcome": "declined", "state": "closed"}),
            "OrdersDeclined",
        ),
        (
            json!({"action": "close", "outcome": "cancelled", "state": "closed"}),
            "OrdersCancelled",
        ),
        // As a machine says it that was deployed before the outcome was handed on.
        (json!({"action": "close", "state": "closed"}), "OrdersCancelled"),
        (
            json!({"action": "close", "outcome": "paid", "state": "completed"}),
            "OrdersCompleted",
        ),
    ] {
        let (_, metrics, _) = observed(&[step.clone(), step]).await;
        let all = ["OrdersCompleted", "OrdersDeclined", "OrdersCancelled"];
        let counted: Vec<_> = all
            .into_iter()
            .filter(|name| !of(&metrics, name).is_empty())
            .collect();
        assert_eq!(counted, [name]);
        assert_eq!(of(&metrics, name).len(), 1, "{metrics:?}");
    }
}
