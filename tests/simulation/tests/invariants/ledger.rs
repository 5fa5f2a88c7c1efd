//! The ledger: what it says was done, and how it came to say so.

use super::{
    add, answered, caught,
    healthy::{effect, world},
    second_sale,
};
use effects::{OwnerId, Record, State, UnixMillis};
use heartland::gp_api::Status;
use serde_json::json;
use simulation::invariants::history::see;
use std::collections::BTreeMap;

#[test]
fn what_was_done_is_true_in_the_ledger() {
    let mut facts = world();
    second_sale(&mut facts, "cancel");
    let sent = effect("cancel-order/woo/1001/1", State::Applied);
    facts.books.sales[0].state = "cancel".to_owned();
    facts.payments[0].status = Status::Reversed;
    let done = [
        answered(
            "write-order/woo/1001/1",
            json!({"sale_order": {"id": 1, "name": "S00001"}}),
        ),
        answered("void/woo/1001/1", json!("voided")),
        answered("cancel-order/woo/1001/2", json!({"state": "cancelled"})),
        answered("notify/paid/woo/1001/1", json!({})),
        sent,
    ];
    for record in done {
        add(&mut facts, record);
    }
    assert!(!caught(&facts).contains("ledger-is-true"));
}

fn later(record: &Record, change: impl FnOnce(&mut Record)) -> Record {
    let mut next = record.clone();
    change(&mut next);
    next
}

/// What is told of records that are written one after the other.
fn told(written: impl IntoIterator<Item = Record>) -> Vec<String> {
    let mut effects = BTreeMap::new();
    let written = written.into_iter();
    written.filter_map(|record| see(&mut effects, &record)).collect()
}

#[test]
fn a_history_that_goes_forward_is_lawful() {
    let intended = Record {
        first_sent_at: None,
        last_sent_at: None,
        ..effect("capture/woo/1/1", State::Intended)
    };
    let sent = later(&intended, |r| {
        (r.state, r.first_sent_at) = (State::Sent, Some(UnixMillis(5)))
    });
    let not_sent = later(&sent, |r| (r.state, r.first_sent_at) = (State::Intended, None));
    let unknown = later(&sent, |r| r.state = State::Unknown);
    let taken_over = later(&unknown, |r| (r.attempt, r.owner) = (2, OwnerId::new("b")));
    let refused = later(&taken_over, |r| r.state = State::Refused);
    let redriven = later(&refused, |r| {
        (r.state, r.attempt, r.redrives, r.first_sent_at) = (State::Intended, 3, 1, None);
        r.request_id = effects::RequestId::derive_redriven(&r.effect, 1);
    });
    let applied = later(&redriven, |r| {
        (r.state, r.first_sent_at) = (State::Applied, Some(UnixMillis(9)))
    });
    let cancelled = later(&applied, |r| (r.state, r.attempt) = (State::Cancelled, 4));
    for story in [
        vec![intended.clone(), sent.clone(), not_sent, sent],
        vec![
            intended, unknown, taken_over, refused, redriven, applied, cancelled,
        ],
    ] {
        assert_eq!(told(story), Vec::<String>::new());
    }
}

#[test]
fn a_history_that_goes_back_is_not() {
    let sent = effect("capture/woo/1/1", State::Sent);
    let applied = later(&sent, |r| r.state = State::Applied);
    let cancelled = later(&applied, |r| (r.state, r.attempt) = (State::Cancelled, 2));
    let steps = [
        (applied.clone(), later(&applied, |r| r.state = State::Refused)),
        (
            applied.clone(),
            later(&applied, |r| r.result = Some(serde_json::json!(1))),
        ),
        (cancelled.clone(), later(&cancelled, |r| r.attempt = 3)),
        (later(&sent, |r| r.attempt = 3), sent.clone()),
        (sent.clone(), later(&sent, |r| r.attempt = 3)),
        (sent.clone(), later(&sent, |r| r.owner = OwnerId::new("zombie"))),
        (
            sent.clone(),
            later(&sent, |r| r.request_id = effects::RequestId::stored("another")),
        ),
        (
            sent.clone(),
            later(&sent, |r| r.first_sent_at = Some(UnixMillis(99))),
        ),
        (
            sent.clone(),
            later(&sent, |r| (r.state, r.first_sent_at) = (State::Unknown, None)),
        ),
        (
            sent.clone(),
            later(&sent, |r| {
                (r.redrives, r.request_id) = (1, effects::RequestId::stored("x"))
            }),
        ),
    ];
    for (before, after) in steps {
        let told = told([before.clone(), after.clone()]);
        assert_eq!(told.len(), 1, "{before:?}\n{after:?}");
    }
}
