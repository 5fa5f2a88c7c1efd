//! The typed stores on top of the port.

use domain::{
    event::EventId,
    failure::{Failure, FailureName},
    ids::{OrderKey, StoreId},
    order::Order,
};
use effects::{Clock, ManualClock, UnixMillis};
use futures::future::join_all;
use runtime::{
    breaker::{Breaker, Health},
    items::{Items, NewItem, Replaced},
    message::Via,
    stores::{
        Cursor, Cursors, Flight, NewReview, Opened, OrderItem, OrderItems, PayloadStore, PaymentsUsed,
        Reading, Review, ReviewState, Reviews, Saved, StockFlights, Stored, Use,
    },
    unique,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(effects::SystemClock.now()))
}

/// Every open order, in pages of two: whatever else is there, none is left out.
async fn all_open(orders: &OrderItems) -> Vec<OrderItem> {
    let (mut open, mut all) = (orders.open().pages_of(2), Vec::new());
    while let Some(page) = open.next().await.unwrap() {
        assert!((1..=2).contains(&page.len()), "{page:?}");
        all.extend(page);
    }
    all
}

/// An order no other test uses.
pub(super) fn an_order() -> Order {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = format!(
        "woo/{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    serde_json::from_value(json!({
        "schema": 1, "key": key, "number": "1001", "currency": "USD", "prices_include_tax": false,
        "modified_at": "2026-11-23T10:00:00Z", "placed_at": "2026-11-23T09:59:00Z",
        "customer": {"name": "A Person"},
        "billing": {"name": "A Person", "street": "1 Main St", "city": "Newark", "country": "US"},
        "lines": [{"id": "1", "sku": "HL-TEAPOT", "name": "Teapot", "quantity": "2", "net_minor": 1999}],
        "total_minor": 1999, "payment": {"state": "pending"},
    }))
    .unwrap()
}

fn woo() -> StoreId {
    "woo".parse().unwrap()
}

pub async fn a_payment_pays_one_order(items: Arc<dyn Items>) {
    let used = PaymentsUsed::new(items, clock());
    let (transaction, one, other) = (unique(), an_order().key, an_order().key);
    assert_eq!(used.claim(&transaction, &one).await, Ok(Use::New));
    assert_eq!(
        used.claim(&transaction, &one).await,
        Ok(Use::Ours),
        "its own repeat is fine"
    );
    assert_eq!(used.claim(&transaction, &other).await, Ok(Use::Of(one)));
    // The webhook path and another path at the same moment.
    let (transaction, orders) = (unique(), [an_order().key, an_order().key, an_order().key]);
    let claims = join_all(orders.iter().map(|order| used.claim(&transaction, order))).await;
    assert_eq!(
        claims.iter().filter(|claim| **claim == Ok(Use::New)).count(),
        1,
        "{claims:?}"
    );
}

pub async fn a_cursor_never_moves_back_and_tells_apart_what_shares_a_second(items: Arc<dyn Items>) {
    let cursors = Cursors::new(items);
    let store: StoreId = format!("s{}", std::process::id()).parse().unwrap();
    let at = |modified_at_s, id: &str| Cursor {
        modified_at_s,
        id: id.to_owned(),
    };
    assert_eq!(cursors.load(&store).await.unwrap(), None);
    cursors.advance(&store, at(100, "7")).await.unwrap();
    cursors.advance(&store, at(100, "8")).await.unwrap();
    assert_eq!(cursors.load(&store).await.unwrap(), Some(at(100, "8")));
    for earlier in [at(100, "7"), at(99, "9")] {
        cursors.advance(&store, earlier).await.unwrap();
    }
    assert_eq!(cursors.load(&store).await.unwrap(), Some(at(100, "8")));
}

pub async fn a_payload_is_kept_as_it_was_signed_and_never_replaced(items: Arc<dyn Items>) {
    let payloads = PayloadStore::new(items, clock());
    let (event, body) = (unique(), br#"{"name":"\u00e9\/","total":"19.90"}"#);
    let store = |body: &'static [u8]| {
        let (payloads, event) = (payloads.clone(), event.clone());
        async move { payloads.store(&event, &woo(), Via::Webhook, body).await.unwrap() }
    };
    assert_eq!(payloads.payload(&event).await.unwrap(), None);
    assert_eq!(store(body).await, Stored::New);
    assert_eq!(
        store(body).await,
        Stored::Repeat { queued: false },
        "seen is not finished"
    );
    assert_eq!(store(b"another").await, Stored::OtherBody { queued: false });
    payloads.mark_queued(&event).await.unwrap();
    assert_eq!(store(body).await, Stored::Repeat { queued: true });
    let kept = payloads.payload(&event).await.unwrap().unwrap();
    assert_eq!(
        (kept.store, kept.via, kept.body),
        (woo(), Via::Webhook, body.to_vec())
    );
}

