//! A router with everything in memory.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    decide::{OrderState, OurWrite},
    event::EventId,
    ids::OrderKey,
    outcome::Outcome,
};
use effects::{ManualClock, UnixMillis};
use event_router::{Routed, Router};
use runtime::{
    batch::MemoryGiveBack,
    items::MemoryItems,
    message::{InboxEvent, Via},
    stores::{OrderItem, OrderItems, PayloadStore, PaymentsUsed, Review, ReviewState, Reviews},
    workflow::MemoryWorkflow,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub struct Bench {
    pub router: Arc<Router>,
    pub items: Arc<MemoryItems>,
    pub workflow: Arc<MemoryWorkflow>,
    pub inbox: Arc<MemoryGiveBack>,
}

pub fn bench() -> Bench {
    let clock = Arc::new(ManualClock::new(UnixMillis(1_795_446_000_000)));
    let items = Arc::new(MemoryItems::default());
    let workflow = Arc::new(MemoryWorkflow::default());
    let router = Router {
        merchant: runtime::merchant().unwrap(),
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items.clone()),
        reviews: Reviews::new(items.clone(), clock.clone()),
        used: PaymentsUsed::new(items.clone(), clock.clone()),
        workflow: workflow.clone(),
        clock,
    };
    Bench {
        router: Arc::new(router),
        items,
        workflow,
        inbox: Arc::default(),
    }
}

pub fn token() -> Value {
    json!({"state": "token", "tender": "card", "token": "PMT_1"})
}

pub fn key(id: u32) -> OrderKey {
    format!("own/{id}").parse().unwrap()
}

/// An order of 10.00 modified at that second of 15:00.
pub fn order(id: u32, second: u32, payment: Value) -> Value {
    json!({
        "schema": 1, "key": key(id), "number": id.to_string(),
        "modified_at": format!("2026-11-23T15:00:{second:02}Z"), "placed_at": "2026-11-23T14:59:00Z",
        "currency": "USD", "prices_include_tax": false, "customer": {"name": "Ada Byron"},
        "billing": {"name": "Ada Byron", "street": "1 Main St", "city": "Newark", "country": "US"},
        "lines": [{"id": "1", "sku": "MUG", "name": "Mug", "quantity": "2", "net_minor": 1000}],
        "total_minor": 1000, "payment": payment,
    })
}

pub fn costing(mut order: Value, minor: i64) -> Value {
    order["lines"][0]["net_minor"] = json!(minor);
    order["total_minor"] = json!(minor);
    order
}

fn batch(events: &[(&str, &InboxEvent)], received: u32) -> SqsEvent {
    let records = events.iter().enumerate().map(|(n, (group, event))| {
        json!({"messageId": format!("m{n}"), "receiptHandle": format!("r{n}"),
               "body": serde_json::to_string(event).unwrap(),
               "attributes": {"MessageGroupId": group, "ApproximateReceiveCount": received.to_string()}})
    });
    serde_json::from_value(json!({"Records": records.collect::<Vec<_>>()})).unwrap()
}

/// The messages that go back.
pub fn again(answer: &SqsBatchResponse) -> Vec<&str> {
    answer
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.as_str())
        .collect()
}

impl Bench {
    /// Puts a payload into the store as the intake does.
    pub async fn keep(&self, order: &Value) -> InboxEvent {
        let body =
            json!({"type": "order.updated", "timestamp": "2026-11-23T15:00:00Z", "data": order}).to_string();
        self.keep_body(body.as_bytes()).await
    }

    pub async fn keep_body(&self, body: &[u8]) -> InboxEvent {
        let store = "own".parse().unwrap();
        let scheme = shop::scheme(self.router.merchant.store(&store).unwrap());
        let event = EventId::derive(&store, scheme.facts(body).as_ref(), body);
        self.router
            .payloads
            .store(event.as_str(), &store, Via::Webhook, body)
            .await
            .unwrap();
        InboxEvent {
            schema: 1,
            event: event.to_string(),
            store,
            via: Via::Webhook,
        }
    }

    /// Puts another order of the same second into the store as the intake does.
    pub async fn keep_beside(&self, order: &Value) -> InboxEvent {
        let event = self.keep(order).await;
        let body = json!({"type": "order.updated", "data": order}).to_string();
        let beside = format!(
            "{}-{}",
            event.event,
            &domain::event::body_hash(body.as_bytes())[..16]
        );
        self.router
            .payloads
            .store(&beside, &event.store, Via::Webhook, body.as_bytes())
            .await
            .unwrap();
        InboxEvent {
            event: beside,
            ..event
        }
    }

    /// Notes a write of ours, as the notifier does.
    pub async fn wrote(&self, id: u32, version: &str, outcome: Outcome, transaction: Option<&str>) {
        let write = OurWrite {
            version: version.parse().unwrap(),
            outcome,
            transaction: transaction.map(str::to_owned),
        };
        let wrote = |there: Option<&OrderItem>| (there.map(|item| item.clone().wrote(write.clone())), ());
        self.router.orders.change(&key(id), wrote).await.unwrap();
    }

    pub async fn arrives(&self, order: &Value) -> Routed {
        let event = self.keep(order).await;
        self.router.route(&event).await.unwrap()
    }

    /// Routes a batch of events, each with its group, all of them received that often: message `m0` under receipt `r0`.
    pub async fn arrive(&self, events: &[(&str, &InboxEvent)], received: u32) -> SqsBatchResponse {
        self.router.route_all(batch(events, received), &*self.inbox).await
    }

    pub fn runs(&self) -> Vec<String> {
        self.workflow.seen().runs.keys().cloned().collect()
    }

    pub async fn item(&self, id: u32) -> OrderItem {
        self.router.orders.load(&key(id)).await.unwrap().unwrap().value
    }

    pub async fn ends(&self, id: u32, state: OrderState) {
        let ended = |there: Option<&OrderItem>| {
            (
                there.map(|item| OrderItem {
                    state,
                    ..item.clone()
                }),
                (),
            )
        };
        self.router.orders.change(&key(id), ended).await.unwrap();
    }

    pub async fn reviews(&self) -> Vec<Review> {
        self.router.reviews.list(ReviewState::Open, 20).await.unwrap()
    }
}
