use crate::bench::{Bench, HOUR_MS, bench, stopped};
use async_trait::async_trait;
use domain::decide::OrderState;
use effects::{
    EffectId, EffectKind, OpenEffect, Record, Seen, Settled, Store, StoreError, UnixMillis, Written,
};
use serde_json::json;
use std::sync::Arc;

async fn sweep(bench: &Bench) -> serde_json::Value {
    bench
        .invoke(json!({"schema": 1, "action": "sweep"}))
        .await
        .unwrap()
}

async fn opened(bench: &Bench) -> u64 {
    sweep(bench).await["opened"].as_u64().unwrap()
}

#[tokio::test]
async fn an_order_whose_run_has_ended_is_found_once() {
    let bench = bench();
    bench.running().await;
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 0);
    bench.execution_ends("woo_1001-1");
    assert_eq!(opened(&bench).await, 1);
    assert_eq!(opened(&bench).await, 0);
    let review = bench.only().await;
    bench
        .invoke(json!({"action": "redrive", "review": review["id"]}))
        .await
        .unwrap();
    assert!(bench.workflow.seen().runs.contains_key("woo_1001-1-r1"));
}

/// An order whose run has ended, and the review the sweep opens of it.
async fn found() -> (Bench, serde_json::Value) {
    let bench = bench();
    bench.running().await;
    bench.clock.advance_ms(2 * HOUR_MS);
    bench.execution_ends("woo_1001-1");
    assert_eq!(opened(&bench).await, 1);
    let review = bench.only().await["id"].clone();
    (bench, review)
}

/// Such an order, given up by a person.
async fn dropped() -> (Bench, serde_json::Value) {
    let (bench, review) = found().await;
    let drop = json!({"action": "drop", "review": review, "reason": "done by hand"});
    bench.invoke(drop).await.unwrap();
    (bench, review)
}

/// The first redrive started the run again, and its answer was lost before the review was settled.
#[tokio::test]
async fn a_review_of_an_ended_run_can_be_redriven_after_its_order_has_come_to_its_end() {
    let (bench, review) = found().await;
    bench.order_is(OrderState::Completed).await;
    let answer = bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    assert!(answer.to_string().contains("come to its end"), "{answer}");
    assert!(bench.list().await.is_empty());
    assert!(!bench.workflow.seen().runs.contains_key("woo_1001-1-r1"));
}

/// The review of a dropped run is decided before its order is closed: a crash in between leaves the order open.
#[tokio::test]
async fn a_drop_that_did_not_close_its_order_comes_up_again_and_one_that_did_does_not() {
    let (bench, review) = dropped().await;
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 0);
    bench.order_is(OrderState::Open).await;
    assert_eq!(opened(&bench).await, 1);
    assert_eq!(bench.only().await["id"], review);
}

#[tokio::test]
async fn what_was_decided_a_moment_ago_is_not_brought_up_again() {
    let (bench, _) = dropped().await;
    bench.order_is(OrderState::Open).await;
    assert_eq!(opened(&bench).await, 0);
}

#[tokio::test]
async fn thousands_of_orders_that_wait_hide_none_that_is_forgotten() {
    let bench = bench();
    bench.others_run(2_500).await;
    bench.clock.advance_ms(1);
    bench.running().await;
    bench.execution_ends("woo_1001-1");
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 1);
    assert_eq!(bench.only().await["order"], "woo/1001");
    assert_eq!(bench.workflow.seen().looks, 1, "those that run are told at once");
}

#[tokio::test]
async fn a_run_that_was_never_started_is_found() {
    let bench = bench();
    bench.running().await;
    bench.workflow.seen().runs.clear();
    assert_eq!(opened(&bench).await, 0, "it may be starting just now");
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 1);
}

