use crate::bench::{bench, costing, key, order, token};
use domain::{decide::OrderState, outcome::Outcome};
use effects::UnixMillis;
use event_router::Routed;
use runtime::{message::Via, stores::OrderItem};
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
    bench
        .wrote(7, "own_7_1795446003", Outcome::Paid, Some("TRN_1"))
        .await;
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
    bench.wrote(7, &echo.event, Outcome::Declined, None).await;
    assert_eq!(bench.router.route(&echo).await.unwrap(), Routed::Ignored);
}

/// Everything in the second in which the order was placed: our own write, its echo, the customer's next payment.
#[tokio::test]
async fn in_one_second_the_echo_is_dropped_and_the_next_payment_is_not() {
    let echo = order(7, 0, json!({"state": "closed"}));
    let next = order(
        7,
        0,
        json!({"state": "token", "tender": "card", "token": "PMT_2"}),
    );
    for both in [[&echo, &next], [&next, &echo]] {
        let bench = bench();
        let first = bench.keep(&order(7, 0, token())).await;
        assert_eq!(bench.router.route(&first).await.unwrap(), Routed::Opened);
        bench.wrote(7, &first.event, Outcome::Declined, None).await;
        bench.ends(7, OrderState::Closed).await;
        for body in both {
            let event = bench.keep_beside(body).await;
            let routed = bench.router.route(&event).await.unwrap();
            assert_eq!(routed == Routed::Opened, body == &next, "{routed:?}");
        }
        assert_eq!(bench.runs(), ["own_7-1", "own_7-2"]);
        assert!(bench.reviews().await.is_empty());
        let content = bench.item(7).await.run().version;
        let content = bench.router.payloads.content(&key(7), &content).await.unwrap();
        assert_eq!(json!(content.payment)["token"], "PMT_2");
    }
}

#[tokio::test]
async fn an_echo_in_the_second_of_the_order_waits_until_its_version_is_known() {
    let bench = bench();
    let first = bench.keep(&order(7, 0, token())).await;
    bench.router.route(&first).await.unwrap();
    let now = UnixMillis(1_795_446_000_000);
    let telling = |there: Option<&OrderItem>| (there.map(|item| item.clone().telling(now)), ());
    bench.router.orders.change(&key(7), telling).await.unwrap();
    let echo = bench.keep_beside(&order(7, 0, json!({"state": "closed"}))).await;
    assert!(bench.router.route(&echo).await.is_err());
    bench.wrote(7, &first.event, Outcome::Declined, None).await;
    assert_eq!(bench.router.route(&echo).await.unwrap(), Routed::Ignored);
    assert!(bench.reviews().await.is_empty());
}

#[tokio::test]
async fn a_cancellation_in_the_second_in_which_we_told_of_the_payment_is_for_a_person() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    bench
        .wrote(7, "own_7_1795446003", Outcome::Paid, Some("TRN_1"))
        .await;
    bench.ends(7, OrderState::Completed).await;
    let cancelled = order(7, 3, json!({"state": "closed"}));
    assert_eq!(bench.arrives(&cancelled).await, Routed::Review);
    let paid = order(
        7,
        3,
        json!({"state": "captured", "tender": "card", "transaction": "TRN_1"}),
    );
    let echo = bench.keep_beside(&paid).await;
    assert_eq!(bench.router.route(&echo).await.unwrap(), Routed::Ignored);
    assert_eq!(bench.reviews().await.len(), 1);
}

