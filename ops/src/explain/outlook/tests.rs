use super::super::facts::{Away, Document, Effect, Payment, Received, Rules, Run, ShopOrder, Told};
use super::super::run_history::{Step, StepFailure};
use super::*;
use domain::decide::OurWrite;
use domain::failure::{Failure, FailureName};
use domain::outcome::Outcome;
use runtime::stores::{OrderItem, Review};
use serde_json::json;

mod after_the_end;
mod away;
mod closed;
mod parked;

/// 2026-11-23T10:15:00Z.
const NOW_MS: i64 = 1_795_428_900_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn item(state: OrderState) -> OrderItem {
    serde_json::from_value(json!({
        "schema": 1, "order": "woo/1001", "state": state, "generation": 1,
        "newest": "woo_1001_1795428000", "newest_at": "2026-11-23T10:00:00Z", "opened_at_ms": NOW_MS - HOUR_MS,
    }))
    .unwrap()
}

/// An order whose run is in this step since an hour ago.
fn running(state: &str) -> Facts {
    let step = Step {
        state: state.into(),
        entered_at_ms: NOW_MS - HOUR_MS,
        left_at_ms: None,
        tries: 1,
        failure: None,
    };
    Facts {
        order: "woo/1001".parse().unwrap(),
        store: "Web shop".into(),
        now_ms: NOW_MS,
        item: Some(item(OrderState::Open)),
        events: Vec::new(),
        run: Told::Said(Some(Run {
            name: "woo_1001-1".into(),
            status: "RUNNING".into(),
            started_at_ms: NOW_MS - HOUR_MS,
            ended_at_ms: None,
            error: None,
            steps: vec![step],
        })),
        effects: Told::Said(Vec::new()),
        payments: Told::Said(Vec::new()),
        documents: Told::Said(Vec::new()),
        shop: Told::Said(None),
        reviews: Vec::new(),
        away: Vec::new(),
        warehouse: vec!["woo".parse().unwrap(), "own".parse().unwrap()],
        rules: Rules {
            park_s: 342_000,
            delivery_poll_s: 7200,
            lapses_after_days: 6,
            captures_on_delivery: false,
        },
    }
}

fn with_state(state: OrderState) -> Facts {
    Facts {
        item: Some(item(state)),
        run: Told::Said(None),
        ..running("Authorize")
    }
}

fn effect(kind: &str) -> Effect {
    Effect {
        id: format!("{kind}/woo/1001/1"),
        kind: kind.into(),
        state: "Applied".into(),
        attempts: 1,
        created_at_ms: NOW_MS - HOUR_MS,
        first_sent_at_ms: Some(NOW_MS - HOUR_MS),
        result: None,
    }
}

/// A review nobody waits for.
fn review(about: &str) -> Review {
    let why = Failure::new(FailureName::Refused, "Odoo has no product GHOST-9").remedy("create the product");
    serde_json::from_value(json!({
        "schema": 1, "id": "0123456789abcdef", "about": about, "state": "open", "doing": "write-order",
        "order": "woo/1001", "why": why, "redrive": {"kind": "nothing"}, "times": 1,
        "opened_at_ms": NOW_MS, "changed_at_ms": NOW_MS,
    }))
    .unwrap()
}

/// The review of a run that stopped at this step and waits, as the review desk opens it.
fn stopped_at(step: &str) -> Review {
    Review {
        doing: step.into(),
        redrive: json!({"kind": "parked", "schema": 1, "order": "woo/1001", "generation": 1,
                        "version": "woo_1001_1795428000", "step": step}),
        ..review(&format!("run/woo/1001/1/{step}/Refused"))
    }
}

fn payment(status: &str) -> Payment {
    Payment {
        id: "TRN_1".into(),
        kind: "SALE".into(),
        status: status.into(),
        amount: "62.23 USD".into(),
        card: "VISA …5262".into(),
        created: None,
    }
}

