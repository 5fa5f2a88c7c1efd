use crate::{
    bench::{Bench, VERSION, name, order, plugins, token, usd},
    gateway::Fault,
};
use domain::failure::FailureName;
use effects::{EffectKind, State};
use heartland::gp_api::Status;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn the_orders_amount_is_reserved_under_the_orders_reference() {
    let bench = Bench::new(token()).await;
    let answer = bench.step("authorize", json!({})).await.unwrap();
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
    assert_eq!(answer["transaction"], "TRN_1");
    assert_eq!(
        (&answer["state"], &answer["owned"], &answer["amount_minor"]),
        (&json!("authorized"), &json!(true), &json!(1999))
    );
    let kept = bench.gateway.state().transactions["TRN_1"].clone();
    assert_eq!(kept.reference.as_deref(), Some("woo-1001-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_reserve_once() {
    let bench = Arc::new(Bench::new(token()).await);
    let all: Vec<_> = (0..20)
        .map(|_| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.step("authorize", json!({})).await })
        })
        .collect();
    let mut transactions = Vec::new();
    for one in all {
        match one.await.unwrap() {
            Ok(answer) => transactions.push(answer["transaction"].clone()),
            Err(failure) => assert_eq!(failure.name, FailureName::InProgress),
        }
    }
    assert_eq!(bench.gateway.effects().len(), 1);
    assert!(!transactions.is_empty() && transactions.iter().all(|t| t == "TRN_1"));
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::AnswerLost);
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::OutcomeUnknown
    );
    let answer = bench.step("authorize", json!({})).await.unwrap();
    assert_eq!(answer["transaction"], "TRN_1");
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn a_lost_request_is_sent_again_under_the_same_key_only_after_the_quiet_period() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::RequestLost);
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::OutcomeUnknown
    );
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::OutcomeUnknown
    );
    assert!(bench.gateway.effects().is_empty());
    bench.clock.advance_ms(61_000);
    bench.gateway.fault(Fault::AnswerLost);
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::OutcomeUnknown
    );
    bench.step("authorize", json!({})).await.unwrap();
    assert_eq!(bench.gateway.effects().len(), 1);
}

#[tokio::test]
async fn after_the_window_it_is_only_looked_up() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::RequestLost);
    assert!(bench.step("authorize", json!({})).await.is_err());
    bench.clock.advance_ms(21 * 3_600_000);
    let failure = bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    assert!(bench.gateway.effects().is_empty());
}

#[tokio::test]
async fn names_of_failures_reach_the_state_machine() {
    let faults = [
        (Fault::NotReached, FailureName::SystemUnavailable, State::Intended),
        (Fault::Declined, FailureName::PaymentDeclined, State::Refused),
        (
            Fault::TokenExpired,
            FailureName::PaymentTokenExpired,
            State::Refused,
        ),
        (
            Fault::WrongCredentials,
            FailureName::Misconfigured,
            State::Intended,
        ),
    ];
    for (fault, expected, state) in faults {
        let bench = Bench::new(token()).await;
        bench.gateway.fault(fault);
        assert_eq!(name(bench.step("authorize", json!({})).await), expected);
        assert_eq!(bench.state(EffectKind::Authorize).await, Some(state), "{fault:?}");
    }
}

#[tokio::test]
async fn a_decline_stays_a_decline_until_a_person_redrives() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Declined);
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::PaymentDeclined
    );
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::PaymentDeclined
    );
    assert!(bench.gateway.effects().is_empty());
    bench.step("authorize", json!({"redrive": true})).await.unwrap();
    assert_eq!(bench.gateway.effects().len(), 1);
}

#[tokio::test]
async fn an_approval_of_less_is_reversed_and_counts_as_declined() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(1000));
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::PaymentDeclined
    );
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::PaymentDeclined
    );
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn the_same_run_with_another_amount_is_a_conflict() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    bench
        .put(&order("woo/1001", 2999, token()), "woo_1001_1795446001")
        .await;
    let failure = bench
        .step("authorize", json!({"version": "woo_1001_1795446001"}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("amount") && !failure.to_string().contains("2999"));
    assert_eq!(bench.gateway.effects().len(), 1);
}

