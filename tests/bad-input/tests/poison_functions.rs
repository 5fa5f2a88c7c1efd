//! Inputs nobody should have sent to the functions that are invoked directly, and bodies no shop should have sent: each
//! is refused under a name that nobody retries, and nothing is done to any other system.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use async_trait::async_trait;
use bad_input::{
    parts::{NOW, door, merchant, store},
    poison::{Poison, of},
    secrets::{all, found_in},
    targets::messages::batch_of,
};
use domain::{
    failure::{Failure, FailureName},
    merchant::Store,
    money::Money,
};
use effects::{FactKey, Ledger, ManualClock, MemoryStore};
use heartland::gp_api::{Authorize, IdempotencyKey, PaymentGateway, Reference, Transaction, TransactionId};
use inventory_pusher::{Pusher, StockSource};
use odoo::stock::Counted;
use order_notifier::Notifier;
use payment_capture::Payments;
use runtime::{
    Invocation,
    batch::MemoryGiveBack,
    items::MemoryItems,
    message::Via,
    queue::MemoryQueue,
    shops::Shops,
    stores::{OrderItems, PayloadStore, PaymentsUsed, ReviewState, StockFlights},
};
use serde_json::{Value, json};
use shop::memory::MemoryShop;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A gateway that nobody may call.
struct Untouched;

#[async_trait]
impl PaymentGateway for Untouched {
    async fn authorize(&self, _: &IdempotencyKey, _: &Authorize) -> Result<Transaction, Failure> {
        panic!("authorized")
    }
    async fn capture(&self, _: &IdempotencyKey, _: &TransactionId, _: Money) -> Result<Transaction, Failure> {
        panic!("captured")
    }
    async fn reverse(&self, _: &IdempotencyKey, _: &TransactionId) -> Result<Transaction, Failure> {
        panic!("reversed")
    }
    async fn refund(&self, _: &IdempotencyKey, _: &TransactionId, _: Money) -> Result<Transaction, Failure> {
        panic!("refunded")
    }
    async fn get(&self, _: &TransactionId) -> Result<Option<Transaction>, Failure> {
        panic!("asked for")
    }
    async fn find_by_reference(&self, _: &Reference) -> Result<Vec<Transaction>, Failure> {
        panic!("searched")
    }
}

#[async_trait]
impl StockSource for Untouched {
    async fn read(
        &self,
        _: &Store,
        _: &BTreeSet<String>,
        _: &Invocation,
    ) -> Result<BTreeMap<String, Counted>, Failure> {
        panic!("read")
    }
}

struct Functions {
    payments: Arc<Payments>,
    notifier: Arc<Notifier>,
    pusher: Arc<Pusher>,
}

fn functions() -> Functions {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let ledger = || {
        Ledger::new(
            Arc::new(MemoryStore::default()),
            clock.clone(),
            FactKey::new("1", "s"),
        )
    };
    let shop: Arc<dyn shop::ShopClient> = Arc::new(MemoryShop::default());
    let shops = || {
        Shops::from([
            ("woo".parse().unwrap(), shop.clone()),
            ("own".parse().unwrap(), shop.clone()),
        ])
    };
    let payloads = PayloadStore::new(items.clone(), clock.clone());
    let orders = OrderItems::new(items.clone());
    Functions {
        payments: Arc::new(Payments {
            merchant: merchant(),
            ledger: ledger(),
            gateway: Arc::new(Untouched),
            payloads: payloads.clone(),
            orders: orders.clone(),
            used: PaymentsUsed::new(items.clone(), clock.clone()),
        }),
        notifier: Arc::new(Notifier {
            merchant: merchant(),
            ledger: ledger(),
            shops: shops(),
            orders: orders.clone(),
            inbox: Arc::new(MemoryQueue::default()),
            clock: clock.clone(),
        }),
        pusher: Arc::new(Pusher {
            merchant: merchant(),
            shops: shops(),
            stock: Arc::new(Untouched),
            payloads,
            orders,
            flights: StockFlights::new(items, clock.clone()),
            clock,
        }),
    }
}

/// What the platform would hand over: Lambda itself refuses what is no JSON.
fn input(poison: &Poison) -> Option<Value> {
    serde_json::from_str(&poison.body).ok()
}

