use crate::bench::{Bench, bench, stopped};
use domain::{decide::OrderState, failure::FailureName};
use runtime::{stores::OrderItem, workflow::RunState};
use serde_json::{Value, json};
use std::sync::Arc;

async fn parked(bench: &Bench) -> Value {
    bench.invoke(stopped(Some("T1"), "Refused", "")).await.unwrap()["review"].clone()
}

/// The shop has changed the order since the run began.
async fn changed_in_the_shop(bench: &Bench) {
    let newer = |there: Option<&OrderItem>| {
        let newest = "woo_1001_1795446060".parse().unwrap();
        (
            there.map(|item| OrderItem {
                newest,
                ..item.clone()
            }),
            (),
        )
    };
    let orders = &bench.desk.orders;
    orders.change(&crate::bench::order(), newer).await.unwrap();
}

#[tokio::test]
async fn once_the_order_is_in_odoo_a_redriven_run_goes_on_with_what_is_there() {
    for step in ["check-delivery", "capture", "write-invoice"] {
        let bench = bench();
        bench.running().await;
        changed_in_the_shop(&bench).await;
        let mut stopped = stopped(Some("T1"), "Refused", "");
        stopped["step"] = json!(step);
        let review = bench.invoke(stopped).await.unwrap()["review"].clone();
        bench
            .invoke(json!({"action": "redrive", "review": review}))
            .await
            .unwrap();
        let decision = json!({"decision": "redrive", "version": "woo_1001_1795446000"});
        assert_eq!(
            bench.workflow.seen().answers,
            [("T1".to_owned(), Ok(decision))],
            "{step}"
        );
    }
}

#[tokio::test]
async fn a_redriven_run_goes_on_with_the_newest_content() {
    let bench = bench();
    bench.running().await;
    changed_in_the_shop(&bench).await;
    let review = parked(&bench).await;
    bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    let answers = bench.workflow.seen().answers.clone();
    let decision = json!({"decision": "redrive", "version": "woo_1001_1795446060"});
    assert_eq!(answers, [("T1".to_owned(), Ok(decision))]);
    assert!(bench.list().await.is_empty());
}

#[tokio::test]
async fn a_late_opening_of_an_attempt_that_was_given_up_does_not_hide_the_one_that_waits() {
    let bench = bench();
    bench.running().await;
    parked(&bench).await;
    let review = bench.invoke(stopped(Some("T0"), "Refused", "")).await.unwrap()["review"].clone();
    bench.workflow.seen().gone_tokens.push("T0".to_owned());
    let answer = bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    assert_eq!(answer["redriven"], "the run goes on");
    assert_eq!(bench.workflow.seen().answers[0].0, "T1");
}

