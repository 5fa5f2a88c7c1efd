//! A run of an order whose earlier run was given up.

use crate::{
    bench::{Bench, name, order, plugins, token, usd},
    gateway::Fault,
};
use domain::failure::{Failure, FailureName};
use effects::{ClaimRequest, Claimed, EffectId, EffectKind, Facts, OwnerId, Timing};
use heartland::gp_api::Status;
use serde_json::{Value, json};

/// The next run of the order.
async fn next_run(bench: &Bench) -> Result<Value, Failure> {
    bench.step("authorize", json!({"generation": 2})).await
}

/// An order whose payment has settled.
async fn settled() -> Bench {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.step("capture", json!({"payment": payment})).await.unwrap();
    bench.gateway.set_status("TRN_1", Status::Funded);
    bench
}

#[tokio::test]
async fn nothing_is_reserved_while_a_run_that_was_given_up_holds_money() {
    let bench = Bench::new(token()).await;
    bench.step("authorize", json!({})).await.unwrap();
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("TRN_1"), "{}", failure.what);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
    // Somebody reverses it in the gateway's portal.
    bench.gateway.set_status("TRN_1", Status::Reversed);
    next_run(&bench).await.unwrap();
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"; 2]);
}

#[tokio::test]
async fn an_answer_that_was_lost_before_a_run_was_given_up_is_looked_for() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::AnswerLost);
    bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(name(next_run(&bench).await), FailureName::Conflict);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn a_run_that_was_declined_or_has_let_go_is_no_reason_to_ask_the_gateway() {
    let refused = async |fault| {
        let bench = Bench::new(token()).await;
        bench.gateway.fault(fault);
        bench.step("authorize", json!({})).await.unwrap_err();
        bench
    };
    let (declined, expired) = (refused(Fault::Declined).await, refused(Fault::TokenExpired).await);
    let refunded = settled().await;
    refunded.step("void", json!({})).await.unwrap();
    let let_go = Bench::new(token()).await;
    let_go.step("authorize", json!({})).await.unwrap();
    let_go.step("void", json!({})).await.unwrap();
    for bench in [declined, expired, refunded, let_go] {
        bench.gateway.state().reads_fail = true;
        next_run(&bench).await.unwrap();
    }
}

#[tokio::test]
async fn a_payment_that_could_not_be_let_go_is_looked_for() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    bench.gateway.fault(Fault::Refused);
    bench.step("void", json!({})).await.unwrap_err();
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("TRN_1"), "{}", failure.what);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn more_than_was_asked_for_is_looked_for() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(2500));
    bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(name(next_run(&bench).await), FailureName::Conflict);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn a_redrive_says_nothing_of_the_payment_before_it() {
    // Nothing of it was sent.
    let unsent = Bench::new(token()).await;
    unsent.gateway.fault(Fault::Partial(2500));
    unsent.step("authorize", json!({})).await.unwrap_err();
    unsent.gateway.state().reads_fail = true;
    let redrive = json!({"redrive": true});
    unsent.step("authorize", redrive.clone()).await.unwrap_err();
    unsent.gateway.state().reads_fail = false;
    assert_eq!(name(next_run(&unsent).await), FailureName::Conflict);
    // It was declined, while the gateway's list did not have the first one yet.
    let declined = Bench::new(token()).await;
    declined.gateway.fault(Fault::Partial(2500));
    declined.step("authorize", json!({})).await.unwrap_err();
    declined.gateway.set_reference("TRN_1", None);
    declined.gateway.fault(Fault::Declined);
    let failure = declined.step("authorize", redrive).await.unwrap_err();
    assert_eq!(failure.name, FailureName::PaymentDeclined);
    declined.gateway.set_reference("TRN_1", Some("woo-1001-1"));
    assert_eq!(name(next_run(&declined).await), FailureName::Conflict);
    for bench in [unsent, declined] {
        assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
    }
}

#[tokio::test]
async fn a_redrive_sends_nothing_beside_what_may_become_a_payment() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(2500));
    bench.step("authorize", json!({})).await.unwrap_err();
    bench.gateway.set_status("TRN_1", Status::Pending);
    let failure = bench
        .step("authorize", json!({"redrive": true}))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn every_earlier_run_counts() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    let third = async || bench.step("authorize", json!({"generation": 3})).await;
    bench.gateway.set_status("TRN_1", Status::Reversed);
    next_run(&bench).await.unwrap();
    let failure = third().await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("TRN_2"), "{}", failure.what);
    bench.gateway.set_status("TRN_2", Status::Reversed);
    third().await.unwrap();
}

