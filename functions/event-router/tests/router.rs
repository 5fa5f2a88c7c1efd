//! Which runs are started, what is written down, what goes back to the queue.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_lambda_events::sqs::SqsEvent;
use domain::{decide::OrderState, event::EventId, ids::OrderKey};
use effects::{ManualClock, UnixMillis};
use event_router::{Routed, Router};
use runtime::{
    items::MemoryItems,
    message::{InboxEvent, Via},
    stores::{OrderItem, OrderItems, PayloadStore, PaymentsUsed, Review, ReviewState, Reviews},
    workflow::MemoryWorkflow,
};
use serde_json::{Value, json};
use std::sync::Arc;

struct Bench {
    router: Arc<Router>,
    items: Arc<MemoryItems>,
    workflow: Arc<MemoryWorkflow>,
    clock: Arc<ManualClock>,
}

fn bench() -> Bench {
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
        clock: clock.clone(),
    };
    Bench {
        router: Arc::new(router),
        items,
        workflow,
        clock,
    }
}

fn token() -> Value {
    json!({"state": "token", "tender": "card", "token": "PMT_1"})
}

fn key(id: u32) -> OrderKey {
    format!("own/{id}").parse().unwrap()
}

/// An order of 10.00 modified at that second of 15:00.
fn order(id: u32, second: u32, payment: Value) -> Value {
    json!({
        "schema": 1, "key": key(id), "number": id.to_string(),
        "modified_at": format!("2026-11-23T15:00:{second:02}Z"), "placed_at": "2026-11-23T14:59:00Z",
        "currency": "USD", "prices_include_tax": false, "customer": {"name": "Ada Byron"},
        "billing": {"name": "Ada Byron", "street": "1 Main St", "city": "Newark", "country": "US"},
        "lines": [{"id": "1", "sku": "MUG", "name": "Mug", "quantity": "2", "net_minor": 1000}],
        "total_minor": 1000, "payment": payment,
    })
}

fn costing(mut order: Value, minor: i64) -> Value {
    order["lines"][0]["net_minor"] = json!(minor);
    order["total_minor"] = json!(minor);
    order
}

impl Bench {
    /// Puts a payload into the store as the intake does.
    async fn keep(&self, order: &Value) -> InboxEvent {
        let body =
            json!({"type": "order.updated", "timestamp": "2026-11-23T15:00:00Z", "data": order}).to_string();
        self.keep_body(body.as_bytes()).await
    }

