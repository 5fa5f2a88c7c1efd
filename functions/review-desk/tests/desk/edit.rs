//! Orders that a person corrects.

use crate::bench::{Bench, bench, content, order, stopped};
use domain::{
    event::EventId,
    failure::{Failure, FailureName},
    order::{Order, Payment},
};
use effects::{EffectKind, Settled};
use jiff::SignedDuration;
use runtime::{stores::OrderItem, workflow::RunState};
use serde_json::{Value, json};

/// An order that Odoo does not take because of its article, and the review of it.
async fn parked(bench: &Bench) -> String {
    bench.running().await;
    let review = bench.invoke(stopped(Some("T1"), "Refused", "")).await.unwrap()["review"].clone();
    review.as_str().unwrap().to_owned()
}

fn corrected(change: impl FnOnce(&mut Order)) -> Order {
    let mut order = content();
    change(&mut order);
    order
}

fn other_article() -> Order {
    corrected(|o| o.lines[0].sku = "MUG-2".to_owned())
}

fn edit(review: &str, corrects: &str, order: &Order) -> Value {
    json!({"action": "edit", "review": review, "corrects": corrects, "order": order, "by": "arn:aws:iam::1:user/jane",
           "reason": "sold under a new number"})
}

fn first() -> String {
    EventId::of_order(&content()).to_string()
}

/// The version the waiting run was told to go on with.
async fn goes_on_with(bench: &Bench, review: &str) -> String {
    bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    let (_, answer) = bench.workflow.seen().answers[0].clone();
    answer.unwrap()["version"].as_str().unwrap().to_owned()
}

async fn written(bench: &Bench, version: &str) -> Order {
    bench.desk.payloads.content(&order(), version).await.unwrap()
}

fn conflict(failure: &Failure) -> (FailureName, Option<&str>) {
    (failure.name, failure.field.as_deref())
}

#[tokio::test]
async fn a_corrected_order_is_a_version_of_its_own_and_the_run_goes_on_with_it() {
    let bench = bench();
    let review = parked(&bench).await;
    let answer = bench
        .invoke(edit(&review, &first(), &other_article()))
        .await
        .unwrap();
    assert_eq!(answer["fields"], json!(["lines[0].sku"]));
    let version = answer["version"].as_str().unwrap();
    assert!(version.starts_with(&format!("{}-edit-", first())), "{version}");
    assert_eq!(
        written(&bench, &first()).await,
        content(),
        "what came stays as it came"
    );
    assert_eq!(written(&bench, version).await, other_article());
    let item = bench.item().await;
    assert_eq!(
        item.accepted_lines[0].sku, "MUG-2",
        "the stock is asked for what is really sold"
    );
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    let kept = &shown["edits"][0];
    assert_eq!(
        (&kept["by"], &kept["reason"], &kept["corrects"], &kept["version"]),
        (
            &json!("arn:aws:iam::1:user/jane"),
            &json!("sold under a new number"),
            &json!(first()),
            &json!(version)
        )
    );
    assert_eq!(shown["input_at"]["item"], format!("content/woo/1001/{version}"));
    assert!(!kept.to_string().contains("MUG"), "{kept}");
    assert_eq!(goes_on_with(&bench, &review).await, version);
}

#[tokio::test]
async fn the_same_correction_twice_is_one_and_the_next_is_made_of_it() {
    let bench = bench();
    let review = parked(&bench).await;
    let correction = edit(&review, &first(), &other_article());
    let version = bench.invoke(correction.clone()).await.unwrap()["version"].clone();
    assert_eq!(bench.invoke(correction).await.unwrap()["version"], version);
    let third = corrected(|o| o.lines[0].sku = "MUG-3".to_owned());
    let stale = bench.invoke(edit(&review, &first(), &third)).await.unwrap_err();
    assert_eq!(
        stale.name,
        FailureName::Conflict,
        "it was made of what is not there any more"
    );
    let next = edit(&review, version.as_str().unwrap(), &third);
    let next = bench.invoke(next).await.unwrap()["version"].clone();
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    assert_eq!(shown["edits"].as_array().unwrap().len(), 2);
    assert_eq!(goes_on_with(&bench, &review).await, next.as_str().unwrap());
}

#[tokio::test]
async fn an_amount_that_is_not_the_customers_is_a_conflict_and_changes_nothing() {
    let bench = bench();
    let review = parked(&bench).await;
    let dearer = corrected(|o| (o.lines[0].net_minor, o.total_minor) = (200, 200));
    let refused = bench.invoke(edit(&review, &first(), &dearer)).await.unwrap_err();
    assert_eq!(conflict(&refused), (FailureName::Conflict, Some("total_minor")));
    // The shop has changed the total after the money was reserved, and somebody corrects that version.
    let reserved = json!({"transaction": "TRN_1", "amount_minor": 100, "currency": "USD", "state": "authorized",
                          "brand": "VISA", "owned": true});
    bench
        .settled(EffectKind::Authorize, Settled::Applied(reserved))
        .await;
    let mut newer = dearer.clone();
    newer.modified_at += SignedDuration::from_secs(60);
    bench.shop_sends(&newer).await;
    let mut correction = newer.clone();
    correction.lines[0].sku = "MUG-2".to_owned();
    let of = EventId::of_order(&newer).to_string();
    let refused = bench.invoke(edit(&review, &of, &correction)).await.unwrap_err();
    assert_eq!(conflict(&refused), (FailureName::Conflict, Some("total_minor")));
    assert!(refused.what.contains("authorized for 1.00 USD"), "{refused}");
    assert_eq!(bench.item().await.edited, None);
}