#[tokio::test]
async fn a_dropped_run_is_told_and_the_reason_is_kept() {
    let bench = bench();
    let review = parked(&bench).await;
    for reason in ["", "  ", &"x".repeat(501)] {
        let refused = bench
            .invoke(json!({"action": "drop", "review": review, "reason": reason}))
            .await
            .unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("reason"));
    }
    bench
        .invoke(json!({"action": "drop", "review": review, "reason": "the customer gave up"}))
        .await
        .unwrap();
    assert_eq!(
        bench.workflow.seen().answers,
        [("T1".to_owned(), Ok(json!({"decision": "drop"})))]
    );
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    assert_eq!(
        (&shown["state"], &shown["reason"]),
        (&json!("dropped"), &json!("the customer gave up"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_decide_at_once_one_answers_the_run() {
    let bench = Arc::new(bench());
    let review = parked(&bench).await;
    let all: Vec<_> = (0..20)
        .map(|n| {
            let (bench, review) = (bench.clone(), review.clone());
            let action = if n % 2 == 0 { "redrive" } else { "drop" };
            tokio::spawn(async move {
                bench
                    .invoke(json!({"action": action, "review": review, "reason": "r"}))
                    .await
            })
        })
        .collect();
    for one in all {
        if let Err(failure) = one.await.unwrap() {
            assert_eq!(failure.name, FailureName::Refused);
        }
    }
    assert_eq!(bench.workflow.seen().answers.len(), 1);
}

#[tokio::test]
async fn a_decision_that_did_not_get_through_can_be_made_again() {
    let bench = bench();
    let review = parked(&bench).await;
    bench.workflow.seen().failures_left = 1;
    let redrive = json!({"action": "redrive", "review": review});
    assert_eq!(
        bench.invoke(redrive.clone()).await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    bench.invoke(redrive).await.unwrap();
    assert_eq!(bench.workflow.seen().answers.len(), 1);
}

#[tokio::test]
async fn a_run_that_waits_no_longer_does_not_block_the_desk() {
    let bench = bench();
    let review = parked(&bench).await;
    bench.workflow.seen().gone_tokens.push("T1".into());
    let answer = bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    assert!(answer["redriven"].as_str().unwrap().contains("no longer"));
    assert!(bench.list().await.is_empty());
}

async fn failed_run(bench: &Bench) -> Value {
    let item = bench.running().await;
    bench.execution_ends("woo_1001-1");
    let input = serde_json::to_string(&item.run()).unwrap();
    let ended =
        json!({"source": "aws.states", "detail": {"name": "woo_1001-1", "status": "FAILED", "input": input}});
    bench.invoke(ended).await.unwrap()["review"].clone()
}

#[tokio::test]
async fn a_failed_run_starts_again_as_the_same_generation_under_a_new_name() {
    let bench = bench();
    let review = failed_run(&bench).await;
    bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    let (input, state) = bench.workflow.seen().runs["woo_1001-1-r1"].clone();
    assert_eq!(
        (&input["generation"], &input["redrive"], state),
        (&json!(1), &json!(true), RunState::Running)
    );
    assert_eq!(bench.item().await.execution(), "woo_1001-1-r1");
}

#[tokio::test]
async fn a_run_is_not_started_beside_one_that_goes_on_nor_after_its_order_has_ended() {
    let bench = bench();
    let review = failed_run(&bench).await;
    bench.workflow.seen().runs.get_mut("woo_1001-1").unwrap().1 = RunState::Running;
    let redrive = json!({"action": "redrive", "review": review});
    assert_eq!(
        bench.invoke(redrive.clone()).await.unwrap_err().name,
        FailureName::Refused
    );
    bench.execution_ends("woo_1001-1");
    bench.order_is(OrderState::Completed).await;
    let answer = bench.invoke(redrive).await.unwrap();
    assert!(
        answer["redriven"]
            .as_str()
            .unwrap()
            .contains("has come to its end")
    );
    assert_eq!(bench.workflow.seen().runs.len(), 1);
}

#[tokio::test]
async fn an_order_is_not_closed_under_a_run_that_goes_on() {
    let bench = bench();
    let review = failed_run(&bench).await;
    bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    // The platform tells of the first end once more.
    let input = serde_json::to_string(&bench.item().await.run()).unwrap();
    let ended =
        json!({"source": "aws.states", "detail": {"name": "woo_1001-1", "status": "FAILED", "input": input}});
    let again = bench.invoke(ended).await.unwrap()["review"].clone();
    let refused = bench
        .invoke(json!({"action": "drop", "review": again, "reason": "done by hand"}))
        .await
        .unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert_eq!(bench.item().await.state, OrderState::Open);
}

#[tokio::test]
async fn a_failed_run_that_is_dropped_leaves_the_order_closed() {
    let bench = bench();
    let review = failed_run(&bench).await;
    bench
        .invoke(json!({"action": "drop", "review": review, "reason": "done by hand"}))
        .await
        .unwrap();
    assert_eq!(bench.item().await.state, OrderState::Closed);
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let bench = bench();
    for input in [
        json!({"action": "redrive", "review": "nope"}),
        json!({"action": "show", "review": "nope"}),
        json!({"action": "explode"}),
        json!({}),
        json!("?"),
        json!({"action": "redrive"}),
    ] {
        assert_eq!(bench.invoke(input).await.unwrap_err().name, FailureName::Refused);
    }
    let review = bench.invoke(stopped(None, "Refused", "")).await.unwrap()["review"].clone();
    assert_eq!(
        bench
            .invoke(json!({"action": "redrive", "review": review}))
            .await
            .unwrap_err()
            .name,
        FailureName::Refused
    );
    bench
        .invoke(json!({"action": "drop", "review": review, "reason": "done"}))
        .await
        .unwrap();
}
