//! What an event means for its order.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{authorized, captured, elsewhere, later, merchant, order, token};
use domain::{
    decide::{
        Decision, IgnoreReason, OrderState, OrderView, OurWrite, RecordReason, check_still_wanted, decide,
    },
    event::EventId,
    failure::FailureName,
    order::{Order, Payment},
    outcome::Outcome,
};
use jiff::Timestamp;
use proptest::prelude::*;

fn decided(seen: Option<&OrderView>, order: &Order) -> Decision {
    decide(seen, order, &EventId::of_order(order), merchant())
}

/// What comes of another order under the same modification time: its event has a name of its own.
fn decided_beside(seen: &OrderView, order: &Order) -> Decision {
    let event = format!("{}-2", EventId::of_order(order)).parse().unwrap();
    decide(Some(seen), order, &event, merchant())
}

/// What is remembered after `order` was taken in state `state`.
fn view(state: OrderState, order: &Order) -> OrderView {
    let run = state != OrderState::Recorded;
    OrderView {
        state,
        generation: u32::from(run),
        newest: order.modified_at,
        newest_facts: Some(order.facts()),
        opened_by: run.then(|| EventId::of_order(order)),
        facts: run.then(|| order.facts()),
        edited: None,
        our_writes: Vec::new(),
        let_in: false,
    }
}

/// Our write that made the version of `order`.
fn wrote(order: &Order, outcome: Outcome) -> OurWrite {
    OurWrite {
        version: EventId::of_order(order),
        outcome,
        transaction: (outcome == Outcome::Paid).then(|| "TRN_ours".to_owned()),
    }
}

fn reviewed(decision: &Decision) -> bool {
    matches!(decision, Decision::RecordAndReview(_))
}

#[test]
fn the_first_event_opens_a_run_only_with_an_actionable_payment() {
    for payment in [token("PMT_1"), authorized("TRN_1"), captured("TRN_1")] {
        assert_eq!(
            decided(None, &later(0, |o| o.payment = payment)),
            Decision::Open { generation: 1 }
        );
    }
    let unpaid = later(0, |o| o.payment = Payment::Pending);
    assert_eq!(decided(None, &unpaid), Decision::Record(RecordReason::NotPaid));
    let paypal = later(0, |o| o.payment = elsewhere(Some("paypal")));
    assert_eq!(decided(None, &paypal), Decision::Record(RecordReason::NotPaid));
    let closed = later(0, |o| o.payment = Payment::Closed);
    assert_eq!(decided(None, &closed), Decision::Record(RecordReason::Closed));
}

#[test]
fn a_paid_order_without_a_payment_method_is_asked_about_once() {
    let free = later(0, |o| o.payment = elsewhere(None));
    assert!(reviewed(&decided(None, &free)));
    let old = later(0, |o| {
        o.payment = elsewhere(None);
        o.placed_at = "2025-01-01T00:00:00Z".parse().unwrap();
    });
    assert_eq!(decided(None, &old), Decision::Record(RecordReason::BeforeCutOver));
    let unpaid = later(0, |o| o.payment = Payment::Pending);
    let later_paid = later(5, |o| o.payment = elsewhere(None));
    assert!(reviewed(&decided(
        Some(&view(OrderState::Recorded, &unpaid)),
        &later_paid
    )));
    let seen = view(OrderState::Recorded, &free);
    assert_eq!(
        decided(Some(&seen), &free),
        Decision::Ignore(IgnoreReason::Repeat)
    );
    let noted = later(9, |o| {
        o.payment = elsewhere(None);
        o.note = Some("ring twice".to_owned());
    });
    assert_eq!(
        decided(Some(&seen), &noted),
        Decision::Record(RecordReason::NotPaid)
    );
    let by_card = later(9, |_| ());
    assert_eq!(decided(Some(&seen), &by_card), Decision::Open { generation: 1 });
}

#[test]
fn orders_before_the_cut_over_are_recorded_by_the_merchants_own_date() {
    let at = |placed: &str| later(0, |o| o.placed_at = placed.parse().unwrap());
    // 2026-01-01 begins five hours later in New York than in London.
    let before = decided(None, &at("2026-01-01T04:59:59Z"));
    assert_eq!(before, Decision::Record(RecordReason::BeforeCutOver));
    assert_eq!(
        decided(None, &at("2026-01-01T05:00:00Z")),
        Decision::Open { generation: 1 }
    );
}