#[tokio::test]
async fn what_is_in_odoo_or_may_be_is_not_corrected_behind_its_back() {
    for (how, told) in [
        (Settled::Applied(json!({})), "in Odoo already"),
        (Settled::Unknown, "not known"),
        (Settled::Cancelled, "let go"),
    ] {
        let bench = bench();
        let review = parked(&bench).await;
        bench.settled(EffectKind::WriteOrder, how).await;
        let refused = bench
            .invoke(edit(&review, &first(), &other_article()))
            .await
            .unwrap_err();
        assert_eq!(refused.name, FailureName::Refused);
        assert!(refused.what.contains(told), "{refused}");
    }
    let bench = bench();
    let review = parked(&bench).await;
    bench
        .settled(EffectKind::WriteOrder, Settled::Refused(json!({})))
        .await;
    bench
        .invoke(edit(&review, &first(), &other_article()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_correction_that_cannot_be_used_is_refused_and_not_quoted() {
    let bench = bench();
    let review = parked(&bench).await;
    let mut with_card = json!(other_article());
    with_card["note"] = json!("card 4111 1111 1111 1111");
    let mut unreadable = json!(other_article());
    unreadable["lines"][0]["quantity"] = json!("Jane Doe");
    for order in [with_card, unreadable, json!("Jane Doe"), json!(null)] {
        let mut correction = edit(&review, &first(), &content());
        correction["order"] = order;
        let refused = bench.invoke(correction).await.unwrap_err();
        assert_eq!(refused.name, FailureName::Refused);
        assert!(
            !refused.to_string().contains("Jane") && !refused.to_string().contains("4111"),
            "{refused}"
        );
    }
    for unsigned in [
        json!({"by": null}),
        json!({"by": "Jane Doe"}),
        json!({"reason": null}),
        json!({"reason": "\n"}),
    ] {
        let mut correction = edit(&review, &first(), &other_article());
        for (name, value) in unsigned.as_object().unwrap() {
            correction[name] = value.clone();
        }
        assert_eq!(
            bench.invoke(correction).await.unwrap_err().name,
            FailureName::Refused,
            "{unsigned}"
        );
    }
    assert_eq!(bench.item().await.edited, None);
}

#[tokio::test]
async fn a_correction_stands_while_the_shop_says_the_same_and_takes_its_payment() {
    let bench = bench();
    let review = parked(&bench).await;
    bench
        .invoke(edit(&review, &first(), &other_article()))
        .await
        .unwrap();
    let mut newer = content();
    newer.modified_at += SignedDuration::from_secs(60);
    newer.payment = Payment::Token {
        tender: "card".to_owned(),
        token: "PMT_2".to_owned(),
    };
    bench.shop_sends(&newer).await;
    let version = goes_on_with(&bench, &review).await;
    let order = written(&bench, &version).await;
    assert_eq!(
        (order.lines[0].sku.as_str(), &order.payment),
        ("MUG-2", &newer.payment)
    );
    assert_eq!(order.modified_at, newer.modified_at);
}

#[tokio::test]
async fn a_shop_that_changes_the_goods_has_the_word() {
    let bench = bench();
    let review = parked(&bench).await;
    bench
        .invoke(edit(&review, &first(), &other_article()))
        .await
        .unwrap();
    let mut newer = corrected(|o| o.lines[0].sku = "MUG-3".to_owned());
    newer.modified_at += SignedDuration::from_secs(60);
    bench.shop_sends(&newer).await;
    assert_eq!(
        goes_on_with(&bench, &review).await,
        EventId::of_order(&newer).as_str()
    );
}

#[tokio::test]
async fn a_failed_run_is_started_again_with_the_corrected_order() {
    let bench = bench();
    let item = bench.running().await;
    bench.workflow.seen().redrivable = true;
    bench.execution_ends("woo_1001-1");
    let input = serde_json::to_string(&item.run()).unwrap();
    let ended =
        json!({"source": "aws.states", "detail": {"name": "woo_1001-1", "status": "FAILED", "input": input}});
    let review = bench.invoke(ended).await.unwrap()["review"]
        .as_str()
        .unwrap()
        .to_owned();
    let version = bench
        .invoke(edit(&review, &first(), &other_article()))
        .await
        .unwrap()["version"]
        .clone();
    bench
        .invoke(json!({"action": "redrive", "review": review}))
        .await
        .unwrap();
    let (input, _) = bench.workflow.seen().runs["woo_1001-1-r1"].clone();
    assert_eq!((&input["version"], &input["generation"]), (&version, &json!(1)));
}

#[tokio::test]
async fn a_failed_run_goes_on_where_it_failed_when_the_service_can_do_that() {
    let bench = bench();
    let item = bench.running().await;
    bench.workflow.seen().redrivable = true;
    bench.execution_ends("woo_1001-1");
    let input = serde_json::to_string(&item.run()).unwrap();
    let ended =
        json!({"source": "aws.states", "detail": {"name": "woo_1001-1", "status": "FAILED", "input": input}});
    let review = bench.invoke(ended).await.unwrap()["review"].clone();
    let answer = bench
        .invoke(json!({"action": "redrive", "review": review, "by": "jane"}))
        .await
        .unwrap();
    assert_eq!(answer["redriven"], "the run goes on where it failed");
    let runs = bench.workflow.seen().runs.clone();
    assert_eq!((runs.len(), runs["woo_1001-1"].1), (1, RunState::Running));
    let after: OrderItem = bench.item().await;
    assert_eq!((after.redrives, after.execution()), (0, item.execution()));
    let shown = bench
        .invoke(json!({"action": "show", "review": review}))
        .await
        .unwrap();
    assert_eq!(shown["decided_by"], "jane");
}
