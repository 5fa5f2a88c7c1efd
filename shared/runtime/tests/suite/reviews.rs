//! What people do with reviews.

use super::stores::{an_order, clock, review};
use domain::failure::FailureName;
use runtime::{
    items::Items,
    metrics,
    stores::{Edit, NewReview, Review, ReviewState, Reviews, Verdict},
    telemetry, unique,
};
use serde_json::json;
use std::sync::Arc;

pub(super) fn verdict(state: ReviewState) -> Verdict {
    Verdict {
        state,
        by: "jane".to_owned(),
        reason: Some("because".to_owned()),
    }
}

pub async fn a_correction_is_written_down_once_and_not_forgotten(items: Arc<dyn Items>) {
    let order = an_order().key;
    let reviews = Reviews::new(items, clock());
    let id = reviews.open(&review(&order, None)).await.unwrap().id().to_owned();
    let seen = reviews.get(&id).await.unwrap().unwrap();
    let edit = Edit {
        at_ms: 1,
        by: "jane".to_owned(),
        reason: "sold under a new number".to_owned(),
        corrects: "woo_1_0".to_owned(),
        version: "woo_1_1".to_owned(),
        fields: vec!["lines[0].sku".to_owned()],
    };
    let redrive = json!({"kind": "event", "event": "woo_1_1"});
    for _ in 0..2 {
        let edited = reviews
            .edited(&seen, &edit, Some(&redrive))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (edited.edits, edited.redrive),
            (vec![edit.clone()], redrive.clone())
        );
    }
    let stale = Review {
        times: 9,
        ..seen.clone()
    };
    assert_eq!(reviews.edited(&stale, &edit, None).await.unwrap(), None);
    let decided = reviews
        .decide(&seen, &verdict(ReviewState::Redriven))
        .await
        .unwrap();
    assert!(decided.is_some());
    assert_eq!(reviews.edited(&seen, &edit, None).await.unwrap(), None);
    reviews.open(&review(&order, None)).await.unwrap();
    assert_eq!(reviews.get(&id).await.unwrap().unwrap().edits, [edit]);
}

pub async fn what_a_person_has_done_is_written_down_as_decided(items: Arc<dyn Items>) {
    let reviews = Reviews::new(items, clock());
    let (new, dropped) = (review(&an_order().key, None), verdict(ReviewState::Dropped));
    for times in 1..=2 {
        let noting = metrics::captured(reviews.note(&new, &dropped));
        let ((id, lines), logs) = telemetry::captured("info", noting).await;
        let noted = reviews.get(&id.unwrap()).await.unwrap().unwrap();
        assert_eq!((noted.state, noted.times), (ReviewState::Dropped, times));
        assert_eq!(
            (noted.decided_by.as_deref(), noted.reason.as_deref()),
            (Some("jane"), Some("because"))
        );
        assert!(lines.is_empty() && logs.is_empty(), "{lines:?} {logs:?}");
    }
}

pub async fn reviews_come_in_pages(items: Arc<dyn Items>) {
    let clock = clock();
    let reviews = Reviews::new(items, clock.clone());
    let order = an_order().key;
    let mut opened = Vec::new();
    for n in 0..7 {
        // Some of them in the same moment.
        clock.advance_ms(n % 2);
        let about = NewReview {
            about: format!("page/{n}/{}", unique()),
            ..review(&order, None)
        };
        opened.push(reviews.open(&about).await.unwrap().id().to_owned());
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = reviews
            .list_after(ReviewState::Open, after.as_deref(), 2)
            .await
            .unwrap();
        assert!(page.len() <= 2);
        after = page.last().map(Review::place);
        seen.extend(page.into_iter().map(|review| review.id));
        if after.is_none() {
            break;
        }
    }
    seen.retain(|id| opened.contains(id));
    seen.sort();
    opened.sort();
    assert_eq!(seen, opened);
    for bad in ["", "1", "1-", "a/b-c", "1-../x"] {
        let refused = reviews
            .list_after(ReviewState::Open, Some(bad), 2)
            .await
            .unwrap_err();
        assert_eq!(refused.name, FailureName::Refused, "{bad}");
    }
}