    async fn keep_body(&self, body: &[u8]) -> InboxEvent {
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

    async fn arrives(&self, order: &Value) -> Routed {
        let event = self.keep(order).await;
        self.router.route(&event).await.unwrap()
    }

    fn runs(&self) -> Vec<String> {
        self.workflow.seen().runs.keys().cloned().collect()
    }

    async fn item(&self, id: u32) -> OrderItem {
        self.router.orders.load(&key(id)).await.unwrap().unwrap().value
    }

    async fn ends(&self, id: u32, state: OrderState) {
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

    async fn reviews(&self) -> Vec<Review> {
        self.router.reviews.list(ReviewState::Open, 20).await.unwrap()
    }
}

#[tokio::test]
async fn a_paid_order_is_kept_and_its_run_is_started_by_ids_alone() {
    let bench = bench();
    assert_eq!(bench.arrives(&order(7, 0, token())).await, Routed::Opened);
    let (input, _) = bench.workflow.seen().runs["own_7-1"].clone();
    assert_eq!(
        input,
        json!({"schema": 1, "order": "own/7", "generation": 1, "version": "own_7_1795446000"})
    );
    let content = bench
        .router
        .payloads
        .content(&key(7), "own_7_1795446000")
        .await
        .unwrap();
    assert_eq!(content.total_minor, 1000);
    let item = bench.item(7).await;
    assert_eq!(
        (item.state, item.generation, item.accepted_lines.len()),
        (OrderState::Open, 1, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_deliveries_at_once_are_one_run() {
    let bench = Arc::new(bench());
    let event = bench.keep(&order(7, 0, token())).await;
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (bench, event) = (bench.clone(), event.clone());
            tokio::spawn(async move { bench.router.route(&event).await })
        })
        .collect();
    let mut opened = 0;
    for one in all {
        opened += usize::from(one.await.unwrap().unwrap() == Routed::Opened);
    }
    assert_eq!((opened, bench.runs()), (1, vec!["own_7-1".to_owned()]));
}

#[tokio::test]
async fn a_crash_between_the_item_and_the_run_is_healed_by_the_next_delivery() {
    let bench = bench();
    let event = bench.keep(&order(7, 0, token())).await;
    bench.workflow.seen().failures_left = 1;
    assert!(bench.router.route(&event).await.is_err());
    assert_eq!(
        (bench.item(7).await.state, bench.runs().len()),
        (OrderState::Open, 0)
    );
    assert_eq!(bench.router.route(&event).await.unwrap(), Routed::Resumed);
    assert_eq!(bench.runs(), ["own_7-1"]);
}

#[tokio::test]
async fn whichever_call_to_the_table_fails_the_next_delivery_starts_the_one_run() {
    let mut failed = 0;
    for call in 0..6 {
        let bench = bench();
        let event = bench.keep(&order(7, 0, token())).await;
        bench.items.fail_after(call, 1);
        failed += usize::from(bench.router.route(&event).await.is_err());
        bench.items.fail_next(0);
        bench.router.route(&event).await.unwrap();
        assert_eq!(bench.runs(), ["own_7-1"], "call {call}");
        assert_eq!(bench.item(7).await.generation, 1);
    }
    assert!(failed >= 4, "{failed}");
}

#[tokio::test]
async fn a_pending_order_waits_for_its_paid_event() {
    let bench = bench();
    assert_eq!(
        bench.arrives(&order(7, 0, json!({"state": "pending"}))).await,
        Routed::Recorded
    );
    assert!(bench.runs().is_empty());
    assert_eq!(bench.arrives(&order(7, 1, token())).await, Routed::Opened);
    assert_eq!(bench.runs(), ["own_7-1"]);
}

#[tokio::test]
async fn an_older_event_that_comes_late_changes_nothing() {
    let bench = bench();
    bench.arrives(&order(7, 5, token())).await;
    assert_eq!(
        bench.arrives(&order(7, 1, json!({"state": "pending"}))).await,
        Routed::Ignored
    );
    assert_eq!(bench.item(7).await.newest.as_str(), "own_7_1795446005");
}

#[tokio::test]
async fn an_order_placed_before_the_cut_over_is_never_processed() {
    let bench = bench();
    let mut old = order(7, 0, token());
    old["placed_at"] = json!("2020-01-01T12:00:00Z");
    assert_eq!(bench.arrives(&old).await, Routed::Recorded);
    assert!(bench.runs().is_empty());
}

#[tokio::test]
async fn a_change_of_what_is_paid_during_a_run_is_for_a_person() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    assert_eq!(
        bench.arrives(&costing(order(7, 1, token()), 1200)).await,
        Routed::Review
    );
    assert_eq!(bench.runs(), ["own_7-1"]);
    let reviews = bench.reviews().await;
    assert_eq!((reviews.len(), reviews[0].order.clone()), (1, Some(key(7))));
    let newest = bench.item(7).await.newest;
    assert_eq!(
        bench
            .router
            .payloads
            .content(&key(7), newest.as_str())
            .await
            .unwrap()
            .total_minor,
        1200
    );
}

#[tokio::test]
async fn whichever_call_to_the_table_fails_the_review_is_opened() {
    let mut failed = 0;
    for call in 0..8 {
        let bench = bench();
        bench.arrives(&order(7, 0, token())).await;
        let event = bench.keep(&costing(order(7, 1, token()), 1200)).await;
        bench.items.fail_after(call, 1);
        failed += usize::from(bench.router.route(&event).await.is_err());
        bench.items.fail_next(0);
        bench.router.route(&event).await.unwrap();
        assert_eq!(bench.reviews().await.len(), 1, "call {call}");
    }
    assert!(failed >= 5, "{failed}");
}

#[tokio::test]
async fn an_echo_of_our_own_write_is_dropped() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    let echo = order(
        7,
        3,
        json!({"state": "captured", "tender": "card", "transaction": "TRN_1"}),
    );
    let version: EventId = "own_7_1795446003".parse().unwrap();
    let wrote = |there: Option<&OrderItem>| (there.map(|item| item.clone().wrote(version.clone())), ());
    bench.router.orders.change(&key(7), wrote).await.unwrap();
    assert_eq!(bench.arrives(&echo).await, Routed::Ignored);
    assert!(bench.reviews().await.is_empty());
}

#[tokio::test]
async fn an_echo_that_is_faster_than_our_note_of_it_waits() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    let now = UnixMillis(1_795_446_000_000);
    let telling = |there: Option<&OrderItem>| (there.map(|item| item.clone().telling(now)), ());
    bench.router.orders.change(&key(7), telling).await.unwrap();
    let echo = bench.keep(&order(7, 3, json!({"state": "closed"}))).await;
    assert!(bench.router.route(&echo).await.is_err());
    assert!(bench.reviews().await.is_empty());
    let version: EventId = echo.event.parse().unwrap();
    let wrote = |there: Option<&OrderItem>| (there.map(|item| item.clone().wrote(version.clone())), ());
    bench.router.orders.change(&key(7), wrote).await.unwrap();
    assert_eq!(bench.router.route(&echo).await.unwrap(), Routed::Ignored);
    bench.clock.advance_ms(1);
}

