//! What a review forgives.

use super::{
    BREAKS, Facts, caught,
    healthy::{CLOSED, ORDER, closed, payment, review, world},
};
use heartland::gp_api::Status;
use runtime::stores::{OrderItem, ReviewState};
use serde_json::json;
use std::collections::BTreeSet;

/// The invariants that a review of this step, of the first run of both orders, forgives.
fn forgiven(about: &str, redrive: &str, state: ReviewState) -> BTreeSet<&'static str> {
    let is_forgiven = |breaks: fn(&mut Facts), name: &str| {
        let mut facts = world();
        breaks(&mut facts);
        for order in [ORDER, CLOSED] {
            let about = about.replace("ORDER", order);
            let doing = about.split('/').nth(4).or(about.split('/').nth(1));
            let doing = doing.unwrap_or_default().to_owned();
            let mut review = review(&about, order);
            review.state = state;
            review.redrive = json!({"kind": redrive, "order": order, "generation": 1});
            review.doing = doing;
            facts.table.reviews.insert(about, review);
        }
        !caught(&facts).contains(name)
    };
    let forgiven = BREAKS.iter().filter(|(name, breaks)| is_forgiven(*breaks, name));
    forgiven.map(|(name, _)| *name).collect()
}

#[test]
fn a_review_forgives_what_its_step_leaves_to_people_and_nothing_else() {
    let nothing: [&str; 0] = [];
    let documents = ["completed-orders-agree", "taken-money-is-booked"];
    for state in [ReviewState::Open, ReviewState::Dropped] {
        let of = |about: &str, redrive| Vec::from_iter(forgiven(about, redrive, state));
        for step in ["authorize", "write-order", "capture", "check-delivery"] {
            let about = format!("run/ORDER/1/{step}/Refused");
            assert_eq!(of(&about, "parked"), nothing, "{step}");
        }
        assert_eq!(of("run/ORDER/1/capture/Refused", "nothing"), nothing);
        assert_eq!(of("run/ORDER/1/push-stock/Refused", "nothing"), ["stock-is-told"]);
        assert_eq!(of("run/ORDER/1/write-invoice/Refused", "parked"), documents);
        let about = "run/ORDER/1/void/OutcomeUnknown";
        let money = [
            "nothing-stays-reserved",
            "paid-twice-is-known",
            "taken-money-is-booked",
        ];
        assert_eq!(of(about, "nothing"), money);
        assert_eq!(
            of("run/ORDER/1/cancel-order/Conflict", "nothing"),
            ["closed-orders-hold-nothing"]
        );
        assert_eq!(
            of("run/ORDER/1/tell-shop/Refused", "nothing"),
            ["shops-know-the-end"]
        );
        assert_eq!(
            of("changed/ORDER/woo_1001_1795446004", "nothing"),
            ["paid-twice-is-known"]
        );
        let broken_off = of("execution/ORDER", "execution");
        assert!(broken_off.contains(&"runs-end"), "{broken_off:?}");
        assert!(!broken_off.contains(&"charged-once"), "{broken_off:?}");
    }
    for about in ["run/ORDER/1/void/Refused", "run/ORDER/1/write-invoice/Refused"] {
        assert_eq!(
            Vec::from_iter(forgiven(about, "parked", ReviewState::Redriven)),
            nothing
        );
    }
}

#[test]
fn a_review_of_another_run_forgives_nothing() {
    let mut facts = world();
    facts.books.invoices[0].state = "draft".to_owned();
    let mut other = review("run/woo/1001/2/write-invoice/Refused", ORDER);
    other.redrive = json!({"kind": "parked", "order": ORDER, "generation": 2});
    facts.table.reviews.insert("r1".to_owned(), other);
    assert!(caught(&facts).contains("completed-orders-agree"));
}

/// A closed order whose second run was declined, while a payment of its first one is still there.
fn with_money_of_the_first_run() -> Facts {
    let mut facts = world();
    let second = OrderItem {
        generation: 2,
        ..closed(&facts).clone()
    };
    facts.table.insert_order(second);
    let mut left = payment("TRN_left", Status::Preauthorized);
    left.reference = "woo-1002-1".to_owned();
    facts.payments.push(left);
    facts
}

#[test]
fn money_is_left_to_people_by_the_run_it_was_reserved_in() {
    let name = "shops-know-the-end";
    let with_review_of = |run: u32| {
        let mut facts = with_money_of_the_first_run();
        let mut void = review(&format!("run/{CLOSED}/{run}/void/OutcomeUnknown"), CLOSED);
        void.doing = "void".to_owned();
        void.redrive = json!({"kind": "nothing", "order": CLOSED, "generation": run});
        facts.table.reviews.insert("r1".to_owned(), void);
        caught(&facts).contains(name)
    };
    assert!(caught(&with_money_of_the_first_run()).contains(name));
    assert!(!with_review_of(1), "people know of the money");
    assert!(with_review_of(2), "nobody knows of the first run's money");
}