async fn refused(function: &str, input: Value) -> Result<Value, Failure> {
    let functions = functions();
    let invocation = Invocation::new("request", NOW.plus_ms(300_000));
    let answer = match function {
        "payment-capture" => {
            let handler = |request, invocation: Invocation| {
                let payments = functions.payments.clone();
                async move { payments.handle(request, &invocation).await }
            };
            runtime::handle(&handler, input, invocation).await
        }
        "order-notifier" => {
            let handler = |request, invocation: Invocation| {
                let notifier = functions.notifier.clone();
                async move { notifier.handle(request, &invocation).await }
            };
            runtime::handle(&handler, input, invocation).await
        }
        _ => {
            let handler = |request, invocation: Invocation| {
                let pusher = functions.pusher.clone();
                async move {
                    pusher
                        .handle(request, &invocation)
                        .await
                        .map(|pushed| json!(pushed))
                }
            };
            runtime::handle(&handler, input, invocation).await
        }
    };
    answer.map_err(|error| error.0)
}

#[tokio::test]
async fn steps_of_every_function() {
    let run = json!({"schema": 1, "order": "woo/9", "generation": 1, "version": "woo_9_1795446000"});
    let step = |action: &str, more: Value| {
        let mut step = run.clone();
        step["action"] = json!(action);
        more.as_object()
            .unwrap()
            .iter()
            .for_each(|(key, value)| step[key] = value.clone());
        step
    };
    let payment = json!({"payment": {"transaction": "TRN_1", "amount_minor": 100, "currency": "USD",
        "state": "authorized", "brand": "VISA", "owned": true}});
    let steps = [
        ("payment-capture", step("authorize", json!({}))),
        ("payment-capture", step("capture", payment)),
        ("order-notifier", step("notify", json!({"outcome": "paid"}))),
        ("order-notifier", step("close", json!({"state": "closed"}))),
        ("inventory-pusher", step("push-stock", json!({}))),
    ];
    let mut tried = 0;
    for (function, good) in steps {
        let needed: Vec<&str> = good.as_object().unwrap().keys().map(String::as_str).collect();
        for poison in of(&good, &needed) {
            let Some(input) = input(&poison) else { continue };
            let harmless = poison.kind == "half a character";
            let end = refused(function, input).await;
            let failure = match end {
                Err(failure) => failure,
                Ok(_) if harmless => continue,
                Ok(answer) => panic!("{function}, {}: {answer}", poison.kind),
            };
            assert_eq!(
                failure.name,
                FailureName::Refused,
                "{function}, {}: {failure}",
                poison.kind
            );
            let shown = format!("{failure} {:?}", failure.field);
            assert_eq!(found_in(&shown, all()), None, "{function}, {}", poison.kind);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[tokio::test]
async fn bodies_of_shops() {
    let bodies: [&[u8]; 12] = [
        b"",
        b"hello",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"{\"id\":1,\"date_modified_gmt\":\"2026-11-23T15:00:00\"}",
        b"{\"id\":1,\"id\":2,\"date_modified_gmt\":\"2026-11-23T15:00:00\"}",
        b"{\"data\":{\"key\":\"own/1\",\"modified_at\":\"2026-11-23T15:00:00Z\"}}",
        b"{\"data\":{\"key\":\"nope/1\",\"modified_at\":\"2026-11-23T15:00:00Z\"}}",
        b"{\"note\":\"\\u0034263970000005262\"}",
        b"{\"id\":1,\"customer_note\":\"4263 9700 0000 5262\"}",
    ];
    let deep = [
        b"{\"x\":".as_slice(),
        &b"[".repeat(50_000),
        &b"]".repeat(50_000),
        b"}",
    ]
    .concat();
    let large = [b"{\"x\":\"".as_slice(), &b"y".repeat(300_000), b"\"}"].concat();
    for body in bodies.into_iter().chain([deep.as_slice(), &large]) {
        for id in ["woo", "own"] {
            let door = door();
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            door.inbox.take(store(id), Via::Webhook, body).await.unwrap();
            let messages: Vec<String> = door.queue.sent().iter().map(|m| m.body.to_string()).collect();
            let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
            let back = MemoryGiveBack::default();
            let response = door.router.route_all(batch_of(&messages), &back).await;
            assert!(response.batch_item_failures.is_empty(), "{id} {shown}");
            let reviews = door.router.reviews.list(ReviewState::Open, 10).await.unwrap();
            assert_eq!(reviews.len(), 1, "{id} {shown}");
            assert!(reviews[0].why.remedy.is_some(), "{id} {shown}: {:?}", reviews[0]);
            assert!(door.workflow.seen().runs.is_empty(), "{id} {shown}");
        }
    }
}
