//! Where the outcome of a piece of work ends: at the step that waits, or before a person.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::failure::{Failure, FailureName};
use effects::SystemClock;
use odoo_work::answer;
use runtime::{
    batch::{Piece, Record, Verdict},
    items::MemoryItems,
    stores::{Review, ReviewState, Reviews},
    workflow::MemoryWorkflow,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;

fn reviews() -> Reviews {
    Reviews::new(Arc::new(MemoryItems::default()), Arc::new(SystemClock))
}

fn piece(bodies: Vec<Value>) -> Piece {
    let record = |(place, body)| Record {
        message_id: format!("message-{place}"),
        receipt: SecretString::from("receipt"),
        received: 1,
        group: None,
        trace: None,
        body,
    };
    Piece {
        key: "write-order/woo/1001/1".to_owned(),
        records: bodies.into_iter().enumerate().map(record).collect(),
    }
}

fn work(token: &str) -> Value {
    json!({"schema": 1, "action": "write-order", "order": "woo/1001", "generation": 1, "version": "v", "token": token})
}

fn refused() -> Result<Value, Failure> {
    Err(Failure::new(FailureName::Refused, "there is no such product"))
}

async fn open(reviews: &Reviews) -> Vec<Review> {
    reviews.list(ReviewState::Open, 10).await.unwrap()
}

#[tokio::test]
async fn a_message_nobody_can_read_is_done_and_a_review() {
    let (workflow, reviews) = (MemoryWorkflow::default(), reviews());
    let verdict = answer(&workflow, &reviews, &piece(vec![json!("hello")]), &refused()).await;
    let found = open(&reviews).await;
    assert_eq!((verdict, found.len()), (Verdict::Done, 1));
    assert!(found[0].why.remedy.is_some());
    assert!(workflow.seen().answers.is_empty());
}

#[tokio::test]
async fn a_refusal_that_a_step_hears_is_no_review_of_ours() {
    let (workflow, reviews) = (MemoryWorkflow::default(), reviews());
    // The token of an earlier attempt is gone; the one that waits hears it.
    workflow.seen().gone_tokens.push("old".to_owned());
    let verdict = answer(
        &workflow,
        &reviews,
        &piece(vec![work("old"), work("new")]),
        &refused(),
    )
    .await;
    assert_eq!((verdict, open(&reviews).await), (Verdict::Done, Vec::new()));
    assert_eq!(workflow.seen().answers.len(), 1);
}

#[tokio::test]
async fn a_refusal_that_nobody_hears_is_a_review_without_the_token() {
    let (workflow, reviews) = (MemoryWorkflow::default(), reviews());
    workflow.seen().gone_tokens.push("old".to_owned());
    let verdict = answer(&workflow, &reviews, &piece(vec![work("old")]), &refused()).await;
    let found = open(&reviews).await;
    assert_eq!((verdict, found.len()), (Verdict::Done, 1));
    assert_eq!(found[0].order, Some("woo/1001".parse().unwrap()));
    assert!(!json!(found[0]).to_string().contains("old"));
}

#[tokio::test]
async fn a_success_that_nobody_hears_is_nobodys_business() {
    let (workflow, reviews) = (MemoryWorkflow::default(), reviews());
    workflow.seen().gone_tokens.push("old".to_owned());
    let verdict = answer(&workflow, &reviews, &piece(vec![work("old")]), &Ok(json!({}))).await;
    assert_eq!((verdict, open(&reviews).await), (Verdict::Done, Vec::new()));
}

#[tokio::test]
async fn a_step_that_cannot_be_told_is_told_later() {
    let (workflow, reviews) = (MemoryWorkflow::default(), reviews());
    workflow.seen().failures_left = 1;
    let verdict = answer(&workflow, &reviews, &piece(vec![work("new")]), &refused()).await;
    assert_eq!((verdict, open(&reviews).await), (Verdict::Later, Vec::new()));
}
