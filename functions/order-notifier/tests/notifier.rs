//! What the shop is told, what the order item knows afterwards, and what a crash leaves behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{
    decide::{OrderState, OurWrite},
    event::EventId,
    failure::{Failure, FailureName},
    ids::ShopOrderId,
    order::Order,
    outcome::Outcome,
};
use effects::{FactKey, Ledger, ManualClock, MemoryStore, UnixMillis};
use order_notifier::Notifier;
use runtime::{
    Invocation,
    items::MemoryItems,
    message,
    queue::MemoryQueue,
    shops::Shops,
    stores::{OrderItem, OrderItems},
};
use serde_json::{Value, json};
use shop::memory::MemoryShop;
use std::sync::Arc;

const ORDER: &[u8] = include_bytes!("../../../events/woocommerce/order-usd-two-taxes.json");
const NOW: UnixMillis = UnixMillis(1_795_446_000_000);
const QUIET_MS: i64 = 61_000;

struct Bench {
    notifier: Arc<Notifier>,
    shop: Arc<MemoryShop>,
    items: Arc<MemoryItems>,
    inbox: Arc<MemoryQueue>,
    clock: Arc<ManualClock>,
    order: Order,
}

fn parsed(body: &[u8]) -> Order {
    let merchant = runtime::merchant().unwrap();
    let store = merchant.store(&"woo".parse().unwrap()).unwrap();
    shop::scheme(store).parse(body, store).unwrap()
}

/// A run of one order that was opened with the version in `events/`.
async fn bench() -> Bench {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let shop = Arc::new(MemoryShop::default());
    let inbox = Arc::new(MemoryQueue::default());
    let order = parsed(ORDER);
    shop.put_order(order.key.id.clone(), order.modified_at, ORDER.to_vec());
    let event = EventId::of_order(&order);
    let item = OrderItem::recorded(&order, &event).opened(&order, &event, 1, NOW);
    let orders = OrderItems::new(items.clone());
    orders.save(None, &item).await.unwrap();
    let notifier = Notifier {
        merchant: runtime::merchant().unwrap(),
        ledger: Ledger::new(
            Arc::new(MemoryStore::default()),
            clock.clone(),
            FactKey::new("1", "secret"),
        ),
        shops: Shops::from([("woo".parse().unwrap(), shop.clone() as Arc<dyn shop::ShopClient>)]),
        orders,
        inbox: inbox.clone(),
        clock: clock.clone(),
    };
    Bench {
        notifier: Arc::new(notifier),
        shop,
        items,
        inbox,
        clock,
        order,
    }
}

fn payment() -> Value {
    json!({"transaction": "TRN_1", "amount_minor": 1999, "currency": "USD", "state": "captured",
           "brand": "VISA", "owned": true})
}

fn paid() -> Value {
    json!({"action": "notify", "outcome": "paid", "close": "completed", "payment": payment(),
           "sale_order": {"id": 7, "name": "S00007"}, "invoice": {"id": 9, "name": "INV/2026/00009"}})
}

impl Bench {
    async fn step(&self, more: Value) -> Result<Value, Failure> {
        let mut input = json!({"schema": 1, "order": self.order.key, "generation": 1, "version": "woo_1_1"});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let now = effects::Clock::now(self.clock.as_ref());
        let invocation = Invocation::new("invocation", now.plus_ms(30_000));
        self.notifier.handle(message::read(input)?, &invocation).await
    }

    async fn item(&self) -> OrderItem {
        self.notifier
            .orders
            .load(&self.order.key)
            .await
            .unwrap()
            .unwrap()
            .value
    }

    fn told(&self) -> Vec<Outcome> {
        self.shop
            .told()
            .into_iter()
            .map(|(_, update)| update.outcome)
            .collect()
    }

    /// The first write, and the version the shop's order gets by it.
    fn written(&self) -> OurWrite {
        let at = self.order.modified_at + jiff::SignedDuration::from_secs(1);
        OurWrite {
            version: EventId::of_order(&Order {
                modified_at: at,
                ..self.order.clone()
            }),
            outcome: Outcome::Paid,
            transaction: Some("TRN_1".to_owned()),
        }
    }
}