#[test]
fn a_pending_order_waits_for_its_paid_event() {
    let unpaid = later(0, |o| o.payment = Payment::Pending);
    let seen = view(OrderState::Recorded, &unpaid);
    assert_eq!(
        decided(Some(&seen), &unpaid),
        Decision::Ignore(IgnoreReason::Repeat)
    );
    assert_eq!(
        decided(Some(&seen), &later(5, |_| ())),
        Decision::Open { generation: 1 }
    );
    // The paid event may have been recorded by a router that died before it opened the run.
    let lost = view(OrderState::Recorded, &order());
    assert_eq!(decided(Some(&lost), &order()), Decision::Open { generation: 1 });
}

#[test]
fn a_repeat_of_the_opening_event_makes_sure_that_the_run_is_there() {
    let seen = view(OrderState::Open, &order());
    assert_eq!(decided(Some(&seen), &order()), Decision::Resume { generation: 1 });
}

#[test]
fn older_events_and_echoes_change_nothing() {
    let newest = later(10, |_| ());
    for state in [
        OrderState::Recorded,
        OrderState::Open,
        OrderState::Completed,
        OrderState::Closed,
    ] {
        let mut seen = view(state, &newest);
        assert_eq!(
            decided(Some(&seen), &order()),
            Decision::Ignore(IgnoreReason::Older),
            "{state:?}"
        );
        let echo = later(20, |o| o.payment = captured("TRN_ours"));
        seen.our_writes.push(wrote(&echo, Outcome::Paid));
        assert_eq!(
            decided(Some(&seen), &echo),
            Decision::Ignore(IgnoreReason::Echo),
            "{state:?}"
        );
    }
}

#[test]
fn a_change_while_the_run_goes_is_recorded_and_asked_about_only_if_it_matters() {
    let seen = view(OrderState::Open, &order());
    let unchanged = Decision::Record(RecordReason::Unchanged);
    assert_eq!(
        decided(Some(&seen), &later(5, |o| o.note = Some("ring twice".to_owned()))),
        unchanged
    );
    assert_eq!(
        decided(Some(&seen), &later(5, |o| o.payment = token("PMT_2"))),
        unchanged
    );
    for change in [
        later(5, |o| o.payment = Payment::Closed),
        later(5, |o| o.payment = captured("TRN_by_the_plugin")),
        later(5, |o| o.payment = elsewhere(Some("paypal"))),
        later(5, |o| o.payment = elsewhere(None)),
        later(5, |o| o.lines[0].sku = "C".to_owned()),
        later(5, |o| o.total_minor += 1),
    ] {
        assert!(reviewed(&decided(Some(&seen), &change)), "{change:?}");
    }
    // The plugin captures what it had authorized: progress, not a second payment.
    let by_plugin = later(0, |o| o.payment = authorized("TRN_1"));
    let seen = view(OrderState::Open, &by_plugin);
    assert_eq!(
        decided(Some(&seen), &later(5, |o| o.payment = captured("TRN_1"))),
        unchanged
    );
    for change in [captured("TRN_2"), authorized("TRN_2"), elsewhere(Some("paypal"))] {
        let other = later(5, |o| o.payment = change);
        assert!(reviewed(&decided(Some(&seen), &other)), "{other:?}");
    }
}

#[test]
fn a_finished_order_looks_paid_and_a_contradiction_is_asked_about() {
    let seen = view(OrderState::Completed, &order());
    // Whoever asks shows a transaction of ours as none: the order as we know it.
    let shipped = later(3600, |o| o.payment = Payment::Pending);
    assert_eq!(
        decided(Some(&seen), &shipped),
        Decision::Record(RecordReason::Unchanged)
    );
    let by_plugin = view(
        OrderState::Completed,
        &later(0, |o| o.payment = authorized("TRN_1")),
    );
    assert_eq!(
        decided(Some(&by_plugin), &later(5, |o| o.payment = captured("TRN_1"))),
        Decision::Record(RecordReason::Unchanged)
    );
    for twice in [captured("TRN_2"), elsewhere(Some("paypal")), elsewhere(None)] {
        let twice = later(3600, |o| o.payment = twice);
        assert!(reviewed(&decided(Some(&seen), &twice)), "{twice:?}");
        assert!(reviewed(&decided(Some(&by_plugin), &twice)), "{twice:?}");
    }
    assert_eq!(
        decided(Some(&seen), &order()),
        Decision::Ignore(IgnoreReason::Repeat)
    );
    assert!(reviewed(&decided(
        Some(&seen),
        &later(3600, |o| o.payment = Payment::Closed)
    )));
    assert!(reviewed(&decided(
        Some(&seen),
        &later(3600, |o| o.lines[0].net_minor += 1)
    )));
}

