//! What goes back to the queue, what goes with it, and when it comes again.

use crate::bench::{Bench, again, bench, costing, key, order, token};
use domain::outcome::Outcome;
use effects::UnixMillis;
use runtime::{message::InboxEvent, stores::OrderItem};
use serde_json::json;

/// The echo of a status write that is under way, of the order 7.
async fn echo_too_early(bench: &Bench) -> InboxEvent {
    bench.arrives(&order(7, 0, token())).await;
    let now = UnixMillis(1_795_446_000_000);
    let telling = |there: Option<&OrderItem>| (there.map(|item| item.clone().telling(now)), ());
    bench.router.orders.change(&key(7), telling).await.unwrap();
    bench.keep(&order(7, 3, json!({"state": "closed"}))).await
}

fn hidden(receipts: &[&str], seconds: u32) -> Vec<(String, u32)> {
    receipts
        .iter()
        .map(|receipt| ((*receipt).to_owned(), seconds))
        .collect()
}

#[tokio::test]
async fn an_echo_that_is_too_early_comes_again_soon_with_the_change_behind_it() {
    let bench = bench();
    let echo = echo_too_early(&bench).await;
    let change = bench.keep(&costing(order(7, 9, token()), 1200)).await;
    let other = bench.keep(&order(8, 0, token())).await;
    let events = [("own_7", &echo), ("own_8", &other), ("own_7", &change)];
    let answer = bench.arrive(&events, 1).await;
    assert_eq!(again(&answer), ["m0", "m2"]);
    assert_eq!(bench.inbox.hidden(), hidden(&["r0", "r2"], 5));
    assert!(bench.reviews().await.is_empty());

    bench.wrote(7, &echo.event, Outcome::Declined, None).await;
    let answer = bench.arrive(&[("own_7", &echo), ("own_7", &change)], 2).await;
    assert!(again(&answer).is_empty());
    assert_eq!(bench.reviews().await.len(), 1, "the change is for a person");
    assert_eq!(bench.inbox.hidden().len(), 2, "what is done is not hidden");
}

#[tokio::test]
async fn an_echo_that_is_often_too_early_is_left_to_the_queue() {
    for (received, expected) in [(5, hidden(&["r0"], 80)), (6, Vec::new())] {
        let bench = bench();
        let echo = echo_too_early(&bench).await;
        let answer = bench.arrive(&[("own_7", &echo)], received).await;
        assert_eq!(again(&answer), ["m0"]);
        assert_eq!(bench.inbox.hidden(), expected, "received {received} times");
    }
}

#[tokio::test]
async fn a_failure_holds_back_the_later_events_of_its_order_and_no_others() {
    let bench = bench();
    let pending = bench.keep(&order(7, 0, json!({"state": "pending"}))).await;
    let paid = bench.keep(&order(7, 1, token())).await;
    let other = bench.keep(&order(8, 0, token())).await;
    bench.items.fail_next(1);
    let events = [("own_7", &pending), ("own_8", &other), ("own_7", &paid)];
    let answer = bench.arrive(&events, 1).await;
    assert_eq!(again(&answer), ["m0", "m2"]);
    assert_eq!(bench.runs(), ["own_8-1"]);
    assert!(
        bench.inbox.hidden().is_empty(),
        "a table that fails is not back in seconds"
    );
}
