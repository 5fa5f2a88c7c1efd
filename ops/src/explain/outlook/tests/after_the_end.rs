//! Runs that go on, or broke, after they had closed their order.

use super::*;

#[test]
fn a_closed_order_whose_run_still_tells_stock_says_so_and_for_whom_it_waits() {
    for (state, word) in [
        (OrderState::Completed, "nothing: the order is done"),
        (OrderState::Closed, "nothing; when"),
    ] {
        let mut facts = running("PushStockAgain");
        facts.item = Some(item(state));
        facts.documents = Told::NotReached("not asked".into());
        facts.payments = Told::NotReached("not asked".into());
        facts.effects = Told::Said(vec![effect("notify")]);
        let told = outlook(&facts);
        assert!(
            says(&told.next, "its run goes on telling the shops of the warehouse"),
            "{told:?}"
        );
        assert!(!says(&told.next, word) && !told.needs_person, "{told:?}");
        facts.away = vec![Away {
            system: "shop-own".into(),
            since_ms: NOW_MS - HOUR_MS,
            misconfigured: false,
            paused: Some(("ann".into(), "moving".into())),
            untried: false,
            tried_from_ms: None,
        }];
        let told = outlook(&facts);
        assert!(
            says(&told.next, "the shop own is paused by ann") && says(&told.next, "resume shop-own"),
            "{told:?}"
        );
        assert!(told.needs_person, "{told:?}");
        facts.warehouse.retain(|store| store.as_str() != "own");
        let told = outlook(&facts);
        assert!(
            !told.needs_person,
            "a shop of another warehouse is not waited for: {told:?}"
        );
    }
}

#[test]
fn a_run_that_has_just_left_its_last_step_is_not_broken() {
    let mut facts = running("PushStockAgain");
    facts.item = Some(item(OrderState::Closed));
    if let Told::Said(Some(run)) = &mut facts.run {
        run.steps[0].left_at_ms = Some(NOW_MS);
    }
    assert_eq!(outlook(&facts).missing, Vec::<String>::new());
}

#[test]
fn a_run_that_broke_after_it_closed_its_order_leaves_an_older_stock_behind() {
    let mut facts = running("PushStockAgain");
    facts.item = Some(item(OrderState::Closed));
    if let Told::Said(Some(run)) = &mut facts.run {
        run.status = "ABORTED".into();
        run.steps[0].left_at_ms = Some(NOW_MS);
    }
    for state in [OrderState::Closed, OrderState::Completed] {
        facts.item = Some(item(state));
        let told = outlook(&facts);
        assert!(
            says(&told.missing, "ended ABORTED after the order was closed"),
            "{told:?}"
        );
        assert!(
            !says(&told.next, "nothing") && says(&told.next, "compare it by hand"),
            "{told:?}"
        );
    }
}

#[test]
fn an_order_that_a_person_closed_after_its_run_failed_misses_nothing_of_stock() {
    let mut facts = running("WriteOrder");
    facts.item = Some(item(OrderState::Closed));
    if let Told::Said(Some(run)) = &mut facts.run {
        run.status = "FAILED".into();
    }
    assert_eq!(outlook(&facts).missing, Vec::<String>::new());
}