#[tokio::test]
async fn a_paid_order_is_told_with_its_numbers_and_closed() {
    let bench = bench().await;
    assert_eq!(bench.step(paid()).await.unwrap(), json!({"status": "processing"}));
    let told = bench.shop.told();
    let (id, update) = &told[0];
    assert_eq!((told.len(), id), (1, &bench.order.key.id));
    assert_eq!(
        (update.outcome, update.transaction.as_deref()),
        (Outcome::Paid, Some("TRN_1"))
    );
    let meta: Vec<_> = update.meta.values().map(String::as_str).collect();
    assert_eq!(meta, ["INV/2026/00009", "paid/1", "S00007"]);
    let item = bench.item().await;
    assert_eq!((item.state, item.telling_since_ms), (OrderState::Completed, None));
    assert_eq!(item.our_writes, [bench.written()]);
    assert_eq!(item.our_writes[0].transaction.as_deref(), Some("TRN_1"));
    assert!(bench.inbox.sent().is_empty());
}

#[tokio::test]
async fn nothing_was_taken_so_no_transaction_is_told() {
    let bench = bench().await;
    let declined =
        json!({"action": "notify", "outcome": "declined", "close": "closed", "payment": payment()});
    assert_eq!(bench.step(declined).await.unwrap(), json!({"status": "failed"}));
    assert_eq!(bench.shop.told()[0].1.transaction, None);
    assert_eq!(bench.item().await.state, OrderState::Closed);
}

#[tokio::test]
async fn nobody_is_told_that_money_is_free_which_is_not() {
    let usual = Outcome::Rejected.note();
    for (let_go, told) in [
        (json!("voided"), usual),
        (json!("nothing"), usual),
        (Value::Null, usual),
        (json!("refunded"), "has been refunded"),
        (json!("kept"), "refund it in the shop"),
        (json!("failed"), "could not be released yet"),
    ] {
        let bench = bench().await;
        let step = json!({"action": "notify", "outcome": "rejected", "close": "closed", "let_go": let_go});
        bench.step(step).await.unwrap();
        let note = bench.shop.told()[0].1.note.clone().unwrap();
        assert!(note.contains(told), "{let_go}: {note}");
        assert_eq!(note.contains("Nothing was charged"), told == usual);
    }
}

#[tokio::test]
async fn nobody_is_told_that_goods_are_still_here_which_have_left() {
    for (let_go, told) in [
        ("voided", "the goods have left."),
        ("failed", "could not be released yet"),
    ] {
        let bench = bench().await;
        let step = json!({"action": "notify", "outcome": "capture-refused", "close": "closed", "let_go": let_go,
                          "delivered": true});
        bench.step(step).await.unwrap();
        let note = bench.shop.told()[0].1.note.clone().unwrap();
        assert!(
            note.contains("the goods have left") && note.contains(told),
            "{note}"
        );
        assert!(!note.contains("not shipped"), "{note}");
    }
}

#[tokio::test]
async fn paid_is_told_once_and_its_repeat_with_the_invoice_still_closes() {
    let bench = bench().await;
    let first = json!({"action": "notify", "outcome": "paid", "payment": payment()});
    bench.step(first).await.unwrap();
    assert_eq!(bench.item().await.state, OrderState::Open);
    bench.step(paid()).await.unwrap();
    bench.step(paid()).await.unwrap();
    assert_eq!(bench.told(), [Outcome::Paid]);
    let item = bench.item().await;
    assert_eq!(
        (item.state, item.our_writes),
        (OrderState::Completed, vec![bench.written()])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_tell_once() {
    let bench = Arc::new(bench().await);
    let all: Vec<_> = (0..20)
        .map(|_| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.step(paid()).await })
        })
        .collect();
    for one in all {
        if let Err(failure) = one.await.unwrap() {
            assert_eq!(failure.name, FailureName::InProgress);
        }
    }
    assert_eq!(bench.told(), [Outcome::Paid]);
}