#[tokio::test]
async fn a_payment_that_a_person_has_refunded_holds_nothing() {
    let bench = settled().await;
    bench.gateway.refunded_by_hand("TRN_1", usd(1000));
    assert_eq!(name(next_run(&bench).await), FailureName::Conflict);
    bench.gateway.refunded_by_hand("TRN_1", usd(999));
    next_run(&bench).await.unwrap();
}

#[tokio::test]
async fn a_refund_under_way_is_waited_for() {
    let bench = settled().await;
    let refund = bench.gateway.refunded_by_hand("TRN_1", usd(1999));
    bench.gateway.set_status(&refund, Status::Pending);
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    assert!(failure.what.contains(&refund), "{}", failure.what);
    bench.gateway.set_status(&refund, Status::Declined);
    assert_eq!(name(next_run(&bench).await), FailureName::Conflict);
}

#[tokio::test]
async fn a_refund_of_ours_whose_end_is_unknown_is_waited_for() {
    let bench = settled().await;
    bench.gateway.fault(Fault::RequestLost);
    bench.step("void", json!({})).await.unwrap_err();
    assert_eq!(name(next_run(&bench).await), FailureName::OutcomeUnknown);
    // It never arrived: a person has to look.
    bench.clock.advance_ms(61_000);
    assert_eq!(name(next_run(&bench).await), FailureName::Conflict);
    bench.gateway.refunded_by_hand("TRN_1", usd(1999));
    next_run(&bench).await.unwrap();
}

#[tokio::test]
async fn what_will_become_of_an_earlier_payment_is_waited_for_or_looked_at_by_a_person() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    for (status, expected) in [
        (Status::Pending, FailureName::OutcomeUnknown),
        (Status::Initiated, FailureName::OutcomeUnknown),
        (Status::ForReview, FailureName::Conflict),
        (Status::Unknown("HALF_WAY".into()), FailureName::Conflict),
    ] {
        bench.gateway.set_status("TRN_1", status.clone());
        assert_eq!(name(next_run(&bench).await), expected, "{status}");
    }
    bench.gateway.set_status("TRN_1", Status::Failed);
    next_run(&bench).await.unwrap();
}

#[tokio::test]
async fn an_authorization_that_is_being_sent_is_waited_for_and_one_that_was_not_is_closed() {
    let bench = Bench::new(token()).await;
    let claim = ClaimRequest {
        effect: EffectId::new(EffectKind::Authorize, "woo/1001/1"),
        owner: OwnerId::new("another invocation"),
        facts: Facts::new(1),
        timing: Timing {
            work_ms: 50_000,
            quiet_ms: 60_000,
            window_ms: 3_600_000,
            keep_s: 3_600,
        },
        redrive: false,
    };
    let claimed = bench.payments.ledger.claim(&claim).await.unwrap();
    assert!(matches!(claimed, Claimed::Fresh(_)), "{claimed:?}");
    assert_eq!(name(next_run(&bench).await), FailureName::InProgress);
    bench.clock.advance_ms(120_000);
    next_run(&bench).await.unwrap();
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::Cancelled
    );
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn an_earlier_run_that_never_came_to_reserve_does_not_do_so_any_later() {
    let bench = Bench::new(token()).await;
    next_run(&bench).await.unwrap();
    assert_eq!(
        name(bench.step("authorize", json!({})).await),
        FailureName::Cancelled
    );
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}

#[tokio::test]
async fn what_a_run_came_to_does_not_wait_for_the_earlier_ones() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    bench.gateway.set_status("TRN_1", Status::Reversed);
    let answer = next_run(&bench).await.unwrap();
    bench.gateway.state().reads_fail = true;
    assert_eq!(next_run(&bench).await.unwrap(), answer);
}

#[tokio::test]
async fn nothing_found_proves_nothing_before_the_quiet_period_is_over() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::RequestLost);
    bench.step("authorize", json!({})).await.unwrap_err();
    assert_eq!(name(next_run(&bench).await), FailureName::OutcomeUnknown);
    bench.clock.advance_ms(61_000);
    next_run(&bench).await.unwrap();
}

#[tokio::test]
async fn a_payment_the_ledger_knows_is_asked_for_by_its_id() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    // The search does not show it.
    bench.gateway.set_reference("TRN_1", None);
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("has not let"), "{}", failure.what);
    // With the credentials of another account it is not there at all.
    let there = bench.gateway.state().transactions.remove("TRN_1").unwrap();
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("does not know"), "{}", failure.what);
    bench
        .gateway
        .state()
        .transactions
        .insert("TRN_1".to_owned(), there);
    bench.gateway.set_status("TRN_1", Status::Reversed);
    next_run(&bench).await.unwrap();
}