#[tokio::test]
async fn of_two_orders_of_one_second_a_person_says_which_one_counts() {
    let bench = bench();
    bench.arrives(&order(7, 0, json!({"state": "closed"}))).await;
    let mut event = bench.keep_beside(&order(7, 0, token())).await;
    for _ in 0..2 {
        assert_eq!(bench.router.route(&event).await.unwrap(), Routed::Review);
    }
    assert!(bench.runs().is_empty(), "nobody has decided");
    let reviews = bench.reviews().await;
    assert_eq!(
        (reviews.len(), &reviews[0].redrive["event"]),
        (1, &json!(event.event))
    );
    event.via = Via::Operator;
    assert_eq!(bench.router.route(&event).await.unwrap(), Routed::Opened);
    assert_eq!(bench.runs(), ["own_7-1"]);
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
async fn a_second_payment_is_for_a_person_while_the_run_goes_and_after_it() {
    let second = [
        json!({"state": "captured", "tender": "card", "transaction": "TRN_OTHER"}),
        json!({"state": "elsewhere", "method": "paypal", "transaction": "8XJ42011FT5541902"}),
    ];
    let first = [
        token(),
        json!({"state": "authorized", "tender": "card", "transaction": "TRN_OURS"}),
    ];
    for first in &first {
        for second in &second {
            for completed in [false, true] {
                let bench = bench();
                bench.arrives(&order(7, 0, first.clone())).await;
                bench.router.used.claim("TRN_OURS", &key(7)).await.unwrap();
                if completed {
                    bench.ends(7, OrderState::Completed).await;
                }
                let routed = bench.arrives(&order(7, 9, second.clone())).await;
                assert_eq!(routed, Routed::Review, "{first} {second}");
                let review = &bench.reviews().await[0];
                assert!(review.why.what.contains("another payment"), "{}", review.why.what);
                assert_eq!(bench.runs(), ["own_7-1"]);
            }
        }
    }
}

/// The customer had chosen another way to pay, and did not go on with it.
#[tokio::test]
async fn our_transaction_on_an_order_of_another_payment_method_is_ours() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    bench.router.used.claim("TRN_OURS", &key(7)).await.unwrap();
    bench.ends(7, OrderState::Completed).await;
    let shown = json!({"state": "elsewhere", "method": "paypal", "transaction": "TRN_OURS"});
    assert_eq!(bench.arrives(&order(7, 9, shown)).await, Routed::Recorded);
}

/// A run that had taken the money was stopped, and what was left of it put right by hand.
#[tokio::test]
async fn money_that_a_run_of_ours_has_taken_opens_no_run() {
    for (transaction, runs) in [("TRN_OURS", 1), ("TRN_OTHER", 2)] {
        let bench = bench();
        bench.arrives(&order(7, 0, token())).await;
        bench.router.used.claim("TRN_OURS", &key(7)).await.unwrap();
        bench.ends(7, OrderState::Closed).await;
        let shown = json!({"state": "captured", "tender": "card", "transaction": transaction});
        bench.arrives(&order(7, 9, shown)).await;
        assert_eq!(bench.runs().len(), runs, "{transaction}");
        assert!(bench.reviews().await.is_empty());
    }
    // The plugin's payment of an order that was corrected is still to be booked.
    let bench = bench();
    let plugins = json!({"state": "captured", "tender": "card", "transaction": "TRN_P"});
    bench.arrives(&order(7, 0, plugins.clone())).await;
    bench.router.used.claim("TRN_P", &key(7)).await.unwrap();
    bench.ends(7, OrderState::Closed).await;
    let mut corrected = order(7, 9, plugins);
    corrected["lines"][0]["sku"] = json!("MUG-BLUE");
    assert_eq!(bench.arrives(&corrected).await, Routed::Opened);
}

#[tokio::test]
async fn a_paid_order_without_a_payment_method_is_asked_about_once() {
    let bench = bench();
    let free = json!({"state": "elsewhere"});
    assert_eq!(bench.arrives(&order(7, 0, free.clone())).await, Routed::Review);
    assert_eq!(bench.arrives(&order(7, 5, free)).await, Routed::Recorded);
    let by_transfer = json!({"state": "elsewhere", "method": "bacs"});
    assert_eq!(bench.arrives(&order(7, 9, by_transfer)).await, Routed::Recorded);
    assert_eq!(bench.reviews().await.len(), 1);
    assert!(bench.runs().is_empty());
}