#[test]
fn after_a_decline_only_another_payment_or_a_corrected_order_opens_the_next_run() {
    let seen = view(OrderState::Closed, &order());
    assert_eq!(
        decided(Some(&seen), &order()),
        Decision::Ignore(IgnoreReason::Repeat)
    );
    let noted = later(5, |o| o.note = Some("sorry".to_owned()));
    assert_eq!(
        decided(Some(&seen), &noted),
        Decision::Record(RecordReason::Unchanged)
    );
    let failed = later(5, |o| o.payment = Payment::Closed);
    assert_eq!(
        decided(Some(&seen), &failed),
        Decision::Record(RecordReason::Closed)
    );
    for next in [
        later(5, |o| o.payment = token("PMT_2")),
        later(5, |o| o.lines[0].sku = "C".to_owned()),
    ] {
        assert_eq!(decided(Some(&seen), &next), Decision::Open { generation: 2 });
        // It came while the run was live and was only recorded then: it is not lost.
        let recorded_meanwhile = OrderView {
            newest: next.modified_at,
            newest_facts: Some(next.facts()),
            ..seen.clone()
        };
        assert_eq!(
            decided(Some(&recorded_meanwhile), &next),
            Decision::Open { generation: 2 }
        );
    }
}

#[test]
fn paying_again_with_the_card_that_came_to_nothing_is_asked_about_and_tried_when_a_person_says_so() {
    let again = later(60, |_| ());
    for (outcome, asked) in [
        (Outcome::Declined, true),
        (Outcome::CaptureRefused, true),
        (Outcome::Cancelled, true),
        (Outcome::Rejected, true),
        (Outcome::TokenExpired, false),
    ] {
        let mut seen = view(OrderState::Closed, &order());
        seen.our_writes.push(wrote(&later(9, |_| ()), outcome));
        let decision = decided(Some(&seen), &again);
        assert_eq!(matches!(decision, Decision::Ask(_)), asked, "{outcome:?}");
        // Made before we told, and late on its way.
        assert_eq!(
            decided(Some(&seen), &later(5, |_| ())),
            Decision::Record(RecordReason::Unchanged)
        );
        seen.let_in = true;
        let opens = decided(Some(&seen), &again) == Decision::Open { generation: 2 };
        assert_eq!(opens, asked, "{outcome:?}");
        // The message that let it in comes once more, after the run it has opened.
        seen.opened_by = Some(EventId::of_order(&again));
        assert_eq!(
            decided(Some(&seen), &again),
            Decision::Record(RecordReason::Unchanged)
        );
    }
}

#[test]
fn of_a_payment_elsewhere_and_a_token_of_one_second_a_person_says_which_one_counts() {
    let paypal = later(0, |o| o.payment = elsewhere(Some("paypal")));
    let seen = view(OrderState::Recorded, &paypal);
    assert!(matches!(decided_beside(&seen, &order()), Decision::Ask(_)));
    let seen = view(OrderState::Open, &order());
    assert!(reviewed(&decided_beside(&seen, &paypal)));
}

#[test]
fn what_is_still_to_be_taken() {
    let wanted = |newest: &Order, plugins: Option<Payment>| {
        check_still_wanted(&newest.facts(), plugins.as_ref()).map_err(|failure| failure.name)
    };
    let with = |payment: Payment| later(5, |o| o.payment = payment);
    for payment in [token("PMT_1"), token("PMT_2"), Payment::Pending] {
        assert_eq!(wanted(&with(payment), None), Ok(()));
    }
    assert_eq!(
        wanted(&with(captured("TRN_1")), Some(authorized("TRN_1"))),
        Ok(()),
        "the plugin took what it had reserved"
    );
    for (payment, plugins) in [
        (Payment::Closed, None),
        (Payment::Closed, Some(authorized("TRN_1"))),
        (captured("TRN_1"), None),
        (elsewhere(Some("paypal")), None),
        (elsewhere(None), Some(authorized("TRN_1"))),
        (captured("TRN_2"), Some(authorized("TRN_1"))),
    ] {
        assert_eq!(wanted(&with(payment), plugins), Err(FailureName::Conflict));
    }
}

