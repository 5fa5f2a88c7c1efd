use crate::{
    bench::{Bench, token, usd},
    gateway::Fault,
};
use domain::failure::FailureName;
use effects::{EffectKind, State};
use heartland::gp_api::Status;
use serde_json::json;

#[tokio::test]
async fn a_reservation_is_reversed_once() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    for _ in 0..3 {
        assert_eq!(
            bench.step("void", json!({"reason": "rejected"})).await.unwrap(),
            json!({"state": "voided"})
        );
    }
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
    assert_eq!(bench.state(EffectKind::Authorize).await, Some(State::Cancelled));
    assert_eq!(bench.state(EffectKind::Capture).await, Some(State::Cancelled));
}

#[tokio::test]
async fn an_unsettled_capture_is_reversed_and_a_settled_one_refunded() {
    for (status, effect, state) in [
        (Status::Captured, "reverse TRN_1", "voided"),
        (Status::Batched, "refund TRN_1 19.99 USD", "refunded"),
        (Status::Funded, "refund TRN_1 19.99 USD", "refunded"),
    ] {
        let bench = Bench::new(token()).await;
        let payment = bench.authorized().await;
        bench.step("capture", json!({"payment": payment})).await.unwrap();
        bench.gateway.set_status("TRN_1", status);
        for _ in 0..2 {
            assert_eq!(
                bench.step("void", json!({})).await.unwrap(),
                json!({"state": state})
            );
        }
        assert_eq!(bench.gateway.effects().len(), 3);
        assert_eq!(bench.gateway.effects()[2], effect);
    }
}

#[tokio::test]
async fn a_payment_that_is_not_ours_is_kept() {
    let bench = Bench::new(json!({"state": "captured", "tender": "card", "transaction": "TRN_P"})).await;
    bench
        .gateway
        .add("TRN_P", Status::Captured, usd(1999), Some("1001"));
    bench.authorized().await;
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "kept"})
    );
    bench.gateway.set_status("TRN_P", Status::Reversed);
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "nothing"})
    );
    assert!(bench.gateway.effects().is_empty());
}

#[tokio::test]
async fn nothing_to_let_go_still_closes_the_authorization() {
    let bench = Bench::new(token()).await;
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "nothing"})
    );
    let late = bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(late.name, FailureName::Cancelled);
    assert!(bench.gateway.effects().is_empty());
}

#[tokio::test]
async fn an_authorization_nobody_knows_about_is_found_before_it_is_let_go() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::AnswerLost);
    bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "voided"})
    );
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
}

#[tokio::test]
async fn not_found_proves_nothing_before_the_quiet_period_is_over() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::RequestLost);
    bench.step("authorize", json!({})).await.unwrap_err();
    let failure = bench.step("void", json!({})).await.unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    bench.clock.advance_ms(61_000);
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "nothing"})
    );
}

#[tokio::test]
async fn a_lost_reversal_is_looked_up() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    bench.gateway.fault(Fault::AnswerLost);
    assert_eq!(
        bench.step("void", json!({})).await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "voided"})
    );
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn a_lost_refund_is_not_paid_out_twice() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.step("capture", json!({"payment": payment})).await.unwrap();
    bench.gateway.set_status("TRN_1", Status::Funded);
    bench.gateway.fault(Fault::AnswerLost);
    assert_eq!(
        bench.step("void", json!({})).await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "refunded"})
    );
    let refunds = bench
        .gateway
        .effects()
        .iter()
        .filter(|e| e.starts_with("refund"))
        .count();
    assert_eq!(refunds, 1);
}

#[tokio::test]
async fn what_was_reserved_against_the_answer_is_let_go_too() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(2500));
    let failure = bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert_eq!(
        bench.step("void", json!({})).await.unwrap(),
        json!({"state": "voided"})
    );
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
}
