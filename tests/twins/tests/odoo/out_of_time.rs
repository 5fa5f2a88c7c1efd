//! The order writer's function on a twin that takes its time: what is not begun any more comes again, untouched.

use crate::{
    orders::{line, plain},
    world::{merchant, twin},
};
use async_trait::async_trait;
use aws_lambda_events::sqs::SqsEvent;
use domain::merchant::Merchant;
use effects::{Clock, EffectId, EffectKind, FactKey, Ledger, ManualClock, MemoryStore, Store, UnixMillis};
use odoo::{Call, Kind, Odoo, OdooError, books::BooksCache};
use odoo_work::{Steady, WorkQueue};
use order_writer::{OrderToWrite, OrderWriter, ProductCache};
use runtime::{
    Invocation,
    batch::{CrashMarks, MemoryGiveBack},
    items::MemoryItems,
    stores::{OrderItems, PayloadStore, Reviews},
    workflow::MemoryWorkflow,
};
use serde_json::{Value, json};
use std::sync::Arc;
use twins::odoo::Twin;

/// What the function has when it is invoked, and what every effect on this Odoo takes of it.
const TIME_MS: i64 = 60_000;
const EFFECT_MS: i64 = 5_000;

/// An Odoo that is slow to write.
struct Slow {
    twin: Arc<Twin>,
    clock: Arc<ManualClock>,
}

#[async_trait]
impl Odoo for Slow {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        if call.kind == Kind::Effect {
            self.clock.advance_ms(EFFECT_MS);
        }
        self.twin.answer(call)
    }
}

/// So many lines that no other order is written together with it.
fn large() -> OrderToWrite {
    let mut order = plain("USD", "SKU-1", 1, 100);
    order.order.lines = (0..300)
        .map(|n| line(&n.to_string(), "SKU-1", 1, 100, &[]))
        .collect();
    order.order.total_minor = 30_000;
    order
}

fn message(order: &OrderToWrite, token: &str) -> Value {
    let total = order.order.total();
    let payment = json!({"transaction": order.transaction, "amount_minor": total.minor, "currency": total.currency,
        "state": "captured", "brand": "VISA", "owned": true});
    json!({"schema": 1, "action": "write-order", "order": order.order.key, "generation": 1, "version": token,
        "token": token, "payment": payment})
}

fn batch(messages: &[Value]) -> SqsEvent {
    let record = |(place, message): (usize, &Value)| {
        json!({"messageId": format!("m{place}"), "receiptHandle": "r", "body": message.to_string(),
            "attributes": {"ApproximateReceiveCount": "1"}})
    };
    let records: Vec<_> = messages.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({"Records": records})).unwrap()
}

#[tokio::test]
async fn orders_for_which_no_time_is_left_are_not_claimed_and_come_again() {
    let merchant: &'static Merchant = Box::leak(Box::new(merchant()));
    let now = "2026-11-23T20:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let clock = Arc::new(ManualClock::new(UnixMillis(now.as_millisecond())));
    let time: Arc<dyn Clock> = clock.clone();
    let (items, store) = (Arc::new(MemoryItems::default()), Arc::new(MemoryStore::default()));
    let (payloads, workflow) = (
        PayloadStore::new(items.clone(), time.clone()),
        Arc::new(MemoryWorkflow::default()),
    );
    let writer = OrderWriter {
        merchant,
        odoo: Arc::new(Steady(Slow {
            twin: twin(),
            clock: clock.clone(),
        })),
        books: BooksCache::default(),
        products: ProductCache::default(),
        ledger: Ledger::new(store.clone(), time.clone(), FactKey::new("1", *b"key")),
        payloads: payloads.clone(),
        orders: OrderItems::new(items.clone()),
        queue: WorkQueue {
            give_back: Arc::new(MemoryGiveBack::default()),
            crash_marks: CrashMarks::new(items.clone(), time.clone()),
            workflow: workflow.clone(),
            reviews: Reviews::new(items, time.clone()),
        },
    };
    let (first, second) = (large(), large());
    for (order, version) in [(&first, "T1"), (&second, "T2")] {
        payloads.store_content(version, &order.order).await.unwrap();
    }
    let messages = [message(&first, "T1"), message(&second, "T2")];
    let invocation = || Invocation::new("test", time.now().plus_ms(TIME_MS));
    let effect = EffectId::new(EffectKind::WriteOrder, &format!("{}/1", second.order.key));
    let answered = |token: &str| {
        let seen = workflow.seen();
        seen.answers
            .iter()
            .any(|(to, answer)| to == token && answer.is_ok())
    };

    let response = writer.handle(batch(&messages), &invocation()).await.unwrap();
    let back: Vec<_> = response
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.as_str())
        .collect();
    assert_eq!(back, ["m1"]);
    assert!(answered("T1") && !answered("T2"));
    assert!(
        store.load(&effect).await.unwrap().is_none(),
        "it is claimed by nobody"
    );

    let response = writer.handle(batch(&messages[1..]), &invocation()).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    assert!(answered("T2"));
}
