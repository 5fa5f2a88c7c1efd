use crate::bench::{HOUR_MS, bench};
use domain::decide::OrderState;
use effects::EffectKind;
use serde_json::json;

fn sweep() -> serde_json::Value {
    json!({"schema": 1, "action": "sweep"})
}

#[tokio::test]
async fn an_order_whose_run_has_ended_is_found_once() {
    let bench = bench();
    bench.running().await;
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 0}));
    bench.execution_ends("woo_1001-1");
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 1}));
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 0}));
    let review = bench.only().await;
    bench
        .invoke(json!({"action": "redrive", "review": review["id"]}))
        .await
        .unwrap();
    assert!(bench.workflow.seen().runs.contains_key("woo_1001-1-r1"));
}

#[tokio::test]
async fn a_run_that_was_never_started_is_found() {
    let bench = bench();
    bench.running().await;
    bench.workflow.seen().runs.clear();
    assert_eq!(
        bench.invoke(sweep()).await.unwrap(),
        json!({"opened": 0}),
        "it may be starting just now"
    );
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 1}));
}

#[tokio::test]
async fn an_open_effect_is_the_runs_business_while_the_run_goes_on() {
    let bench = bench();
    bench.running().await;
    bench.unfinished(EffectKind::Capture).await;
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 0}));
    bench.clock.advance_ms(50 * HOUR_MS);
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 1}));
    assert_eq!(bench.only().await["input"], "capture/woo/1001/1");
}

#[tokio::test]
async fn an_orphaned_effect_is_found_and_not_brought_up_again_once_dropped() {
    let bench = bench();
    bench.running().await;
    bench.unfinished(EffectKind::Void).await;
    bench.order_is(OrderState::Closed).await;
    assert_eq!(
        bench.invoke(sweep()).await.unwrap(),
        json!({"opened": 0}),
        "too young"
    );
    bench.clock.advance_ms(2 * HOUR_MS);
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 1}));
    let review = bench.only().await;
    bench
        .invoke(json!({"action": "drop", "review": review["id"], "reason": "voided by hand"}))
        .await
        .unwrap();
    assert_eq!(bench.invoke(sweep()).await.unwrap(), json!({"opened": 0}));
}
