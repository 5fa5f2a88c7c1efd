//! A desk with everything in memory.

use domain::{decide::OrderState, event::EventId, failure::Failure, ids::OrderKey, order::Order};
use effects::{
    ClaimRequest, Claimed, EffectId, EffectKind, FactKey, Facts, Ledger, ManualClock, MemoryStore, OwnerId,
    Settled, Timing, UnixMillis,
};
use review_desk::{Credentials, Desk};
use runtime::{
    breaker::Breaker,
    items::MemoryItems,
    queue::MemoryQueue,
    secrets::MemorySecrets,
    stores::{OrderItem, OrderItems, PayloadStore, Reviews},
    topic::MemoryTopic,
    workflow::{MemoryWorkflow, RunState},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub const HOUR_MS: i64 = 3_600_000;

pub struct Bench {
    pub desk: Arc<Desk>,
    pub workflow: Arc<MemoryWorkflow>,
    pub inbox: Arc<MemoryQueue>,
    pub topic: Arc<MemoryTopic>,
    pub clock: Arc<ManualClock>,
    pub ledger: Ledger,
    pub secrets: Arc<MemorySecrets>,
    pub items: Arc<MemoryItems>,
}

pub fn order() -> OrderKey {
    "woo/1001".parse().unwrap()
}

/// The order as the shop sent it first.
pub fn content() -> Order {
    let at = "2026-11-23T15:00:00Z";
    serde_json::from_value(json!({
        "schema": 1, "key": "woo/1001", "number": "1001", "modified_at": at, "placed_at": at, "currency": "USD",
        "prices_include_tax": false, "customer": {"name": "Ada"},
        "billing": {"name": "Ada", "street": "s", "city": "c", "country": "US"},
        "lines": [{"id": "1", "sku": "MUG", "name": "Mug", "quantity": "1", "net_minor": 100}],
        "total_minor": 100, "payment": {"state": "token", "tender": "card", "token": "PMT_1"}
    }))
    .unwrap()
}

pub fn bench() -> Bench {
    let clock = Arc::new(ManualClock::new(UnixMillis(1_795_446_000_000)));
    let items = Arc::new(MemoryItems::default());
    let (workflow, inbox) = (
        Arc::new(MemoryWorkflow::default()),
        Arc::new(MemoryQueue::default()),
    );
    let (topic, store) = (Arc::new(MemoryTopic::default()), Arc::new(MemoryStore::default()));
    let secrets = Arc::new(MemorySecrets::default());
    let desk = Desk {
        merchant: runtime::merchant().unwrap(),
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        breaker: Arc::new(Breaker::new(items.clone(), clock.clone())),
        reviews: Reviews::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items.clone()),
        effects: store.clone(),
        workflow: workflow.clone(),
        inbox: inbox.clone(),
        topic: topic.clone(),
        credentials: Credentials {
            secrets: vec![
                ("odoo".to_owned(), "/stage/odoo".to_owned()),
                ("shop/woo".to_owned(), "/stage/shop/woo".to_owned()),
            ],
            tags: secrets.clone(),
        },
        clock: clock.clone(),
    };
    let ledger = Ledger::new(store, clock.clone(), FactKey::new("1", "s"));
    Bench {
        desk: Arc::new(desk),
        workflow,
        inbox,
        topic,
        clock,
        ledger,
        secrets,
        items,
    }
}

impl Bench {
    pub async fn invoke(&self, input: Value) -> Result<Value, Failure> {
        self.desk.handle(input).await
    }

    /// What a person sees.
    pub async fn list(&self) -> Vec<Value> {
        let list = self.invoke(json!({"action": "list"})).await.unwrap();
        list["reviews"].as_array().unwrap().clone()
    }

    pub async fn only(&self) -> Value {
        let list = self.list().await;
        assert_eq!(list.len(), 1, "{list:?}");
        list[0].clone()
    }

    /// An order whose first run was opened now and runs.
    pub async fn running(&self) -> OrderItem {
        let order = content();
        let event = EventId::of_order(&order);
        let now = effects::Clock::now(self.clock.as_ref());
        let item = OrderItem::recorded(&order, &event).opened(&order, &event, 1, now);
        self.desk
            .payloads
            .store_content(event.as_str(), &order)
            .await
            .unwrap();
        self.desk.orders.save(None, &item).await.unwrap();
        let input = serde_json::to_value(item.run()).unwrap();
        self.workflow
            .seen()
            .runs
            .insert(item.execution(), (input, RunState::Running));
        item
    }