const ECHO: Decision = Decision::Ignore(IgnoreReason::Echo);

#[test]
fn an_echo_says_what_we_told_and_anything_else_in_its_version_is_taken_up() {
    let declined = later(0, |o| o.payment = Payment::Closed);
    let mut seen = view(OrderState::Closed, &order());
    seen.our_writes.push(wrote(&declined, Outcome::Declined));
    assert_eq!(decided_beside(&seen, &declined), ECHO);
    for next in [
        later(0, |o| o.payment = token("PMT_2")),
        later(0, |o| o.payment = authorized("TRN_by_the_plugin")),
    ] {
        assert_eq!(
            decided_beside(&seen, &next),
            Decision::Open { generation: 2 },
            "{next:?}"
        );
    }

    let paid = later(0, |o| o.payment = captured("TRN_ours"));
    // The customer had chosen another way to pay and not used it.
    let chosen = |transaction: &str| Payment::Elsewhere {
        method: Some("paypal".to_owned()),
        transaction: Some(transaction.to_owned()),
    };
    for state in [OrderState::Open, OrderState::Completed] {
        let mut seen = view(state, &order());
        seen.our_writes.push(wrote(&paid, Outcome::Paid));
        assert_eq!(decided_beside(&seen, &paid), ECHO);
        let ours = later(0, |o| o.payment = chosen("TRN_ours"));
        assert_eq!(decided_beside(&seen, &ours), ECHO);
        let theirs = later(0, |o| o.payment = chosen("PAYPAL_1"));
        assert!(reviewed(&decided_beside(&seen, &theirs)), "{state:?}");
        for change in [
            later(0, |o| o.payment = Payment::Closed),
            later(0, |o| {
                o.payment = captured("TRN_ours");
                o.total_minor += 1;
            }),
        ] {
            assert!(reviewed(&decided_beside(&seen, &change)), "{state:?} {change:?}");
        }
    }
}

#[test]
fn an_echo_carries_what_is_known_already_and_was_asked_about() {
    let edited = later(5, |o| o.lines[0].net_minor += 1);
    let echo = later(9, |o| {
        *o = Order {
            payment: captured("TRN_ours"),
            modified_at: o.modified_at,
            ..edited.clone()
        };
    });
    let mut seen = OrderView {
        newest: edited.modified_at,
        newest_facts: Some(edited.facts()),
        ..view(OrderState::Completed, &order())
    };
    seen.our_writes.push(wrote(&echo, Outcome::Paid));
    assert_eq!(decided_beside(&seen, &echo), ECHO);
    seen.newest_facts = Some(order().facts());
    assert!(
        reviewed(&decided_beside(&seen, &echo)),
        "nobody was asked about it"
    );
}

#[test]
fn after_paid_was_told_in_the_second_of_declined_a_closed_order_is_somebody_elses() {
    let closed = later(0, |o| o.payment = Payment::Closed);
    let mut seen = view(OrderState::Completed, &order());
    seen.our_writes = vec![wrote(&order(), Outcome::Declined)];
    assert_eq!(
        decided_beside(&seen, &closed),
        Decision::Ignore(IgnoreReason::Echo)
    );
    seen.our_writes.push(wrote(&order(), Outcome::Paid));
    assert!(reviewed(&decided_beside(&seen, &closed)));
}

