//! Lists of reviews, and all there is to know of one.

use crate::{
    desk::Desk,
    outcome::{self, Payer},
    redrive::Redrive,
    request::Listing,
    versions::base,
};
use domain::{event::EventId, failure::Failure, ids::OrderKey};
use runtime::{
    message::Run,
    stores::{OrderItem, Review, ReviewState},
};
use serde::Serialize;
use serde_json::{Value, json};

/// Most reviews in a list.
const LIST_MAX: usize = 100;
/// Most reviews that are looked at for one list.
const LOOKED_AT_MAX: usize = 2_000;

impl Desk {
    /// Those first opened first at the top. `next` is where the next list begins.
    pub(crate) async fn list(&self, wanted: &Listing) -> Result<Value, Failure> {
        let state = wanted.state.unwrap_or(ReviewState::Open);
        let limit = wanted.limit.unwrap_or(LIST_MAX).clamp(1, LIST_MAX);
        let now_ms = self.clock.now().0;
        let (mut found, mut after, mut looked_at) = (Vec::new(), wanted.after.clone(), 0);
        let next = 'pages: loop {
            let page = self.reviews.list_after(state, after.as_deref(), LIST_MAX).await?;
            let is_last = page.len() < LIST_MAX;
            for review in page {
                looked_at += 1;
                after = Some(review.place());
                if wanted.takes(&review, now_ms) {
                    found.push(review);
                }
                if found.len() == limit || looked_at == LOOKED_AT_MAX {
                    break 'pages after;
                }
            }
            if is_last {
                break None;
            }
        };
        Ok(json!({"reviews": found, "next": next}))
    }

    /// A review, and where its input is. Not the input: whoever may read the table reads it there.
    pub(crate) async fn shown(&self, review: Review) -> Result<Shown, Failure> {
        let (mut order, mut input_at) = (None, None);
        if let Some(key) = &review.order {
            order = self.orders.load(key).await?.map(|there| there.value);
        }
        let redrive = Redrive::read(review.redrive.clone());
        match &redrive {
            Redrive::Parked { run, .. } | Redrive::Execution { run } => {
                input_at = order.as_ref().filter(|item| item.is_run_by(run)).map(order_at);
            }
            Redrive::Event { event, .. } => input_at = Some(InputAt::event(event)),
            Redrive::Nothing => {}
        }
        Ok(Shown {
            can: Can::of(
                &redrive,
                Payer::of_order(order.as_ref()),
                review.state,
                input_at.is_some(),
            ),
            run: order
                .as_ref()
                .filter(|item| item.generation > 0)
                .map(OrderItem::run),
            execution: order
                .filter(|item| item.generation > 0)
                .map(|item| item.execution()),
            review,
            input_at,
        })
    }
}

impl Listing {
    fn takes(&self, review: &Review, now_ms: i64) -> bool {
        let same =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        let age_s = now_ms.saturating_sub(review.opened_at_ms) / 1000;
        self.order.as_ref().is_none_or(|order| is_of(order, review))
            && same(&self.error, review.why.name.as_str())
            && same(&self.step, &review.doing)
            && self.older_than_s.is_none_or(|least| age_s >= least)
    }
}

/// Whether a review is of an order. An event that could not be used has no order yet, but a name that begins with it.
fn is_of(order: &OrderKey, review: &Review) -> bool {
    let event = review.about.strip_prefix("event/").unwrap_or_default();
    review.order.as_ref() == Some(order) || event.starts_with(&format!("{}_", order.slug()))
}

/// A review with all there is to know of it.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    review: Review,
    /// The order's last run, and the execution it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_at: Option<InputAt>,
    can: Can,
}

/// Where the input is that a correction is made of.
#[derive(Serialize)]
struct InputAt {
    /// `order`, the canonical order, or `body`, what the shop sent.
    kind: &'static str,
    /// The key of the item in the table.
    item: String,
    /// The version or event: what `edit` has to name as what it corrects.
    version: String,
}

impl InputAt {
    fn event(event: &str) -> Self {
        Self {
            kind: "body",
            item: format!("payload/{event}"),
            version: event.to_owned(),
        }
    }
}

fn order_at(item: &OrderItem) -> InputAt {
    let version: &EventId = base(item);
    InputAt {
        kind: "order",
        item: format!("content/{}/{version}", item.order),
        version: version.to_string(),
    }
}

/// What can be done about a review, in words.
#[derive(Serialize)]
struct Can {
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<&'static str>,
}

impl Can {
    fn of(redrive: &Redrive, payer: Payer, state: ReviewState, has_input: bool) -> Self {
        let (again, given_up) = match redrive {
            Redrive::Parked { step, delivered, .. } => (
                Some(outcome::redriven(step)),
                outcome::dropped(step, *delivered, payer),
            ),
            Redrive::Event { .. } => (
                Some("the event is let in again"),
                "the event is not used".to_owned(),
            ),
            Redrive::Execution { .. } => (
                Some("the run goes on where it failed, or is started again; nothing is done twice"),
                "the order counts as put right by hand and is closed: no money is moved, what is reserved stays reserved".to_owned(),
            ),
            Redrive::Nothing => (None, "only the review is closed".to_owned()),
        };
        let open = state == ReviewState::Open;
        Self {
            redrive: again.filter(|_| open),
            drop: open.then_some(given_up),
            edit: (open && has_input).then_some("a corrected version is made beside what came; then redrive"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_review_of_an_event_is_one_of_its_order() {
        let of = |order: &str| {
            let review = serde_json::from_value(json!({
                "schema": 1, "id": "0123456789abcdef", "about": "event/woo_12_1795428000", "state": "open",
                "doing": "route-event", "why": {"name": "Refused", "what": "no number"}, "redrive": {"kind": "event"},
                "times": 1, "opened_at_ms": 0, "changed_at_ms": 0,
            }));
            is_of(&order.parse().unwrap(), &review.unwrap())
        };
        assert!(of("woo/12") && !of("woo/1") && !of("own/12"));
    }
}