#[tokio::test]
async fn while_the_answer_is_out_the_echo_is_waited_for_and_then_known() {
    let bench = bench().await;
    bench.shop.lose_next_answer();
    assert_eq!(
        bench.step(paid()).await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    let item = bench.item().await;
    assert!(item.is_telling(NOW) && item.our_writes.is_empty());
    bench.step(paid()).await.unwrap();
    assert_eq!(bench.told(), [Outcome::Paid]);
    let item = bench.item().await;
    assert_eq!(
        (item.our_writes, item.telling_since_ms),
        (vec![bench.written()], None)
    );
    assert_eq!(item.state, OrderState::Completed);
}

#[tokio::test]
async fn what_did_not_arrive_is_told_again_after_the_quiet_period() {
    let bench = bench().await;
    bench
        .shop
        .fail_next(Failure::new(FailureName::OutcomeUnknown, "no answer"));
    assert_eq!(
        bench.step(paid()).await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    assert_eq!(
        bench.step(paid()).await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    assert!(bench.told().is_empty(), "not found proves nothing yet");
    bench.clock.advance_ms(QUIET_MS);
    bench.step(paid()).await.unwrap();
    assert_eq!(bench.told(), [Outcome::Paid]);
}

#[tokio::test]
async fn failures_keep_their_names_and_leave_no_echo_to_wait_for() {
    for name in [
        FailureName::SystemUnavailable,
        FailureName::Misconfigured,
        FailureName::Refused,
    ] {
        let bench = bench().await;
        bench.shop.fail_next(Failure::new(name, "no"));
        assert_eq!(bench.step(paid()).await.unwrap_err().name, name);
        let item = bench.item().await;
        assert_eq!(
            (item.telling_since_ms, item.state),
            (None, OrderState::Open),
            "{name}"
        );
        let again = bench.step(paid()).await;
        assert_eq!(again.is_ok(), name != FailureName::Refused, "{name}");
    }
}

#[tokio::test]
async fn a_crash_before_the_order_item_was_written_is_healed_by_the_repeat() {
    let bench = bench().await;
    bench
        .step(json!({"action": "notify", "outcome": "paid", "payment": payment()}))
        .await
        .unwrap();
    let there = bench
        .notifier
        .orders
        .load(&bench.order.key)
        .await
        .unwrap()
        .unwrap();
    let crashed = OrderItem {
        our_writes: vec![],
        ..there.value.telling(NOW)
    };
    bench
        .notifier
        .orders
        .save(Some(there.version), &crashed)
        .await
        .unwrap();
    bench.step(paid()).await.unwrap();
    let item = bench.item().await;
    assert_eq!(
        (item.our_writes, item.telling_since_ms),
        (vec![bench.written()], None)
    );
    assert_eq!(bench.told(), [Outcome::Paid]);
}

#[tokio::test]
async fn a_table_that_is_silent_before_the_write_lets_nothing_out() {
    let bench = bench().await;
    bench.items.fail_next(1);
    assert_eq!(
        bench.step(paid()).await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    assert!(bench.told().is_empty());
    bench.step(paid()).await.unwrap();
    assert_eq!(bench.told(), [Outcome::Paid]);
}

#[tokio::test]
async fn closing_without_telling_is_possible_and_an_older_run_closes_nothing() {
    let bench = bench().await;
    let there = bench
        .notifier
        .orders
        .load(&bench.order.key)
        .await
        .unwrap()
        .unwrap();
    let event = EventId::of_order(&bench.order);
    let second = there.value.opened(&bench.order, &event, 2, NOW);
    bench
        .notifier
        .orders
        .save(Some(there.version), &second)
        .await
        .unwrap();
    let close = json!({"action": "close", "state": "closed"});
    assert_eq!(
        bench.step(close.clone()).await.unwrap(),
        json!({"state": "closed"})
    );
    assert_eq!(bench.item().await.state, OrderState::Open);
    let mut newer = close;
    newer["generation"] = json!(2);
    bench.step(newer).await.unwrap();
    assert_eq!(bench.item().await.state, OrderState::Closed);
    assert!(bench.told().is_empty());
}

#[tokio::test]
async fn a_payment_that_came_meanwhile_is_brought_back_when_the_run_is_closed() {
    let bench = bench().await;
    let there = bench
        .notifier
        .orders
        .load(&bench.order.key)
        .await
        .unwrap()
        .unwrap();
    let at = bench.order.modified_at + jiff::SignedDuration::from_secs(90);
    let newer = Order {
        modified_at: at,
        payment: serde_json::from_value(json!({"state": "token", "tender": "card", "token": "PMT_2"}))
            .unwrap(),
        ..bench.order.clone()
    };
    let event = EventId::of_order(&newer);
    bench
        .notifier
        .orders
        .save(Some(there.version), &there.value.seen(&newer, &event))
        .await
        .unwrap();
    let declined = json!({"action": "notify", "outcome": "declined", "close": "closed"});
    bench.inbox.fail_next(1);
    assert_eq!(
        bench.step(declined.clone()).await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    bench.step(declined.clone()).await.unwrap();
    bench.step(declined).await.unwrap();
    let sent = bench.inbox.sent();
    assert_eq!(sent.len(), 1, "a repeat is dropped by the inbox");
    assert_eq!(
        (&sent[0].body["event"], &sent[0].body["via"]),
        (&json!(event), &json!("operator"))
    );
    assert_eq!(sent[0].group, Some(bench.order.key.slug()));
    assert_ne!(
        sent[0].dedup,
        Some(event.to_string()),
        "the inbox has seen the event's own id"
    );
}

/// Nobody sets an order to failed or cancelled that the customer has paid in another way.
#[tokio::test]
async fn an_order_that_is_paid_in_another_way_is_left_as_it_is() {
    let captured = json!({"state": "captured", "tender": "card", "transaction": "TRN_P"});
    let by_wallet = json!({"state": "elsewhere", "method": "paypal"});
    for (first, now, told) in [
        (None, &captured, 0),
        (None, &by_wallet, 0),
        (Some(&captured), &captured, 1),
        (None, &json!({"state": "closed"}), 1),
    ] {
        let bench = bench().await;
        let there = bench
            .notifier
            .orders
            .load(&bench.order.key)
            .await
            .unwrap()
            .unwrap();
        let mut newer = Order {
            modified_at: bench.order.modified_at + jiff::SignedDuration::from_secs(90),
            payment: serde_json::from_value(now.clone()).unwrap(),
            ..bench.order.clone()
        };
        newer.note = Some("by now".to_owned());
        let mut item = there.value.seen(&newer, &EventId::of_order(&newer));
        if first.is_some() {
            item.facts = Some(newer.facts());
        }
        bench
            .notifier
            .orders
            .save(Some(there.version), &item)
            .await
            .unwrap();
        let cancelled = json!({"action": "notify", "outcome": "cancelled", "close": "closed"});
        for _ in 0..2 {
            bench.step(cancelled.clone()).await.unwrap();
            assert_eq!(bench.told().len(), told, "{now}");
            assert_eq!(bench.item().await.state, OrderState::Closed);
        }
        let brought = usize::from(first.is_none());
        assert_eq!(
            bench.inbox.sent().len(),
            brought,
            "the version counts from now on"
        );
    }
}

/// The customer pays again in the very second in which we tell of the declined card.
#[tokio::test]
async fn a_payment_in_the_second_of_our_own_write_is_brought_back_too() {
    for (token, brought) in [("PMT_2", 1), ("", 0)] {
        let bench = bench().await;
        let there = bench
            .notifier
            .orders
            .load(&bench.order.key)
            .await
            .unwrap()
            .unwrap();
        let written = bench.written().version;
        let mut newer = Order {
            modified_at: bench.order.modified_at + jiff::SignedDuration::from_secs(1),
            ..bench.order.clone()
        };
        if !token.is_empty() {
            newer.payment =
                serde_json::from_value(json!({"state": "token", "tender": "card", "token": token})).unwrap();
        }
        let item = there.value.seen(&newer, &written);
        bench
            .notifier
            .orders
            .save(Some(there.version), &item)
            .await
            .unwrap();
        bench
            .step(json!({"action": "notify", "outcome": "declined", "close": "closed"}))
            .await
            .unwrap();
        let item = bench.item().await;
        assert_eq!(
            (item.newest, &item.our_writes[0].version),
            (written.clone(), &written)
        );
        assert_eq!(bench.inbox.sent().len(), brought, "{token}");
    }
}

#[tokio::test]
async fn a_store_that_is_not_configured_is_named() {
    let bench = bench().await;
    let failure = bench
        .step(json!({"action": "notify", "outcome": "paid", "order": "gone/1"}))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Misconfigured, Some("stores.gone"))
    );
    let id: ShopOrderId = "1".parse().unwrap();
    assert!(bench.shop.told().iter().all(|(told, _)| *told != id));
}
