//! What waits for a person and is in no list of orders: events that could not be used, and reviews of orders that are
//! finished. Pure.

use std::collections::BTreeSet;

use domain::ids::StoreId;
use effects::UnixMillis;
use runtime::stores::Review;

/// How many orders are under review beside those that are unfinished; `unfinished` are their keys, `store/id`.
pub fn under_review(
    reviews: &[Review],
    unfinished: &BTreeSet<String>,
    store: Option<&StoreId>,
    older_than_ms: Option<i64>,
    now: UnixMillis,
) -> usize {
    let old_enough = |review: &&Review| {
        let age_ms = now.since_ms(UnixMillis(review.opened_at_ms));
        older_than_ms.is_none_or(|least| age_ms >= least)
    };
    let subjects = reviews.iter().filter(old_enough).filter_map(subject);
    let subjects: BTreeSet<String> = subjects
        .filter(|slug| store.is_none_or(|store| slug.starts_with(&format!("{store}_"))))
        .filter(|slug| !unfinished.iter().any(|key| is_of(slug, key)))
        .collect();
    subjects.len()
}

/// The order's slug, or the event, whose name begins with it; nothing for a review that is of no order.
fn subject(review: &Review) -> Option<String> {
    let order = review.order.as_ref().map(|order| order.slug());
    order.or_else(|| review.about.strip_prefix("event/").map(str::to_owned))
}

/// Whether a slug or an event is of the order with this key.
fn is_of(subject: &str, key: &str) -> bool {
    let slug = key.replacen('/', "_", 1);
    subject == slug || subject.starts_with(&format!("{slug}_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: UnixMillis = UnixMillis(1_795_428_900_000);

    fn review(about: &str, order: Option<&str>) -> Review {
        serde_json::from_value(json!({
            "schema": 1, "id": "0123456789abcdef", "about": about, "state": "open", "doing": "route-event",
            "order": order, "why": {"name": "Refused", "what": "no number"}, "redrive": {"kind": "event"}, "times": 1,
            "opened_at_ms": NOW.0 - 60_000, "changed_at_ms": NOW.0,
        }))
        .unwrap()
    }

    #[test]
    fn what_is_in_no_list_of_orders_is_counted_once() {
        let reviews = [
            review("event/woo_5_1795428000", None),
            review("event/woo_7_1795428000", None),
            review("event/woo_7_1795428000", None),
            review("run/woo/6/1/write-order/Refused", Some("woo/6")),
            review("changed/own/8/own_8_1795428000", Some("own/8")),
            review("by-hand/LastResort/1", None),
        ];
        let unfinished = BTreeSet::from(["woo/5".to_owned(), "woo/6".to_owned()]);
        let more = |store: Option<&StoreId>, age| under_review(&reviews, &unfinished, store, age, NOW);
        assert_eq!(more(None, None), 2);
        assert_eq!(more(Some(&"woo".parse().unwrap()), None), 1);
        assert_eq!(more(None, Some(3_600_000)), 0);
    }
}