#[tokio::test]
async fn what_the_shops_plugin_took_is_verified_and_not_charged_again() {
    for (state, status) in [
        ("authorized", Status::Preauthorized),
        ("captured", Status::Funded),
    ] {
        let bench = Bench::new(plugins(state)).await;
        bench.gateway.add("TRN_P", status, usd(1999), Some("1001"));
        let answer = bench.step("authorize", json!({})).await.unwrap();
        assert_eq!(
            (&answer["owned"], &answer["state"]),
            (&json!(false), &json!(state))
        );
        assert!(bench.gateway.effects().is_empty());
    }
}

#[tokio::test]
async fn a_plugins_payment_that_is_not_this_orders_is_a_conflict() {
    let eur = domain::money::Money::new(1999, "EUR".parse().unwrap());
    let cases = [
        (Status::Captured, usd(1998), Some("1001")),
        (Status::Captured, eur, Some("1001")),
        (Status::Preauthorized, usd(1999), Some("1001")),
        (Status::Captured, usd(1999), Some("1002")),
        (Status::Captured, usd(1999), Some("woo-1002-1")),
    ];
    for (status, amount, reference) in cases {
        let bench = Bench::new(plugins("captured")).await;
        bench.gateway.add("TRN_P", status.clone(), amount, reference);
        let failure = name(bench.step("authorize", json!({})).await);
        assert_eq!(failure, FailureName::Conflict, "{status} {amount} {reference:?}");
    }
    let unknown = Bench::new(plugins("captured")).await;
    assert_eq!(
        name(unknown.step("authorize", json!({})).await),
        FailureName::Conflict
    );
}

#[tokio::test]
async fn one_transaction_never_pays_two_orders() {
    let bench = Bench::new(plugins("captured")).await;
    bench
        .put(&order("woo/1002", 1999, plugins("captured")), VERSION)
        .await;
    bench.gateway.add("TRN_P", Status::Captured, usd(1999), None);
    bench.step("authorize", json!({})).await.unwrap();
    bench.step("authorize", json!({})).await.unwrap();
    let failure = bench
        .step_of("woo/1002", "authorize", json!({}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("woo/1001"));
}

#[tokio::test]
async fn a_payment_of_ours_cannot_be_passed_off_as_a_plugins() {
    let bench = Bench::new(token()).await;
    let ours = bench.authorized().await.transaction;
    let stolen = json!({"state": "authorized", "tender": "card", "transaction": ours});
    bench.put(&order("woo/1002", 1999, stolen), VERSION).await;
    assert_eq!(
        name(bench.step_of("woo/1002", "authorize", json!({})).await),
        FailureName::Conflict
    );
}

#[tokio::test]
async fn a_redrive_reserves_nothing_beside_what_is_reserved() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(2500));
    let failure = bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    let failure = bench
        .step("authorize", json!({"redrive": true}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);

    // A person has released it at the gateway: now there is room for another.
    bench.gateway.set_status("TRN_1", Status::Reversed);
    bench.step("authorize", json!({"redrive": true})).await.unwrap();
    assert_eq!(
        bench.gateway.effects(),
        ["authorize 19.99 USD", "authorize 19.99 USD"]
    );
}

#[tokio::test]
async fn a_redrive_sends_nothing_while_the_gateway_cannot_be_asked() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Declined);
    bench.step("authorize", json!({})).await.unwrap_err();
    bench.gateway.state().reads_fail = true;
    let failure = bench
        .step("authorize", json!({"redrive": true}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert!(bench.gateway.effects().is_empty());
    bench.gateway.state().reads_fail = false;
    bench.step("authorize", json!({"redrive": true})).await.unwrap();
}

#[tokio::test]
async fn a_part_that_could_not_be_reversed_is_tried_again_when_it_is_redriven() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(500));
    bench.gateway.fault(Fault::Refused);
    let failure = bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
    let failure = bench
        .step("authorize", json!({"redrive": true}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::PaymentDeclined);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
}
