use crate::bench::{Bench, bench, dead_letters, stopped};
use async_trait::async_trait;
use domain::{decide::OrderState, failure::Failure};
use review_desk::Desk;
use runtime::topic::Topic;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

const CAUSE: &str = r#"{"name":"Refused","what":"no product HL-TEAPOT-OLD","field":"lines[0].sku"}"#;

#[tokio::test]
async fn a_parked_step_says_why_and_what_to_do_and_hides_its_token() {
    let bench = bench();
    let answer = bench
        .invoke(stopped(Some("T0KEN"), "Refused", CAUSE))
        .await
        .unwrap();
    let review = bench.only().await;
    assert_eq!(review["id"], answer["review"]);
    assert_eq!(
        (&review["doing"], &review["order"]),
        (&json!("write-order"), &json!("woo/1001"))
    );
    assert_eq!(review["why"]["what"], "no product HL-TEAPOT-OLD");
    assert!(review["why"]["remedy"].as_str().unwrap().contains("redrive"));
    let shown = bench
        .invoke(json!({"action": "show", "review": review["id"]}))
        .await
        .unwrap();
    assert!(!format!("{review}{shown}").contains("T0KEN"));
}

#[tokio::test]
async fn a_parked_step_says_what_dropping_it_does_to_the_money() {
    let cases = [
        ("write-order", false, true, "the run voids what is reserved"),
        ("write-order", false, false, "the payment is kept"),
        ("write-invoice", false, true, "the money is kept"),
        ("capture", true, true, "paid otherwise"),
    ];
    for (step, delivered, owned, told) in cases {
        let bench = bench();
        let mut stopped = stopped(Some("T1"), "Refused", CAUSE);
        (stopped["step"], stopped["delivered"]) = (json!(step), json!(delivered));
        stopped["payment"]["owned"] = json!(owned);
        bench.invoke(stopped).await.unwrap();
        let why = bench.only().await["why"].clone();
        let (what, remedy) = (why["what"].as_str().unwrap(), why["remedy"].as_str().unwrap());
        assert!(remedy.contains(told), "{step}: {remedy}");
        assert_eq!(what.contains("the goods have left"), delivered, "{what}");
    }
}

#[tokio::test]
async fn a_stop_with_a_remedy_of_its_own_says_what_dropping_does_where_money_was_taken() {
    let cause =
        json!({"name": "Conflict", "what": "the period is closed", "remedy": "open it, then redrive"});
    for (step, owned, added) in [
        (
            "write-invoice",
            true,
            Some("the money is kept, nothing is voided or refunded"),
        ),
        (
            "capture",
            true,
            Some("the run voids what is reserved, or refunds"),
        ),
        ("write-order", false, Some("the payment is kept")),
        ("write-order", true, None),
    ] {
        let bench = bench();
        let mut stopped = stopped(Some("T1"), "Conflict", &cause.to_string());
        stopped["step"] = json!(step);
        stopped["payment"]["owned"] = json!(owned);
        bench.invoke(stopped).await.unwrap();
        let remedy = bench.only().await["why"]["remedy"].clone();
        let remedy = remedy.as_str().unwrap();
        assert!(remedy.starts_with("open it, then redrive"), "{step}: {remedy}");
        assert_eq!(
            remedy.contains("To drop it means: "),
            added.is_some(),
            "{step}: {remedy}"
        );
        assert!(remedy.contains(added.unwrap_or_default()), "{step}: {remedy}");
    }
}

#[tokio::test]
async fn a_failure_is_found_in_what_lambda_makes_of_it_and_the_rest_is_named() {
    let wrapped = json!({"errorType": "Refused", "errorMessage": CAUSE}).to_string();
    let cut = &wrapped[..40];
    let cases = [
        ("Refused", wrapped.as_str(), "Refused", "no product HL-TEAPOT-OLD"),
        (
            "Conflict",
            cut,
            "Conflict",
            "the step write-order ended with Conflict",
        ),
        (
            "States.Timeout",
            "",
            "OutcomeUnknown",
            "the step write-order ended with States.Timeout",
        ),
    ];
    for (error, cause, name, what) in cases {
        let bench = bench();
        bench.invoke(stopped(None, error, cause)).await.unwrap();
        let why = bench.only().await["why"].clone();
        assert_eq!(
            (why["name"].as_str(), why["what"].as_str()),
            (Some(name), Some(what))
        );
    }
}

#[tokio::test]
async fn the_same_stop_is_one_review_and_one_notification_that_only_points_to_it() {
    let bench = bench();
    for token in ["T1", "T2", "T3"] {
        bench
            .invoke(stopped(Some(token), "Refused", CAUSE))
            .await
            .unwrap();
    }
    let review = bench.only().await;
    let published = bench.topic.published();
    assert_eq!(published.len(), 1);
    let (subject, text) = &published[0];
    let shows = format!("odoo-heartland review show {}", review["id"].as_str().unwrap());
    assert!(text.contains(&shows), "{text}");
    assert!(!format!("{subject}{text}").contains("TEAPOT"));
    bench
        .invoke(json!({"action": "drop", "review": review["id"], "reason": "test"}))
        .await
        .unwrap();
    assert_eq!(bench.workflow.seen().answers[0].0, "T3");
}