#[tokio::test]
async fn an_open_effect_is_the_runs_business_while_the_run_goes_on() {
    let bench = bench();
    bench.running().await;
    bench.unfinished(EffectKind::Capture).await;
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 0);
    bench.clock.advance_ms(50 * HOUR_MS);
    assert_eq!(opened(&bench).await, 1);
    assert_eq!(bench.only().await["input"], "capture/woo/1001/1");
}

#[tokio::test]
async fn an_orphaned_effect_is_found_and_not_brought_up_again_once_dropped() {
    let bench = bench();
    bench.running().await;
    bench.unfinished(EffectKind::Void).await;
    bench.order_is(OrderState::Closed).await;
    assert_eq!(opened(&bench).await, 0, "too young");
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 1);
    let review = bench.only().await;
    bench
        .invoke(json!({"action": "drop", "review": review["id"], "reason": "voided by hand"}))
        .await
        .unwrap();
    assert_eq!(opened(&bench).await, 0);
}

/// A ledger whose list of open effects is a moment behind.
struct Behind {
    ledger: Arc<dyn Store>,
    listed: Vec<OpenEffect>,
}

#[async_trait]
impl Store for Behind {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        self.ledger.create(record).await
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        self.ledger.replace(seen, record).await
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.ledger.load(effect).await
    }

    async fn open(&self, _created_before: UnixMillis, _limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        Ok(self.listed.clone())
    }
}

#[tokio::test]
async fn an_effect_that_has_come_to_its_end_since_it_was_listed_opens_nothing() {
    let mut bench = bench();
    bench.running().await;
    bench.order_is(OrderState::Closed).await;
    bench
        .settled(EffectKind::Capture, Settled::Applied(json!({})))
        .await;
    bench.unfinished(EffectKind::Void).await;
    let created_at = effects::Clock::now(bench.clock.as_ref());
    // One has been settled, one is forgotten, one is still open.
    let listed = [EffectKind::Capture, EffectKind::Refund, EffectKind::Void].map(|kind| OpenEffect {
        effect: EffectId::new(kind, "woo/1001/1"),
        created_at,
    });
    let desk = Arc::get_mut(&mut bench.desk).unwrap();
    desk.effects = Arc::new(Behind {
        ledger: desk.effects.clone(),
        listed: listed.into(),
    });
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 1);
    assert_eq!(bench.only().await["input"], "void/woo/1001/1");
}

#[tokio::test]
async fn a_parked_run_that_waits_no_longer_leaves_the_list() {
    let bench = bench();
    bench.running().await;
    let review = bench.invoke(stopped(Some("T1"), "Refused", "")).await.unwrap()["review"].clone();
    assert_eq!(sweep(&bench).await["closed"], 0);
    bench.order_is(OrderState::Closed).await;
    assert_eq!(sweep(&bench).await["closed"], 1);
    assert!(bench.list().await.is_empty());
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    assert!(shown["reason"].as_str().unwrap().contains("by itself"));
}

#[tokio::test]
async fn a_run_is_not_asked_for_again_and_again() {
    let bench = bench();
    bench.running().await;
    for kind in [EffectKind::Authorize, EffectKind::WriteOrder, EffectKind::Capture] {
        bench.unfinished(kind).await;
    }
    bench.invoke(stopped(Some("T1"), "Refused", "")).await.unwrap();
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(opened(&bench).await, 0);
    assert_eq!(bench.workflow.seen().looks, 0, "all that run are told at once");
    bench.execution_ends("woo_1001-1");
    sweep(&bench).await;
    assert_eq!(bench.workflow.seen().looks, 1);
}

/// A list that does not answer is no reason to overlook anything.
#[tokio::test]
async fn without_a_list_of_runs_each_is_asked_for() {
    let bench = bench();
    bench.running().await;
    bench.clock.advance_ms(2 * HOUR_MS);
    bench.workflow.seen().failures_left = 1;
    assert_eq!(opened(&bench).await, 0);
    assert_eq!(bench.workflow.seen().looks, 1);
}
