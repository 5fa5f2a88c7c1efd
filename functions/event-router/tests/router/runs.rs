use crate::bench::{bench, key, order, token};
use domain::{decide::OrderState, outcome::Outcome};
use effects::UnixMillis;
use event_router::Routed;
use runtime::{message::Via, stores::OrderItem};
use serde_json::json;
use std::sync::Arc;

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
async fn a_run_that_ended_without_a_sale_makes_room_for_the_next_payment() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    bench.ends(7, OrderState::Closed).await;
    assert_eq!(
        bench.arrives(&order(7, 1, token())).await,
        Routed::Recorded,
        "the same token was tried, and nobody has said that it came to nothing"
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
async fn paying_again_with_the_card_that_was_declined_is_asked_about_and_tried_when_a_person_says_so() {
    let bench = bench();
    bench.arrives(&order(7, 0, token())).await;
    let now = UnixMillis(1_795_446_000_000);
    let telling = |there: Option<&OrderItem>| (there.map(|item| item.clone().telling(now)), ());
    bench.router.orders.change(&key(7), telling).await.unwrap();
    let mut again = bench.keep(&order(7, 40, token())).await;
    assert!(
        bench.router.route(&again).await.is_err(),
        "the shop may have been told meanwhile"
    );
    bench.wrote(7, "own_7_1795446010", Outcome::Declined, None).await;
    bench.ends(7, OrderState::Closed).await;
    for _ in 0..2 {
        assert_eq!(bench.router.route(&again).await.unwrap(), Routed::Review);
    }
    let reviews = bench.reviews().await;
    assert_eq!(reviews.len(), 1);
    assert_eq!(reviews[0].redrive["event"], json!(again.event));
    assert_eq!(bench.runs(), ["own_7-1"]);
    again.via = Via::Operator;
    assert_eq!(bench.router.route(&again).await.unwrap(), Routed::Opened);
    assert_eq!(bench.runs(), ["own_7-1", "own_7-2"]);
    // The same message once more, after that run has ended: it is the same decision, not another one.
    bench.wrote(7, "own_7_1795446050", Outcome::Declined, None).await;
    bench.ends(7, OrderState::Closed).await;
    assert_eq!(bench.router.route(&again).await.unwrap(), Routed::Ignored);
    assert_eq!(bench.runs(), ["own_7-1", "own_7-2"]);
}