#[tokio::test]
async fn an_event_nobody_could_route_is_a_review_that_lets_it_in_again() {
    let bench = bench();
    let event = json!({"schema": 1, "event": "woo_1001_1", "store": "woo", "via": "webhook"});
    let answer = bench.invoke(dead_letters(&[event])).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    let review = bench.only().await;
    let redriven = bench
        .invoke(json!({"action": "redrive", "review": review["id"]}))
        .await
        .unwrap();
    assert_eq!(
        redriven["redriven"],
        "the event was let in again, as it came: nothing of it was corrected"
    );
    assert_eq!(bench.inbox.sent()[0].body["event"], "woo_1001_1");
}

#[tokio::test]
async fn work_nobody_could_do_is_answered_and_the_run_parks_under_the_same_review() {
    let bench = bench();
    let work = json!({"schema": 1, "action": "write-order", "order": "woo/1001", "generation": 1,
                      "version": "woo_1001_1795446000", "token": "T1"});
    bench
        .invoke(dead_letters(std::slice::from_ref(&work)))
        .await
        .unwrap();
    let (token, answer) = bench.workflow.seen().answers[0].clone();
    assert_eq!(
        (token.as_str(), answer.unwrap_err().0.as_str()),
        ("T1", "Undeliverable")
    );
    bench
        .invoke(stopped(Some("T2"), "Undeliverable", "{}"))
        .await
        .unwrap();
    bench.invoke(dead_letters(&[work])).await.unwrap();
    let review = bench.only().await;
    bench
        .invoke(json!({"action": "redrive", "review": review["id"]}))
        .await
        .unwrap();
    assert_eq!(bench.workflow.seen().answers[1].0, "T2");
}

#[tokio::test]
async fn a_dead_letter_stays_until_its_waiter_is_answered() {
    let bench = bench();
    bench.workflow.seen().failures_left = 1;
    let work = json!({"schema": 1, "action": "write-invoice", "order": "woo/1001", "generation": 1, "version": "v",
                      "token": "T1"});
    let answer = bench
        .invoke(dead_letters(std::slice::from_ref(&work)))
        .await
        .unwrap();
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "m0");
    bench.invoke(dead_letters(&[work])).await.unwrap();
    assert_eq!(
        (bench.list().await.len(), bench.workflow.seen().answers.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn whatever_else_is_dead_is_a_review_without_its_body() {
    let bench = bench();
    let call = json!({"requestContext": {"functionArn": "arn:aws:lambda:eu:1:function:stack-change-poller:$LATEST"},
                      "requestPayload": {"secret": "s3cr3t"}});
    let answer = bench
        .invoke(dead_letters(&[
            call,
            json!({"secret": "s3cr3t"}),
            json!("s3cr3t"),
        ]))
        .await
        .unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    let list = Value::from(bench.list().await).to_string();
    assert!(
        list.contains("stack-change-poller") && !list.contains("s3cr3t"),
        "{list}"
    );
}

fn ended(name: &str, input: &Value) -> Value {
    json!({"source": "aws.states", "detail-type": "Step Functions Execution Status Change",
           "detail": {"name": name, "status": "FAILED", "input": input.to_string()}})
}

#[tokio::test]
async fn a_run_that_ended_without_closing_its_order_is_a_review() {
    let bench = bench();
    let item = bench.running().await;
    let input = serde_json::to_value(item.run()).unwrap();
    bench.invoke(ended("woo_1001-1", &input)).await.unwrap();
    bench.invoke(ended("woo_1001-1", &input)).await.unwrap();
    assert_eq!(bench.only().await["input"], "woo_1001-1");
    bench.invoke(ended("strange", &json!("?"))).await.unwrap();
    assert_eq!(bench.list().await.len(), 2);
}

#[tokio::test]
async fn a_run_that_had_closed_its_order_is_none() {
    let bench = bench();
    let item = bench.running().await;
    bench.order_is(OrderState::Completed).await;
    bench
        .invoke(ended("woo_1001-1", &serde_json::to_value(item.run()).unwrap()))
        .await
        .unwrap();
    assert!(bench.list().await.is_empty());
}

/// A topic whose first caller is killed while it publishes.
#[derive(Default)]
struct KillsTheFirst {
    published: Mutex<usize>,
}

#[async_trait]
impl Topic for KillsTheFirst {
    async fn publish(&self, _: &str, _: &str) -> Result<(), Failure> {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        *published += 1;
        assert!(*published > 1, "killed");
        Ok(())
    }
}

#[tokio::test]
async fn people_are_told_although_the_first_attempt_was_killed() {
    let Bench { desk, .. } = bench();
    let topic = Arc::new(KillsTheFirst::default());
    let desk = Arc::into_inner(desk).unwrap();
    let desk = Arc::new(Desk {
        topic: topic.clone(),
        ..desk
    });
    for attempt in 0..3 {
        let desk = desk.clone();
        let invoked =
            tokio::spawn(async move { desk.handle(stopped(Some("T1"), "Refused", CAUSE)).await }).await;
        assert_eq!(invoked.is_err(), attempt == 0);
    }
    assert_eq!(*topic.published.lock().unwrap_or_else(PoisonError::into_inner), 2);
}