fn invoice(state: &str) -> Document {
    Document {
        what: "invoice".into(),
        number: "INV/2026/00001".into(),
        state: state.into(),
        amount: None,
        link: None,
    }
}

fn says(lines: &[String], words: &str) -> bool {
    lines.iter().any(|line| line.contains(words))
}

#[test]
fn an_order_that_is_done_misses_nothing() {
    let mut facts = with_state(OrderState::Completed);
    facts.effects = Told::Said(vec![effect("authorize"), effect("capture"), effect("notify")]);
    facts.payments = Told::Said(vec![payment("CAPTURED")]);
    facts.documents = Told::Said(vec![invoice("posted, paid")]);
    let outlook = outlook(&facts);
    assert_eq!(outlook.stands, "completed: paid and invoiced");
    assert_eq!(
        (outlook.missing.as_slice(), outlook.needs_person),
        ([].as_slice(), false)
    );
}

#[test]
fn systems_that_do_not_agree_with_a_finished_order_are_a_persons_business() {
    let mut facts = with_state(OrderState::Completed);
    facts.effects = Told::Said(vec![effect("notify")]);
    facts.payments = Told::Said(vec![payment("REVERSED")]);
    facts.documents = Told::Said(vec![invoice("posted, not_paid")]);
    let outlook = outlook(&facts);
    assert!(outlook.needs_person);
    assert!(says(&outlook.missing, "no captured payment"), "{outlook:?}");
    assert!(
        says(&outlook.missing, "no posted and paid invoice"),
        "{outlook:?}"
    );
    let mut twice = with_state(OrderState::Completed);
    twice.payments = Told::Said(vec![payment("CAPTURED"), payment("BATCHED")]);
    assert!(says(&super::outlook(&twice).missing, "2 captured payments"));
}

#[test]
fn who_could_not_be_asked_is_not_accused() {
    let mut facts = with_state(OrderState::Completed);
    facts.payments = Told::NotReached("away".into());
    facts.documents = Told::NotReached("away".into());
    facts.effects = Told::NotReached("away".into());
    assert_eq!(outlook(&facts).missing, Vec::<String>::new());
}

#[test]
fn tries_that_failed_are_counted() {
    let mut facts = running("TellShop");
    let failure = StepFailure {
        at_ms: NOW_MS - MINUTE_MS,
        name: "SystemUnavailable".into(),
        what: "the shop cannot be reached".into(),
        remedy: None,
    };
    if let Told::Said(Some(run)) = &mut facts.run {
        run.steps[0].tries = 7;
        run.steps[0].failure = Some(failure);
    }
    let told = outlook(&facts);
    assert!(
        says(
            &told.next,
            "tried 7 times; the last one 2026-11-23T10:14:00Z (1 min ago): the shop cannot be reached"
        ),
        "{told:?}"
    );
}

#[test]
fn a_delivery_that_is_waited_for_is_told_with_the_next_look() {
    let mut facts = running("WaitForDelivery");
    facts.documents = Told::Said(vec![Document {
        what: "delivery".into(),
        state: "assigned".into(),
        ..invoice("")
    }]);
    let told = outlook(&facts);
    assert_eq!(told.stands, "waiting for the delivery");
    assert!(
        says(&told.missing, "the delivery is not done in Odoo (it is assigned)"),
        "{told:?}"
    );
    assert!(
        says(&told.next, "Odoo is asked again 2026-11-23T11:15:00Z (in 1 h)"),
        "{told:?}"
    );
    assert!(!told.needs_person);
}

#[test]
fn a_run_that_broke_or_is_gone_is_not_taken_for_one_that_works() {
    let mut facts = running("Capture");
    if let Told::Said(Some(run)) = &mut facts.run {
        run.status = "FAILED".into();
        run.error = Some("States.DataLimitExceeded".into());
    }
    let told = outlook(&facts);
    assert!(
        told.needs_person && told.stands.contains("FAILED (States.DataLimitExceeded)"),
        "{told:?}"
    );
    facts.run = Told::Said(None);
    assert!(outlook(&facts).stands.contains("not there"));
    facts.run = Told::NotReached("no rights".into());
    assert!(outlook(&facts).stands.contains("could not be asked"));
}