    /// So many other orders, each in Odoo and in the hands of a run that goes on.
    pub async fn others_run(&self, count: u32) {
        let content = content();
        let event = EventId::of_order(&content);
        let now = effects::Clock::now(self.clock.as_ref());
        for number in 0..count {
            let item = OrderItem {
                order: format!("woo/{}", 100_000 + number).parse().unwrap(),
                in_odoo: true,
                ..OrderItem::recorded(&content, &event).opened(&content, &event, 1, now)
            };
            self.desk.orders.save(None, &item).await.unwrap();
            let input = serde_json::to_value(item.run()).unwrap();
            let run = (input, RunState::Running);
            self.workflow.seen().runs.insert(item.execution(), run);
        }
    }

    /// The shop sends a newer version.
    pub async fn shop_sends(&self, order: &Order) {
        let event = EventId::of_order(order);
        self.desk
            .payloads
            .store_content(event.as_str(), order)
            .await
            .unwrap();
        let seen = |there: Option<&OrderItem>| (there.map(|item| item.clone().seen(order, &event)), ());
        self.desk.orders.change(&order.key, seen).await.unwrap();
    }

    pub fn execution_ends(&self, name: &str) {
        self.workflow.seen().runs.get_mut(name).unwrap().1 = RunState::Broken;
    }

    pub async fn item(&self) -> OrderItem {
        self.desk.orders.load(&order()).await.unwrap().unwrap().value
    }

    pub async fn order_is(&self, state: OrderState) {
        let change = |there: Option<&OrderItem>| {
            (
                there.map(|item| OrderItem {
                    state,
                    ..item.clone()
                }),
                (),
            )
        };
        self.desk.orders.change(&order(), change).await.unwrap();
    }

    /// An effect of the order's first run that nobody has finished.
    pub async fn unfinished(&self, kind: EffectKind) {
        let claim = ClaimRequest {
            effect: EffectId::new(kind, "woo/1001/1"),
            owner: OwnerId::new("o"),
            facts: Facts::new(1),
            timing: Timing {
                work_ms: 1000,
                quiet_ms: 1000,
                window_ms: HOUR_MS,
                keep_s: 1000,
            },
            redrive: false,
        };
        self.ledger.claim(&claim).await.unwrap();
    }
}

impl Bench {
    /// An effect of the order's first run that has come to its end.
    pub async fn settled(&self, kind: EffectKind, how: Settled) {
        let claim = ClaimRequest {
            effect: EffectId::new(kind, "woo/1001/1"),
            owner: OwnerId::new("o"),
            facts: Facts::new(1),
            timing: Timing {
                work_ms: 1000,
                quiet_ms: 1000,
                window_ms: HOUR_MS,
                keep_s: 1000,
            },
            redrive: false,
        };
        let Claimed::Fresh(mut fence) = self.ledger.claim(&claim).await.unwrap() else {
            panic!("somebody has claimed it");
        };
        self.ledger.settle(&mut fence, how).await.unwrap();
    }
}

/// The run of the order holds a payment that the shop's plugin had taken already.
pub async fn paid_in_the_shop(bench: &Bench) {
    let mut order = content();
    order.payment =
        serde_json::from_value(json!({"state": "captured", "tender": "card", "transaction": "TRN_9"}))
            .unwrap();
    let paid = |there: Option<&OrderItem>| {
        let item = there.map(|item| OrderItem {
            facts: Some(order.facts()),
            ..item.clone()
        });
        (item, ())
    };
    bench.desk.orders.change(&order.key, paid).await.unwrap();
}

pub fn stopped(token: Option<&str>, error: &str, cause: &str) -> Value {
    let mut input = json!({
        "schema": 1, "action": "open", "order": "woo/1001", "generation": 1, "version": "woo_1001_1795446000",
        "step": "write-order", "error": error, "cause": cause,
        "execution": "arn:aws:states:eu:1:execution:m:woo_1001-1",
        "payment": {"transaction": "TRN_1", "amount_minor": 1, "currency": "USD", "state": "authorized", "brand": "VISA", "owned": true}
    });
    if let Some(token) = token {
        input["token"] = json!(token);
    }
    input
}

pub fn dead_letters(bodies: &[Value]) -> Value {
    let records = bodies.iter().enumerate().map(|(n, body)| {
        json!({"messageId": format!("m{n}"), "body": body.to_string(), "eventSource": "aws:sqs", "attributes": {}})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}