/// The version of the order that names a payment of the plugin.
const BY_PLUGIN: &str = "woo_1001_1795446100";

/// The plugin takes a payment, and the order names it.
async fn names_a_payment_of_the_plugin(bench: &Bench) {
    bench
        .put(&order("woo/1001", 1999, plugins("captured")), BY_PLUGIN)
        .await;
    bench
        .gateway
        .add("TRN_P", Status::Captured, usd(1999), Some("1001"));
}

#[tokio::test]
async fn a_plugins_payment_is_not_taken_for_an_order_that_an_earlier_run_holds_money_for() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    names_a_payment_of_the_plugin(&bench).await;
    let next = json!({"generation": 2, "version": BY_PLUGIN});
    assert_eq!(
        name(bench.step("authorize", next.clone()).await),
        FailureName::Conflict
    );
    bench.gateway.set_status("TRN_1", Status::Reversed);
    bench.step("authorize", next).await.unwrap();
}

/// A run that began by token, came to this, and whose order names a payment of the plugin by now.
async fn by_token_and_then_by_plugin(fault: Fault) -> Bench {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(fault);
    bench.step("authorize", json!({})).await.unwrap_err();
    names_a_payment_of_the_plugin(&bench).await;
    bench
}

#[tokio::test]
async fn a_plugins_payment_is_not_taken_beside_what_its_own_run_has_reserved() {
    let bench = by_token_and_then_by_plugin(Fault::Partial(2500)).await;
    let redrive = json!({"version": BY_PLUGIN, "redrive": true});
    let failure = bench.step("authorize", redrive.clone()).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
    assert!(failure.what.contains("this run"), "{}", failure.what);
    bench.gateway.set_status("TRN_1", Status::Reversed);
    bench.clock.advance_ms(61_000);
    let payment = bench.step("authorize", redrive).await.unwrap();
    assert_eq!(payment["transaction"], "TRN_P");
    let captured = bench
        .step("capture", json!({"version": BY_PLUGIN, "payment": payment}))
        .await
        .unwrap();
    assert_eq!(captured["transaction"], "TRN_P");
}

#[tokio::test]
async fn an_order_that_the_plugin_was_paid_for_may_return_to_a_token() {
    let bench = by_token_and_then_by_plugin(Fault::Refused).await;
    bench.clock.advance_ms(61_000);
    let redrive = json!({"version": BY_PLUGIN, "redrive": true});
    bench.step("authorize", redrive).await.unwrap();
    let payment = bench.step("authorize", json!({"redrive": true})).await.unwrap();
    assert_eq!(payment["owned"], true);
}

#[tokio::test]
async fn a_part_that_a_person_reversed_is_not_what_is_captured() {
    let bench = Bench::new(token()).await;
    bench.gateway.fault(Fault::Partial(500));
    bench.gateway.fault(Fault::Refused);
    bench.step("authorize", json!({})).await.unwrap_err();
    names_a_payment_of_the_plugin(&bench).await;
    let redrive = json!({"version": BY_PLUGIN, "redrive": true});
    assert_eq!(
        name(bench.step("authorize", redrive.clone()).await),
        FailureName::Conflict
    );
    bench.gateway.set_status("TRN_1", Status::Reversed);
    let payment = bench.step("authorize", redrive).await.unwrap();
    let captured = bench
        .step("capture", json!({"version": BY_PLUGIN, "payment": payment}))
        .await
        .unwrap();
    assert_eq!(captured["transaction"], "TRN_P");
}

#[tokio::test]
async fn a_run_that_is_dropped_lets_its_own_payment_go_whatever_the_order_names() {
    let bench = by_token_and_then_by_plugin(Fault::Partial(2500)).await;
    let dropped = json!({"version": BY_PLUGIN});
    let released = bench.step("void", dropped.clone()).await.unwrap();
    assert_eq!(released, json!({"state": "voided"}));
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
    // The plugin's is not taken for ours, although it carries our reference.
    let other = by_token_and_then_by_plugin(Fault::Refused).await;
    other.gateway.set_reference("TRN_P", Some("woo-1001-1"));
    assert_eq!(
        other.step("void", dropped).await.unwrap(),
        json!({"state": "kept"})
    );
    assert!(other.gateway.effects().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_when_looking_back_has_taken_too_long() {
    let bench = Bench::new(token()).await;
    bench.authorized().await;
    bench.gateway.set_status("TRN_1", Status::Reversed);
    let clock = bench.clock.clone();
    bench.gateway.state().while_searching = Some(Box::new(move || clock.advance_ms(16_000)));
    let failure = next_run(&bench).await.unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert!(failure.what.contains("too little time"), "{}", failure.what);
    assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
}
