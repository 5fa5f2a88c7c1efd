use crate::bench::{bench, costing, key, order, token};
use domain::event::EventId;
use effects::UnixMillis;
use event_router::Routed;
use runtime::stores::OrderItem;
use serde_json::json;

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