#[test]
fn an_order_nobody_has_told_us_of_may_still_be_in_the_shop() {
    let mut facts = with_state(OrderState::Recorded);
    facts.item = None;
    assert!(says(&outlook(&facts).next, "the shop does not know it either"));
    facts.shop = Told::Said(Some(ShopOrder {
        status: Some("processing".into()),
        payment: None,
        told: None,
        modified_at: None,
    }));
    assert!(says(&outlook(&facts).missing, "no webhook of it has arrived"));
    facts.events = vec![Received {
        event: "woo_1001_1795428000".into(),
        via: "webhook".into(),
        at_ms: NOW_MS,
        queued: true,
    }];
    assert!(outlook(&facts).stands.contains("was not routed yet"));
}

#[test]
fn an_event_that_could_not_be_used_is_a_persons_business() {
    let mut facts = with_state(OrderState::Recorded);
    facts.item = None;
    facts.reviews = vec![review("unusable/woo_1001_1795428000")];
    let told = outlook(&facts);
    assert!(
        told.needs_person && told.stands.contains("could not be used") && told.missing.len() == 1,
        "{told:?}"
    );
    assert!(says(&told.next, "review 0123456789abcdef"), "{told:?}");
}

#[test]
fn a_review_beside_a_running_order_is_told_too() {
    let mut facts = running("WriteOrder");
    facts.reviews = vec![review("changed/woo/1001/woo_1001_1795428001")];
    let told = outlook(&facts);
    assert!(
        told.needs_person && says(&told.next, "review 0123456789abcdef (write-order)"),
        "{told:?}"
    );
}

#[test]
fn an_order_that_was_never_begun_says_what_begins_it() {
    let told = outlook(&with_state(OrderState::Recorded));
    assert!(told.stands.starts_with("known, and nothing was begun"));
    assert!(says(&told.next, "when the shop tells that it is paid"));
}

/// The review of an event that could not be used.
fn of_an_event() -> Review {
    Review {
        redrive: json!({"kind": "event", "event": "woo_1001_1795428000", "store": "woo", "group": "woo_1001"}),
        order: None,
        ..review("event/woo_1001_1795428000")
    }
}

#[test]
fn an_event_can_be_corrected_let_in_again_or_dropped_in_no_order() {
    let mut facts = with_state(OrderState::Recorded);
    facts.item = None;
    facts.reviews = vec![of_an_event()];
    let told = outlook(&facts);
    for words in ["review edit 0123", "review redrive 0123", "review drop 0123"] {
        assert!(says(&told.next, words), "{told:?}");
    }
    assert!(!says(&told.next, "then `odoo-heartland"), "{told:?}");
    assert!(!says(&told.next, "has come to its end"), "{told:?}");
}

#[test]
fn a_finished_order_with_an_open_review_is_not_said_to_need_nothing() {
    let mut facts = with_state(OrderState::Completed);
    facts.effects = Told::Said(vec![effect("notify")]);
    facts.payments = Told::Said(vec![payment("CAPTURED")]);
    facts.documents = Told::Said(vec![invoice("posted, paid")]);
    facts.reviews = vec![of_an_event()];
    let told = outlook(&facts);
    assert!(!says(&told.next, "nothing: the order is done"), "{told:?}");
    assert!(
        says(&told.next, "repeat of what was corrected here, drop it"),
        "{told:?}"
    );
    facts.reviews.clear();
    assert_eq!(outlook(&facts).next, ["nothing: the order is done"]);
}

#[test]
fn an_order_is_unknown_only_when_the_shop_was_asked() {
    let mut facts = with_state(OrderState::Recorded);
    assert!(!facts.is_unknown());
    facts.item = None;
    assert!(facts.is_unknown());
    facts.shop = Told::NotReached("away".into());
    assert!(!facts.is_unknown());
}