#[tokio::test]
async fn our_own_transaction_in_the_shop_is_no_second_payment_but_another_one_is() {
    for (transaction, expected) in [("TRN_OURS", Routed::Recorded), ("TRN_OTHER", Routed::Review)] {
        let bench = bench();
        bench.arrives(&order(7, 0, token())).await;
        bench.router.used.claim("TRN_OURS", &key(7)).await.unwrap();
        let shown = order(
            7,
            9,
            json!({"state": "captured", "tender": "card", "transaction": transaction}),
        );
        assert_eq!(bench.arrives(&shown).await, expected);
        assert_eq!(bench.runs(), ["own_7-1"]);
    }
}

#[tokio::test]
async fn a_run_that_ended_without_a_sale_makes_room_for_the_next_payment() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    bench.ends(7, OrderState::Closed).await;
    assert_eq!(
        bench.arrives(&order(7, 1, token())).await,
        Routed::Recorded,
        "the same token was tried"
    );
    let again = order(
        7,
        2,
        json!({"state": "token", "tender": "card", "token": "PMT_2"}),
    );
    assert_eq!(bench.arrives(&again).await, Routed::Opened);
    assert_eq!(bench.runs(), ["own_7-1", "own_7-2"]);
}

#[tokio::test]
async fn what_cannot_be_used_is_a_review_and_is_not_retried() {
    let bench = bench();
    let a_cent_off = {
        let mut order = order(8, 0, token());
        order["total_minor"] = json!(1001);
        bench.keep(&order).await
    };
    let rubbish = bench.keep_body(b"rubbish").await;
    let gone = InboxEvent {
        event: "own_9_1".into(),
        ..rubbish.clone()
    };
    for event in [&a_cent_off, &rubbish, &gone] {
        assert_eq!(bench.router.route(event).await.unwrap(), Routed::Review);
        assert_eq!(bench.router.route(event).await.unwrap(), Routed::Review);
    }
    let reviews = bench.reviews().await;
    assert_eq!(reviews.len(), 3);
    assert!(reviews.iter().all(|review| review.redrive["kind"] == "event"));
    assert!(bench.runs().is_empty());
}

fn batch(events: &[(&str, &InboxEvent)]) -> SqsEvent {
    let records = events.iter().enumerate().map(|(n, (group, event))| {
        json!({"messageId": format!("m{n}"), "body": serde_json::to_string(event).unwrap(),
               "attributes": {"MessageGroupId": group, "ApproximateReceiveCount": "1"}})
    });
    serde_json::from_value(json!({"Records": records.collect::<Vec<_>>()})).unwrap()
}

#[tokio::test]
async fn a_failure_holds_back_the_later_events_of_its_order_and_no_others() {
    let bench = bench();
    let pending = bench.keep(&order(7, 0, json!({"state": "pending"}))).await;
    let paid = bench.keep(&order(7, 1, token())).await;
    let other = bench.keep(&order(8, 0, token())).await;
    bench.items.fail_next(1);
    let answer = bench
        .router
        .route_all(batch(&[("own_7", &pending), ("own_8", &other), ("own_7", &paid)]))
        .await;
    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|f| f.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["m0", "m2"]);
    assert_eq!(bench.runs(), ["own_8-1"]);
}

#[tokio::test]
async fn a_message_of_another_shape_is_a_review() {
    let bench = bench();
    let batch =
        serde_json::from_value(json!({"Records": [{"messageId": "m", "body": "{\"event\": 7}"}]})).unwrap();
    let answer = bench.router.route_all(batch).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(bench.reviews().await.len(), 1);
}

/// The samples every shop simulator sends.
#[tokio::test]
async fn refused_samples_are_reviews() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/refused");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.contains("card-number-in-note") {
            continue; // never gets past the intake
        }
        let bench = bench();
        let store = if name.starts_with("standard") {
            "own"
        } else {
            "woo"
        }
        .parse()
        .unwrap();
        bench
            .router
            .payloads
            .store("sample", &store, Via::Webhook, &std::fs::read(&path).unwrap())
            .await
            .unwrap();
        let event = InboxEvent {
            schema: 1,
            event: "sample".into(),
            store,
            via: Via::Webhook,
        };
        assert_eq!(
            bench.router.route(&event).await.unwrap(),
            Routed::Review,
            "{name}"
        );
    }
}
