//! A signed body on its whole way: taken in, stored, routed. It opens a run, is written down, or ends before a person;
//! never as an error of ours, which would bring it again and again.

use crate::{
    mutate::Input,
    parts::{at_once, door, store},
    secrets::{CARDS, PERSONS, all, assert_tells_none, found_in},
    targets::messages::batch_of,
};
use runtime::{batch::MemoryGiveBack, message::Via, stores::ReviewState};

/// The way of a body.
pub fn whole_way(input: &Input) {
    let door = door();
    let store = store(if input.salt.is_multiple_of(2) {
        "woo"
    } else {
        "own"
    });
    let via = if input.salt.is_multiple_of(3) {
        Via::Poller
    } else {
        Via::Webhook
    };
    let take = || at_once(door.inbox.take(store, via, &input.body));
    let taken = take().unwrap_or_else(|failure| panic!("not taken: {failure}"));
    let again = take().unwrap_or_else(|failure| panic!("not taken again: {failure}"));
    assert!(taken.event == again.event && !again.handed_on, "handed on twice");
    let messages: Vec<String> = door
        .queue
        .sent()
        .iter()
        .map(|message| message.body.to_string())
        .collect();
    assert_eq!(messages.len(), usize::from(taken.handed_on));
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let back = MemoryGiveBack::default();
    let answer = at_once(door.router.route_all(batch_of(&messages), &back));
    assert!(
        answer.batch_item_failures.is_empty(),
        "the event comes again and again"
    );
    let reviews = at_once(door.router.reviews.list(ReviewState::Open, 10))
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        taken.handed_on || !reviews.is_empty(),
        "neither handed on nor before a person"
    );
    for review in &reviews {
        assert!(review.why.remedy.is_some(), "{review:?}");
        assert_tells_none(&review.why);
    }
    let runs = door.workflow.seen().runs.len();
    assert!(runs <= 1);
    let items = door.items.all();
    assert_eq!(
        runs > 0,
        items
            .iter()
            .any(|item| item.pk.starts_with("order/") && item.body["state"] == "open")
    );
    // The signed body and the order made of it hold the customer; everything else holds ids, which may be any number.
    let facts = shop::scheme(store).facts(&input.body);
    let named = facts.is_some_and(|facts| found_in(facts.order.as_str(), all()).is_some());
    for item in items
        .iter()
        .filter(|item| !item.pk.starts_with("content/") && !named)
    {
        let mut body = item.body.clone();
        // SKUs are the shop's names of its goods.
        body.as_object_mut().map(|body| body.remove("accepted_lines"));
        let text = format!("{} {body}", item.pk);
        assert_eq!(found_in(&text, CARDS.into_iter().chain(PERSONS)), None, "{text}");
    }
}
