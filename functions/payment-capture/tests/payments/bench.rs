//! One order, one gateway, one ledger, one table: all in memory.

use crate::gateway::MemoryGateway;
use domain::{
    failure::{Failure, FailureName},
    merchant::{CaptureWhen, Merchant},
    money::Money,
    order::Order,
};
use effects::{EffectId, EffectKind, FactKey, Ledger, ManualClock, MemoryStore, State, UnixMillis};
use payment_capture::{Payments, Request};
use runtime::{
    Invocation,
    items::MemoryItems,
    message::PaymentFacts,
    stores::{OrderItem, OrderItems, PayloadStore, PaymentsUsed},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

pub const VERSION: &str = "woo_1001_1795446000";

pub struct Bench {
    pub payments: Arc<Payments>,
    pub gateway: Arc<MemoryGateway>,
    pub clock: Arc<ManualClock>,
    pub payloads: PayloadStore,
    pub items: Arc<MemoryItems>,
    invocations: AtomicUsize,
}

pub fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

pub fn order(key: &str, total_minor: i64, payment: Value) -> Order {
    let address = json!({"name": "Ada Byron", "street": "1 Main St", "city": "Newark", "country": "US"});
    serde_json::from_value(json!({
        "schema": 1, "key": key, "number": key.split_once('/').unwrap().1,
        "modified_at": "2026-11-23T15:00:00Z", "placed_at": "2026-11-23T14:59:00Z",
        "currency": "USD", "prices_include_tax": false,
        "customer": {"name": "Ada Byron"}, "billing": address,
        "lines": [{"id": "1", "sku": "MUG", "name": "Mug", "quantity": "1", "net_minor": total_minor}],
        "total_minor": total_minor, "payment": payment,
    }))
    .unwrap()
}

pub fn token() -> Value {
    json!({"state": "token", "tender": "card", "token": "PMT_1"})
}

/// A payment that the shop's plugin has made.
pub fn plugins(state: &str) -> Value {
    json!({"state": state, "tender": "card", "transaction": "TRN_P"})
}

/// How a step failed.
pub fn name(result: Result<Value, Failure>) -> FailureName {
    result.unwrap_err().name
}

impl Bench {
    pub async fn new(payment: Value) -> Self {
        let bench = Self::empty();
        bench.put(&order("woo/1001", 1999, payment), VERSION).await;
        bench
    }

    /// A store that captures when the delivery is done.
    pub async fn on_delivery(payment: Value) -> Self {
        let mut merchant = runtime::merchant().unwrap().clone();
        for store in merchant.stores.values_mut() {
            store.capture = CaptureWhen::OnDelivery;
        }
        let bench = Self::with(Box::leak(Box::new(merchant)));
        bench.put(&order("woo/1001", 1999, payment), VERSION).await;
        bench
    }

    fn empty() -> Self {
        Self::with(runtime::merchant().unwrap())
    }

    fn with(merchant: &'static Merchant) -> Self {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_795_446_000_000)));
        let gateway = Arc::new(MemoryGateway::default());
        let items = Arc::new(MemoryItems::default());
        let payloads = PayloadStore::new(items.clone(), clock.clone());
        let store = Arc::new(MemoryStore::default());
        let payments = Payments {
            merchant,
            ledger: Ledger::new(store, clock.clone(), FactKey::new("1", "secret")),
            gateway: gateway.clone(),
            payloads: payloads.clone(),
            orders: OrderItems::new(items.clone()),
            used: PaymentsUsed::new(items.clone(), clock.clone()),
        };
        Self {
            payments: Arc::new(payments),
            gateway,
            clock,
            payloads,
            items,
            invocations: AtomicUsize::new(0),
        }
    }

    pub async fn put(&self, order: &Order, version: &str) {
        self.payloads.store_content(version, order).await.unwrap();
    }

    /// The run of the order `woo/1001` that its version of the beginning opened, and the newest version since.
    pub async fn shows(&self, payment: Value) {
        let opened = self
            .payloads
            .content(&"woo/1001".parse().unwrap(), VERSION)
            .await
            .unwrap();
        let event = VERSION.parse().unwrap();
        let now = effects::Clock::now(self.clock.as_ref());
        let mut newest = order("woo/1001", 1999, payment);
        newest.modified_at += jiff::SignedDuration::from_secs(60);
        let item = OrderItem::recorded(&opened, &event)
            .opened(&opened, &event, 1, now)
            .seen(&newest, &domain::event::EventId::of_order(&newest));
        let there = self.payments.orders.load(&item.order).await.unwrap();
        self.payments
            .orders
            .save(there.map(|there| there.version), &item)
            .await
            .unwrap();
    }

    /// Invokes the function for the order `woo/1001`.
    pub async fn step(&self, action: &str, more: Value) -> Result<Value, Failure> {
        self.step_of("woo/1001", action, more).await
    }

    pub async fn step_of(&self, order: &str, action: &str, more: Value) -> Result<Value, Failure> {
        let mut input =
            json!({"schema": 1, "action": action, "order": order, "generation": 1, "version": VERSION});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let n = self.invocations.fetch_add(1, Ordering::SeqCst);
        let deadline = effects::Clock::now(self.clock.as_ref()).plus_ms(60_000);
        let invocation = Invocation::new(format!("invocation-{n}"), deadline);
        self.payments.handle(Request::read(input)?, &invocation).await
    }

    pub async fn authorized(&self) -> PaymentFacts {
        serde_json::from_value(self.step("authorize", json!({})).await.unwrap()).unwrap()
    }

    pub async fn state(&self, kind: EffectKind) -> Option<State> {
        let id = EffectId::new(kind, "woo/1001/1");
        self.payments
            .ledger
            .look(&id)
            .await
            .unwrap()
            .map(|record| record.state)
    }
}
