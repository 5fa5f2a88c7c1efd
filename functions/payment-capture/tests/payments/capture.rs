use crate::{
    bench::{Bench, order, token, usd},
    gateway::Fault,
};
use domain::failure::FailureName;
use effects::{EffectKind, State};
use heartland::gp_api::Status;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn the_reserved_money_is_taken_once() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    for _ in 0..3 {
        let answer = bench.step("capture", json!({"payment": payment})).await.unwrap();
        assert_eq!(
            (&answer["state"], &answer["transaction"]),
            (&json!("captured"), &json!("TRN_1"))
        );
    }
    assert_eq!(
        bench.gateway.effects(),
        ["authorize 19.99 USD", "capture TRN_1 19.99 USD"]
    );
    let keys = bench.gateway.state().keys_seen.clone();
    assert_ne!(
        keys[0], keys[1],
        "an authorization's key is never reused for its capture"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_take_it_once() {
    let bench = Arc::new(Bench::new(token()).await);
    let payment = bench.authorized().await;
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (bench, payment) = (bench.clone(), payment.clone());
            tokio::spawn(async move { bench.step("capture", json!({"payment": payment})).await })
        })
        .collect();
    for one in all {
        if let Err(failure) = one.await.unwrap() {
            assert_eq!(failure.name, FailureName::InProgress);
        }
    }
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn an_authorization_just_seen_is_not_read_again_and_an_older_one_is() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.step("capture", json!({"payment": payment})).await.unwrap();
    assert_eq!(bench.gateway.state().reads, 0);

    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.clock.advance_ms(61_000);
    bench.gateway.set_status("TRN_1", Status::Reversed);
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
    assert_eq!(bench.gateway.state().reads, 1);
    assert_eq!(bench.gateway.effects().len(), 1);
}

#[tokio::test]
async fn a_look_up_that_fails_leaves_nothing_unknown() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.clock.advance_ms(61_000);
    bench.gateway.state().reads_fail = true;
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert_eq!(bench.state(EffectKind::Capture).await, Some(State::Intended));
    bench.gateway.state().reads_fail = false;
    bench.step("capture", json!({"payment": payment})).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.gateway.fault(Fault::AnswerLost);
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    bench.step("capture", json!({"payment": payment})).await.unwrap();
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn the_message_is_not_believed_about_money() {
    let bench = Bench::new(token()).await;
    let mut payment = bench.authorized().await;
    payment.amount_minor = 1;
    payment.transaction = "TRN_9".into();
    bench.step("capture", json!({"payment": payment})).await.unwrap();
    assert_eq!(bench.gateway.effects()[1], "capture TRN_1 19.99 USD");
}

#[tokio::test]
async fn an_order_that_costs_something_else_now_is_not_captured() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.put(&order("woo/1001", 2999, token()), "newer").await;
    let failure = bench
        .step("capture", json!({"payment": payment, "version": "newer"}))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Conflict, Some("amount"))
    );
    assert_eq!(bench.gateway.effects().len(), 1);
}

#[tokio::test]
async fn a_plugins_authorization_is_captured_and_its_capture_is_left_alone() {
    for (state, status, captures) in [
        ("authorized", Status::Preauthorized, 1),
        ("captured", Status::Captured, 0),
    ] {
        let bench = Bench::new(json!({"state": state, "tender": "card", "transaction": "TRN_P"})).await;
        bench.gateway.add("TRN_P", status, usd(1999), Some("1001"));
        let payment = bench.authorized().await;
        let answer = bench.step("capture", json!({"payment": payment})).await.unwrap();
        assert_eq!(
            (&answer["state"], &answer["owned"]),
            (&json!("captured"), &json!(false))
        );
        assert_eq!(bench.gateway.effects().len(), captures);
    }
}

#[tokio::test]
async fn capture_on_delivery_waits_for_the_delivery() {
    let bench = Bench::on_delivery(token()).await;
    let payment = bench.authorized().await;
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::DeliveryPending);
    assert_eq!(bench.gateway.effects().len(), 1);
    bench
        .step("capture", json!({"payment": payment, "delivered": true}))
        .await
        .unwrap();
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn nothing_is_captured_after_the_money_was_let_go() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.step("void", json!({"payment": payment})).await.unwrap();
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Cancelled);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
}

#[tokio::test]
async fn an_authorization_that_is_not_decided_is_waited_for() {
    for status in [Status::ForReview, Status::Pending, Status::Unknown("HELD".into())] {
        let bench = Bench::new(token()).await;
        let payment = bench.authorized().await;
        bench.clock.advance_ms(61_000);
        bench.gateway.set_status("TRN_1", status);
        let failure = bench
            .step("capture", json!({"payment": payment}))
            .await
            .unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        bench.gateway.set_status("TRN_1", Status::Preauthorized);
        bench.step("capture", json!({"payment": payment})).await.unwrap();
        assert_eq!(bench.gateway.effects().len(), 2);
    }
}

#[tokio::test]
async fn an_authorization_the_gateway_does_not_know_is_for_a_person() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.clock.advance_ms(61_000);
    let hidden = bench.gateway.state().transactions.remove("TRN_1").unwrap();
    let failure = bench
        .step("capture", json!({"payment": payment}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    bench
        .gateway
        .state()
        .transactions
        .insert("TRN_1".to_owned(), hidden);
    bench
        .step("capture", json!({"payment": payment, "redrive": true}))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_order_the_shop_has_cancelled_is_not_captured() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    let version = "woo_1001_1795446060";
    let cancelled = order("woo/1001", 1999, json!({"state": "closed"}));
    bench.put(&cancelled, version).await;
    let failure = bench
        .step(
            "capture",
            json!({"payment": payment, "version": version, "redrive": true}),
        )
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}