pub async fn a_large_payload_is_kept_small_and_one_that_was_changed_is_refused(items: Arc<dyn Items>) {
    let payloads = PayloadStore::new(items.clone(), clock());
    let (event, body) = (unique(), r#"{"sku":"SKU-3","total":"10.00"},"#.repeat(300));
    payloads
        .store(&event, &woo(), Via::Webhook, body.as_bytes())
        .await
        .unwrap();
    payloads.mark_queued(&event).await.unwrap();
    let kept = payloads.payload(&event).await.unwrap().unwrap();
    assert_eq!(kept.body, body.as_bytes());
    let item = items.get(&format!("payload/{event}")).await.unwrap().unwrap();
    assert!(item.bytes.as_ref().unwrap().len() * 10 < body.len());

    let dearer = body.replace("10.00", "90.00");
    let (mut version, same) = (item.version, deflated::deflate(body.as_bytes()).unwrap());
    for bytes in [
        deflated::deflate(dearer.as_bytes()).unwrap(),
        dearer.into_bytes(),
        Vec::new(),
    ] {
        let changed = NewItem {
            bytes: Some(bytes),
            ..NewItem::new(format!("payload/{event}"), item.body.clone())
        };
        assert_eq!(items.replace(version, changed).await.unwrap(), Replaced::Done);
        version += 1;
        let refused = payloads.payload(&event).await.unwrap_err();
        assert_eq!(refused.name, FailureName::Refused);
    }
    let mended = NewItem {
        bytes: Some(same),
        ..NewItem::new(format!("payload/{event}"), item.body.clone())
    };
    assert_eq!(items.replace(version, mended).await.unwrap(), Replaced::Done);
    assert_eq!(
        payloads.payload(&event).await.unwrap().unwrap().body,
        body.as_bytes()
    );
}

pub async fn a_version_of_an_order_has_one_content(items: Arc<dyn Items>) {
    let payloads = PayloadStore::new(items, clock());
    let (order, version) = (an_order(), unique());
    let missing = payloads.content(&order.key, &version).await.unwrap_err();
    assert_eq!(missing.name, FailureName::Refused);
    for _ in 0..2 {
        payloads.store_content(&version, &order).await.unwrap();
    }
    let other = Order {
        total_minor: 2000,
        ..order.clone()
    };
    let conflict = payloads.store_content(&version, &other).await.unwrap_err();
    assert_eq!(conflict.name, FailureName::Conflict);
    assert_eq!(payloads.content(&order.key, &version).await.unwrap(), order);
}

pub async fn one_of_many_opens_a_run(items: Arc<dyn Items>) {
    let orders = OrderItems::new(items);
    let (order, now) = (an_order(), clock().now());
    let event = EventId::of_order(&order);
    let item = OrderItem::recorded(&order, &event);
    assert_eq!(orders.save(None, &item).await.unwrap(), Saved::Done);
    assert_eq!(orders.save(None, &item).await.unwrap(), Saved::Stale);
    let open = || async {
        orders
            .change(&order.key, |there| match there {
                Some(there) if there.generation == 0 => {
                    (Some(there.clone().opened(&order, &event, 1, now)), true)
                }
                _ => (None, false),
            })
            .await
            .unwrap()
    };
    let opened = join_all((0..6).map(|_| open())).await;
    assert_eq!(opened.iter().filter(|won| **won).count(), 1);
    let there = orders.load(&order.key).await.unwrap().unwrap();
    assert_eq!((there.version, there.value.generation), (2, 1));
    let ours = |items: Vec<OrderItem>| items.into_iter().any(|item| item.order == order.key);
    assert!(ours(all_open(&orders).await));
    assert!(ours(orders.accepted(1000).await.unwrap()));
    let in_odoo = OrderItem {
        in_odoo: true,
        ..there.value.clone()
    };
    assert_eq!(orders.save(Some(2), &in_odoo).await.unwrap(), Saved::Done);
    assert!(ours(all_open(&orders).await));
    assert!(!ours(orders.accepted(1000).await.unwrap()));
    let closed = OrderItem {
        state: domain::decide::OrderState::Closed,
        ..there.value
    };
    assert_eq!(orders.save(Some(2), &closed).await.unwrap(), Saved::Stale);
    assert_eq!(orders.save(Some(3), &closed).await.unwrap(), Saved::Done);
    assert!(!ours(all_open(&orders).await));
    assert!(ours(orders.ended(false, 1000).await.unwrap()));
    assert!(!ours(orders.ended(true, 1000).await.unwrap()));
    let completed = OrderItem {
        state: domain::decide::OrderState::Completed,
        ..closed
    };
    assert_eq!(orders.save(Some(4), &completed).await.unwrap(), Saved::Done);
    assert!(ours(orders.ended(true, 1000).await.unwrap()));
}

pub async fn of_the_orders_that_ended_the_last_one_is_at_the_top(items: Arc<dyn Items>) {
    let orders = OrderItems::new(items);
    let now = clock().now();
    let mut keys = Vec::new();
    for minutes in [0, 1, 2] {
        let order = an_order();
        let event = EventId::of_order(&order);
        let opened = now.plus_ms(minutes * 60_000);
        let item = OrderItem {
            state: domain::decide::OrderState::Completed,
            ..OrderItem::recorded(&order, &event).opened(&order, &event, 1, opened)
        };
        assert_eq!(orders.save(None, &item).await.unwrap(), Saved::Done);
        keys.insert(0, order.key);
    }
    let ended = orders.ended(true, 1000).await.unwrap();
    let ended: Vec<_> = ended
        .into_iter()
        .map(|item| item.order)
        .filter(|key| keys.contains(key))
        .collect();
    assert_eq!(ended, keys);
}

pub(super) fn review(order: &OrderKey, token: Option<&str>) -> NewReview {
    NewReview {
        about: format!("park/{order}/1"),
        doing: "write-order".to_owned(),
        order: Some(order.clone()),
        why: Failure::new(FailureName::Refused, "no such tax")
            .field("taxes[0]")
            .remedy("map it"),
        input: Some("woo_1001_1".to_owned()),
        redrive: json!({ "generation": 1 }),
        token: token.map(SecretString::from),
    }
}

pub async fn a_review_is_opened_once_and_decided_once(items: Arc<dyn Items>) {
    let (clock, order) = (clock(), an_order().key);
    let reviews = Reviews::new(items, clock.clone());
    let opened = reviews.open(&review(&order, None)).await.unwrap();
    assert!(matches!(opened, Opened::New(_)), "people are told once");
    clock.advance_ms(60_000);
    assert!(matches!(
        reviews.open(&review(&order, None)).await.unwrap(),
        Opened::Known(_)
    ));
    let listed = reviews.list(ReviewState::Open, 1000).await.unwrap();
    let found = listed.iter().find(|found| found.id == opened.id()).unwrap();
    assert_eq!(
        (found.times, found.changed_at_ms - found.opened_at_ms),
        (2, 60_000)
    );
    let stale = Review {
        times: 1,
        ..found.clone()
    };
    assert_eq!(
        reviews
            .decide(&stale, &super::reviews::verdict(ReviewState::Redriven))
            .await
            .unwrap(),
        None,
        "it was opened again since it was read: somebody else waits for it now"
    );
    let verdicts = [ReviewState::Redriven, ReviewState::Dropped].map(super::reviews::verdict);
    let decisions = join_all(verdicts.iter().map(|verdict| reviews.decide(found, verdict))).await;
    assert_eq!(
        decisions
            .iter()
            .filter(|decision| matches!(decision, Ok(Some(_))))
            .count(),
        1
    );
    let decided = reviews.get(opened.id()).await.unwrap().unwrap();
    assert_ne!(decided.state, ReviewState::Open);
    assert_eq!(
        (decided.decided_by.as_deref(), decided.reason.as_deref()),
        (Some("jane"), Some("because"))
    );
    let again = reviews.open(&review(&order, None)).await.unwrap();
    assert_eq!(
        again,
        Opened::New(opened.id().to_owned()),
        "it failed again: people are told again"
    );
    let reopened = reviews.get(opened.id()).await.unwrap().unwrap();
    assert_eq!(
        (
            reopened.state,
            reopened.times,
            reopened.reason,
            reopened.decided_by
        ),
        (ReviewState::Open, 3, None, None)
    );
}

pub async fn a_review_never_shows_its_token(items: Arc<dyn Items>) {
    let (reviews, order) = (Reviews::new(items, clock()), an_order().key);
    let opened = reviews.open(&review(&order, Some("t0ken"))).await.unwrap();
    // What is opened again without a token still has somebody waiting.
    reviews.open(&review(&order, None)).await.unwrap();
    let token = reviews.tokens(opened.id()).await.unwrap().remove(0);
    assert_eq!(token.expose_secret(), "t0ken");
    let listed = reviews.list(ReviewState::Open, 1000).await.unwrap();
    let shown = format!(
        "{listed:?} {} {:?}",
        serde_json::to_string(&listed).unwrap(),
        review(&order, Some("t0ken"))
    );
    assert!(
        shown.contains("no such tax") && !shown.contains("t0ken"),
        "{shown}"
    );
}

fn told(read_at_ms: i64) -> Option<Reading> {
    Some(Reading {
        read_at_ms,
        quantity: 5,
    })
}

async fn fly(flights: &StockFlights, sku: &str, by: &str) -> String {
    match flights.take_off(&woo(), sku, by).await.unwrap() {
        Flight::Fly(name) => name,
        other => panic!("no flight: {other:?}"),
    }
}

pub async fn one_flight_at_a_time_tells_the_shop(items: Arc<dyn Items>) {
    let (clock, sku) = (clock(), unique());
    let flights = StockFlights::new(items, clock.clone());
    let runs: Vec<String> = (0..5).map(|n| format!("woo/{n}/1")).collect();
    let store = woo();
    let at_once = join_all(runs.iter().map(|run| flights.take_off(&store, &sku, run))).await;
    let answers = |wanted: fn(&Flight) -> bool| {
        let answers = runs.iter().zip(&at_once);
        let of = answers.filter(|(_, answer)| wanted(answer.as_ref().unwrap()));
        of.map(|(run, _)| run.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(answers(|answer| matches!(answer, Flight::Fly(_))).len(), 1);
    assert_eq!(answers(|answer| *answer == Flight::Others).len(), 3);
    let next = answers(|answer| *answer == Flight::Next);
    let first = at_once.iter().find_map(|answer| match answer {
        Ok(Flight::Fly(name)) => Some(name),
        _ => None,
    });
    let first = first.expect("one flies");
    flights.land(&woo(), &sku, first, told(1)).await.unwrap();
    let second = fly(&flights, &sku, next[0]).await;
    flights.land(&woo(), &sku, &second, told(2)).await.unwrap();
    // A flight that never lands does not ground the SKU for ever, and decides nothing when it wakes up.
    let lost = fly(&flights, &sku, "woo/8/1").await;
    clock.advance_ms(600_000);
    let newer = fly(&flights, &sku, "woo/9/1").await;
    flights.land(&woo(), &sku, &lost, told(3)).await.unwrap();
    let asked = async || flights.take_off(&woo(), &sku, "woo/8/1").await.unwrap();
    assert_eq!(asked().await, Flight::Next);
    flights.leave_line(&woo(), &sku, "woo/8/1").await.unwrap();
    flights.land(&woo(), &sku, &newer, told(4)).await.unwrap();
    assert!(matches!(asked().await, Flight::Fly(_)));
}

pub async fn the_breaker_is_one_for_all_functions(items: Arc<dyn Items>) {
    let clock = Arc::new(ManualClock::new(UnixMillis(1_000_000)));
    let (here, there) = (
        Breaker::new(items.clone(), clock.clone()),
        Breaker::new(items, clock.clone()),
    );
    let system = unique();
    let permit = here.permit(&system).await.unwrap();
    here.record(permit, Health::Misconfigured).await.unwrap();
    assert_eq!(
        there.permit(&system).await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    assert!(there.is_open(&system).await.unwrap());
    clock.advance_ms(600_000);
    let probes = join_all([here.permit(&system), there.permit(&system)]).await;
    let mut probes: Vec<_> = probes.into_iter().flatten().collect();
    assert_eq!(probes.len(), 1, "one probe at a time");
    here.record(probes.remove(0), Health::Reached).await.unwrap();
    assert!(!there.is_open(&system).await.unwrap());
    there.permit(&system).await.unwrap();
}