#[test]
fn of_two_orders_of_one_second_the_paid_one_counts_and_a_contradiction_is_asked_about() {
    let unpaid = later(0, |o| o.payment = Payment::Pending);
    let seen = view(OrderState::Recorded, &unpaid);
    assert_eq!(decided_beside(&seen, &order()), Decision::Open { generation: 1 });
    let seen = view(OrderState::Open, &order());
    assert_eq!(
        decided_beside(&seen, &unpaid),
        Decision::Ignore(IgnoreReason::Older)
    );
    assert!(reviewed(&decided_beside(
        &seen,
        &later(0, |o| o.payment = Payment::Closed)
    )));

    let cancelled = later(0, |o| o.payment = Payment::Closed);
    let dearer = later(0, |o| {
        o.payment = Payment::Pending;
        o.total_minor += 1;
    });
    for before in [cancelled, dearer] {
        let mut seen = view(OrderState::Recorded, &before);
        assert!(
            matches!(decided_beside(&seen, &order()), Decision::Ask(_)),
            "{before:?}"
        );
        // A person has decided that it is this one.
        seen.newest_facts = None;
        assert_eq!(decided_beside(&seen, &order()), Decision::Open { generation: 1 });
    }
}

#[test]
fn a_payment_known_of_in_a_second_is_not_forgotten_for_one_that_was_tried() {
    let next = later(0, |o| o.payment = token("PMT_2"));
    let seen = OrderView {
        newest_facts: Some(next.facts()),
        ..view(OrderState::Open, &order())
    };
    assert_eq!(
        decided_beside(&seen, &order()),
        Decision::Ignore(IgnoreReason::Older)
    );
}

#[test]
fn a_shop_that_says_what_a_person_has_already_corrected_says_nothing_new() {
    let corrected = later(60, |o| o.lines[0].sku = "C".to_owned());
    let something_else = later(60, |o| o.lines[0].sku = "D".to_owned());
    for state in [OrderState::Open, OrderState::Completed] {
        let mut seen = view(state, &order());
        assert!(reviewed(&decided(Some(&seen), &corrected)), "{state:?}");
        seen.edited = Some(corrected.facts());
        let unchanged = Decision::Record(RecordReason::Unchanged);
        assert_eq!(decided(Some(&seen), &corrected), unchanged, "{state:?}");
        assert_eq!(decided(Some(&seen), &later(60, |_| {})), unchanged, "{state:?}");
        assert!(reviewed(&decided(Some(&seen), &something_else)), "{state:?}");
    }
}

fn payment() -> impl Strategy<Value = Payment> {
    prop_oneof![
        Just(Payment::Pending),
        Just(Payment::Closed),
        Just(elsewhere(Some("paypal"))),
        Just(elsewhere(None)),
        "[ab]".prop_map(|t| token(&t)),
        "[ab]".prop_map(|t| captured(&t)),
    ]
}

proptest! {
    /// Whatever comes in whatever order and however often, a payment is tried at most once, and no run opens while
    /// another one is live or after one has been paid.
    #[test]
    fn no_payment_is_tried_twice(events in prop::collection::vec((0..6_i64, payment(), 0..4_u8), 1..30)) {
        let mut item: Option<OrderView> = None;
        let mut tried = Vec::new();
        for (second, payment, then) in events {
            let order = later(second, |o| o.payment = payment);
            let decision = decided(item.as_ref(), &order);
            let newest = item.as_ref().map_or(Timestamp::MIN, |seen| seen.newest).max(order.modified_at);
            let newest_facts = match &item {
                Some(seen) if newest > order.modified_at => seen.newest_facts.clone(),
                _ => Some(order.facts()),
            };
            match decision {
                Decision::Open { generation } => {
                    let idle = |seen: &OrderView| matches!(seen.state, OrderState::Recorded | OrderState::Closed);
                    let none_live = item.as_ref().is_none_or(idle);
                    prop_assert!(none_live);
                    prop_assert!(!tried.contains(&order.payment));
                    prop_assert_eq!(generation, item.as_ref().map_or(0, |seen| seen.generation) + 1);
                    tried = vec![order.payment.clone()];
                    item = Some(OrderView { generation, newest, newest_facts, ..view(OrderState::Open, &order) });
                }
                Decision::Record(_) | Decision::RecordAndReview(_) => match &mut item {
                    Some(seen) => (seen.newest, seen.newest_facts) = (newest, newest_facts),
                    None => item = Some(view(OrderState::Recorded, &order)),
                },
                Decision::Resume { .. } | Decision::Ignore(_) | Decision::Ask(_) => {}
            }
            if let Some(seen) = item.as_mut().filter(|seen| seen.state == OrderState::Open) {
                match then {
                    0 => seen.state = OrderState::Completed,
                    1 => seen.state = OrderState::Closed,
                    _ => {}
                }
            }
        }
    }
}
