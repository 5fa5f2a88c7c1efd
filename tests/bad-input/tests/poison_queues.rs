//! Messages nobody should have sent, each between two good ones, in the real handlers of every queue: the good ones are
//! worked on, and the bad one ends before a person or is answered with a refusal. None comes again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_lambda_events::sqs::SqsBatchResponse;
use bad_input::{
    bench::{Queue, WriterBench},
    parts::{desk, door, store},
    poison::{Poison, event, of_event, of_work, work},
    secrets::{all, found_in},
    targets::messages::batch_of,
};
use runtime::{
    batch::MemoryGiveBack,
    message::Via,
    stores::{Review, ReviewState},
};
use serde_json::{Value, json};

fn nothing_comes_again(response: &SqsBatchResponse, kind: &str) {
    let again: Vec<_> = response
        .batch_item_failures
        .iter()
        .map(|failure| &failure.item_identifier)
        .collect();
    assert!(again.is_empty(), "{kind}: {again:?} come again");
}

fn for_a_person(reviews: &[Review], kind: &str) {
    for review in reviews {
        assert!(
            !review.why.what.is_empty() && review.why.remedy.is_some(),
            "{kind}: {review:?}"
        );
        let shown = serde_json::to_string(review).unwrap();
        assert_eq!(found_in(&shown, all()), None, "{kind}: {shown}");
        assert!(!shown.contains("nobody-waits"), "{kind}: a token is shown");
    }
}

/// One bad message between two good ones.
async fn between_good_ones(queue: Queue, poison: &Poison, heard: bool) {
    let bench = WriterBench::new(queue);
    let good = [1, 2].map(|id| queue.good(id));
    for id in [1, 2] {
        bench.take_back(id).await.unwrap();
    }
    let [first, last] = good.clone().map(|message| message.to_string());
    let tokens = good.map(|message| message["token"].as_str().unwrap().to_owned());
    if !heard {
        let message = serde_json::from_str::<Value>(&poison.body).unwrap_or_default();
        let tokens =
            [&work("x", "woo/9")["token"], &message["token"]].map(|token| token.as_str().map(str::to_owned));
        bench
            .workflow
            .seen()
            .gone_tokens
            .extend(tokens.into_iter().flatten());
    }
    let response = bench
        .handle(batch_of(&[&first, &poison.body, &last]))
        .await
        .unwrap();
    nothing_comes_again(&response, &poison.kind);
    let answers = bench.workflow.seen().answers.clone();
    for token in &tokens {
        assert!(
            answers.iter().any(|(answered, _)| answered == token),
            "{}: {token} waits on",
            poison.kind
        );
    }
    let refused = answers
        .iter()
        .filter(|(token, _)| !tokens.contains(token))
        .collect::<Vec<_>>();
    for (_, answer) in &refused {
        let (error, cause) = answer.as_ref().unwrap_err();
        assert!(
            matches!(error.as_str(), "Refused" | "Conflict"),
            "{}: {error}",
            poison.kind
        );
        assert_eq!(found_in(cause, all()), None, "{}: {cause}", poison.kind);
    }
    let reviews = bench.open_reviews().await.unwrap();
    assert!(
        !reviews.is_empty() || !refused.is_empty(),
        "{}: nobody hears of it",
        poison.kind
    );
    assert!(
        heard || !reviews.is_empty(),
        "{}: nobody waits, and no person is asked",
        poison.kind
    );
    for_a_person(&reviews, &poison.kind);
}

async fn every_kind_of_work(queue: Queue) {
    let kinds = of_work(queue.action(), "woo/9");
    assert!(kinds.len() > 55, "{}", kinds.len());
    for poison in &kinds {
        between_good_ones(queue, poison, true).await;
        between_good_ones(queue, poison, false).await;
    }
}

#[tokio::test]
async fn order_work() {
    every_kind_of_work(Queue::Order).await;
}

#[tokio::test]
async fn invoice_work() {
    every_kind_of_work(Queue::Invoice).await;
}

#[tokio::test]
async fn all_kinds_in_batches_of_ten_leave_their_neighbours_alone() {
    for queue in [Queue::Order, Queue::Invoice] {
        let kinds = of_work(queue.action(), "woo/9");
        for poisons in kinds.chunks(9) {
            let bench = WriterBench::new(queue);
            bench.take_back(1).await.unwrap();
            let good = queue.good(1);
            let good_text = good.to_string();
            let mut bodies: Vec<&str> = poisons.iter().map(|poison| poison.body.as_str()).collect();
            bodies.insert(poisons.len() / 2, &good_text);
            let response = bench.handle(batch_of(&bodies)).await.unwrap();
            nothing_comes_again(
                &response,
                &format!("{:?}", poisons.iter().map(|p| &p.kind).collect::<Vec<_>>()),
            );
            let answers = bench.workflow.seen().answers.clone();
            assert!(
                answers
                    .iter()
                    .any(|(token, _)| Some(token.as_str()) == good["token"].as_str())
            );
        }
    }
}

#[tokio::test]
async fn the_inbox() {
    let body = include_bytes!("../../../events/standard/order-usd-discount.json");
    let kinds = of_event("own", "9");
    assert!(kinds.len() > 33, "{}", kinds.len());
    for poison in &kinds {
        let door = door();
        door.inbox.take(store("own"), Via::Webhook, body).await.unwrap();
        let good = door.queue.sent()[0].body.to_string();
        let nobody = event("own", "8").to_string();
        let back = MemoryGiveBack::default();
        let response = door
            .router
            .route_all(batch_of(&[&poison.body, &good, &nobody]), &back)
            .await;
        nothing_comes_again(&response, &poison.kind);
        assert_eq!(
            door.workflow.seen().runs.len(),
            1,
            "{}: the good one does not run",
            poison.kind
        );
        let reviews = door.router.reviews.list(ReviewState::Open, 100).await.unwrap();
        assert_eq!(reviews.len(), 2, "{}: {reviews:?}", poison.kind);
        for_a_person(&reviews, &poison.kind);
    }
}

#[tokio::test]
async fn dead_letters_of_every_queue() {
    let kinds = [
        of_event("own", "9"),
        of_work("write-order", "woo/9"),
        of_work("write-invoice", "own/9"),
    ]
    .concat();
    for poison in &kinds {
        let bench = desk();
        let good = work("write-order", "woo/1").to_string();
        let bodies = [good.as_str(), poison.body.as_str()];
        let records = bodies.iter().enumerate().map(|(i, body)| {
            json!({"messageId": format!("m{i}"), "receiptHandle": "r", "body": body, "attributes": {}})
        });
        let batch = json!({"Records": records.collect::<Vec<Value>>()});
        let answer = bench.desk.handle(batch).await.unwrap();
        assert_eq!(
            answer["batchItemFailures"].as_array().map(Vec::len),
            Some(0),
            "{}: {answer}",
            poison.kind
        );
        let answers = bench.workflow.seen().answers.clone();
        assert!(
            answers.iter().any(|(token, _)| token == "nobody-waits-woo_1"),
            "{}",
            poison.kind
        );
        let reviews = bench.desk.reviews.list(ReviewState::Open, 10).await.unwrap();
        assert_eq!(reviews.len(), 2, "{}: {reviews:?}", poison.kind);
        for_a_person(&reviews, &poison.kind);
    }
}
