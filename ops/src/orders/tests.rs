use super::*;
use crate::output::Show;
use serde_json::json;

const NOW: UnixMillis = UnixMillis(1_795_428_900_000);
const HOUR_MS: i64 = 3_600_000;

fn item(order: &str, age_ms: i64) -> OrderItem {
    serde_json::from_value(json!({
        "schema": 1, "order": order, "state": "open", "generation": 1, "newest": "woo_1001_1795428000",
        "newest_at": "2026-11-23T10:00:00Z", "opened_at_ms": NOW.0 - age_ms,
    }))
    .unwrap()
}

fn asked(state: &[Standing]) -> Options {
    Options {
        state: state.to_vec(),
        older_than: None,
        store: None,
        limit: 2,
    }
}

fn rows(orders: &[&str]) -> Answer {
    let orders = orders.iter().map(|order| {
        let at = At::Step("Capture".to_owned());
        row(&item(order, HOUR_MS), Standing::InWork, at, None)
    });
    Answer {
        orders: orders.collect(),
        ..Answer::default()
    }
}

#[test]
fn store_and_age_say_which_orders_are_meant() {
    let mut options = asked(&[Standing::Open]);
    assert!(options.means(&item("woo/1", 0), NOW));
    options.older_than = Some(HOUR_MS);
    assert!(options.means(&item("woo/1", HOUR_MS), NOW) && !options.means(&item("woo/1", HOUR_MS - 1), NOW));
    options.store = Some("woo".parse().unwrap());
    assert!(options.means(&item("woo/1", HOUR_MS), NOW) && !options.means(&item("other/1", HOUR_MS), NOW));
}

#[test]
fn only_groups_that_may_hold_what_is_asked_for_are_read() {
    let groups = |state| {
        let options = asked(&[state]);
        [Standing::Open, Standing::Completed, Standing::Closed].map(|group| options.lists_some_of(group))
    };
    assert_eq!(groups(Standing::Open), [true, false, false]);
    assert_eq!(groups(Standing::InReview), [true, false, false]);
    assert_eq!(groups(Standing::Completed), [false, true, false]);
    assert_eq!(groups(Standing::Declined), [false, false, true]);
}

#[test]
fn a_list_that_was_cut_says_so() {
    let cut = rows(&["woo/1", "woo/2", "woo/3"]).cut(2);
    assert!(cut.more && cut.orders.len() == 2);
    assert!(cut.people(NOW).ends_with("2 orders, and more: raise --limit"));
    let all = rows(&["woo/1", "woo/2"]).cut(2);
    assert!(!all.more && all.people(NOW).ends_with("2 orders"));
}

#[test]
fn orders_under_review_that_are_in_no_list_are_told() {
    let mut answer = Answer {
        more_under_review: 1,
        ..Answer::default()
    };
    assert_eq!(
        answer.people(NOW),
        "no orders\n1 more under review: odoo-heartland review list"
    );
    answer.orders = rows(&["woo/1"]).orders;
    assert!(
        answer
            .people(NOW)
            .ends_with("1 order\n1 more under review: odoo-heartland review list")
    );
}

#[test]
fn a_store_that_is_not_there_is_a_wrong_name() {
    let merchant = runtime::merchant().unwrap();
    let mut options = asked(&[Standing::Open]);
    assert_eq!(options.check_store(merchant), Ok(()));
    options.store = Some("nope".parse().unwrap());
    let stop = options.check_store(merchant).unwrap_err();
    assert_eq!(stop.exit, Exit::Usage);
    assert!(
        stop.to_string()
            .starts_with("there is no store nope; give one of "),
        "{stop}"
    );
}

#[test]
fn an_order_whose_run_could_not_be_asked_is_shown_and_the_reason_said_once() {
    let mut answer = rows(&["woo/1", "woo/2"]);
    assert_eq!(answer.unknown(), None);
    for row in &mut answer.orders {
        row.step_unknown = Some("ThrottlingException".to_owned());
    }
    assert!(answer.people(NOW).contains("(not known)"));
    assert_eq!(
        answer.unknown().unwrap(),
        "what the runs of 2 orders do is not known: ThrottlingException"
    );
}
