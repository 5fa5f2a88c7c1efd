//! What an event means for its order: the decision of the event router, without its I/O.
//!
//! Only an event with an actionable payment opens a run. The order item owns the run: a run is opened by moving the
//! item to the next generation under a condition, so that of two events that decide the same only one does it.

mod contradiction;
mod our_write;
mod unclear;

pub use contradiction::check_still_wanted;
pub use our_write::OurWrite;

use crate::{
    event::EventId,
    failure::{Failure, FailureName},
    merchant::Merchant,
    order::{Facts, Order, Payment},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Where an order stands with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Known, but nothing was ever started for it.
    Recorded,
    /// A run works on it.
    Open,
    /// Its last run ended with the order paid and invoiced.
    Completed,
    /// Its last run ended otherwise: declined, cancelled, rejected.
    Closed,
}

/// What the order item remembers and the decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// Where the order stands.
    pub state: OrderState,
    /// The last run's number; 0 before the first.
    pub generation: u32,
    /// The modification time of the newest version we have recorded.
    pub newest: Timestamp,
    /// [`Order::facts`] of that version. Without them every other version of that second counts as this one.
    pub newest_facts: Option<Facts>,
    /// The event that opened the last run.
    pub opened_by: Option<EventId>,
    /// [`Order::facts`] of the version the last run was opened with.
    pub facts: Option<Facts>,
    /// [`Order::facts`] of what a person has made of the order for the last run.
    pub edited: Option<Facts>,
    /// Our own writes to the shop, oldest first.
    pub our_writes: Vec<OurWrite>,
    /// Whether a person has let this event in: what had been asked about it is answered.
    pub let_in: bool,
}

impl OrderView {
    /// Whether this is what the last run works with: as the shop sent it, or as a person has corrected it. A shop that
    /// is corrected afterwards says nothing new.
    fn is_worked_with(&self, goods: &str) -> bool {
        let known = self.facts.iter().chain(&self.edited);
        known.into_iter().any(|facts| facts.goods == goods)
    }
}

/// What to do with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Record this version and open a run under this number.
    Open {
        /// The number of the run.
        generation: u32,
    },
    /// The run this event opened is live: start it if it is not there. Seen is not the same as finished.
    Resume {
        /// The number of the run.
        generation: u32,
    },
    /// Record this version; start nothing.
    Record(RecordReason),
    /// Record this version and ask a person: it contradicts what is running or done.
    RecordAndReview(Failure),
    /// Ask a person whether this version counts, and record nothing: the answer lets the event in again.
    Ask(Failure),
    /// Nothing to do.
    Ignore(IgnoreReason),
}

/// Why an event starts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordReason {
    /// Its payment is not actionable: not paid yet, or not in a way we handle.
    NotPaid,
    /// Cancelled, failed or refunded before anything was done for it.
    Closed,
    /// Ordered before the cut-over date.
    BeforeCutOver,
    /// Nothing that matters to us has changed.
    Unchanged,
}

/// Why an event is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreReason {
    /// This version is known, and what it led to is finished or was recorded.
    Repeat,
    /// The echo of our own write.
    Echo,
    /// A newer version is known.
    Older,
}

/// Decides what an event means. `event` is the id of the event that brought `order`; `seen` is the order item, if
/// there is one.
pub fn decide(seen: Option<&OrderView>, order: &Order, event: &EventId, merchant: &Merchant) -> Decision {
    let Some(seen) = seen else {
        return first_or_next(order, 1, None, merchant);
    };
    if seen.state == OrderState::Open && seen.opened_by.as_ref() == Some(event) {
        return Decision::Resume {
            generation: seen.generation,
        };
    }
    let facts = order.facts();
    let known = [
        seen.facts.as_ref(),
        seen.newest_facts.as_ref(),
        seen.edited.as_ref(),
    ];
    let known: Vec<&Facts> = known.into_iter().flatten().collect();
    if our_write::is_echo(&seen.our_writes, order, &known) {
        return Decision::Ignore(IgnoreReason::Echo);
    }
    match (order.modified_at.cmp(&seen.newest), &seen.newest_facts) {
        (Ordering::Less, _) => Decision::Ignore(IgnoreReason::Older),
        (Ordering::Equal, Some(newest)) if *newest != facts => {
            in_the_same_second(seen, newest, order, event, merchant)
        }
        (Ordering::Equal, _) => of_state(seen, order, event, true, merchant),
        (Ordering::Greater, _) => of_state(seen, order, event, false, merchant),
    }
}

fn of_state(seen: &OrderView, order: &Order, event: &EventId, repeat: bool, merchant: &Merchant) -> Decision {
    match seen.state {
        OrderState::Recorded | OrderState::Closed => without_run(seen, order, event, repeat, merchant),
        OrderState::Open | OrderState::Completed if repeat => Decision::Ignore(IgnoreReason::Repeat),
        OrderState::Open => contradiction::while_running(seen, order),
        OrderState::Completed => contradiction::when_done(seen, order),
    }
}

/// Shops date in whole seconds, and webhooks overtake each other: which of two versions of one second came last, they
/// do not say. What one of them adds is taken up; a payment is tried only when the other one does not speak against it.
fn in_the_same_second(
    seen: &OrderView,
    newest: &Facts,
    order: &Order,
    event: &EventId,
    merchant: &Merchant,
) -> Decision {
    let facts = order.facts();
    let same_goods = newest.goods == facts.goods;
    let adds_nothing =
        seen.facts.as_ref() == Some(&facts) || (same_goods && order.payment == Payment::Pending);
    if adds_nothing {
        return Decision::Ignore(IgnoreReason::Older);
    }
    let other_payment = newest.is_paid() && !newest.names(&order.payment);
    match of_state(seen, order, event, false, merchant) {
        Decision::Open { .. } if !same_goods || newest.is_closed() || other_payment => Decision::Ask(
            Failure::new(
                FailureName::Conflict,
                "the shop sent two different orders under the same id and modification time",
            )
            .remedy("compare the order in the shop with this one; redrive to process this one, or drop it"),
        ),
        decision => decision,
    }
}

/// A version of an order that has no live run and is not paid yet, after the version that was the newest so far.
fn first_or_next(order: &Order, generation: u32, newest: Option<&Facts>, merchant: &Merchant) -> Decision {
    if merchant.is_before_cut_over(order) {
        return Decision::Record(RecordReason::BeforeCutOver);
    }
    match order.payment {
        Payment::Elsewhere { method: None, .. } => unclear::paid_without_method(order, newest),
        Payment::Pending | Payment::Elsewhere { .. } => Decision::Record(RecordReason::NotPaid),
        Payment::Closed => Decision::Record(RecordReason::Closed),
        Payment::Token { .. } | Payment::Authorized { .. } | Payment::Captured { .. } => {
            Decision::Open { generation }
        }
    }
}

/// A known version is decided again, too: it may have come while a run was live that has ended since, or the decision
/// was lost on the way. What the last run has already tried is not tried again by itself.
fn without_run(
    seen: &OrderView,
    order: &Order,
    event: &EventId,
    repeat: bool,
    merchant: &Merchant,
) -> Decision {
    let generation = seen.generation.saturating_add(1);
    let tried = seen.facts.as_ref() == Some(&order.facts());
    let decision = match tried {
        true => unclear::tried_before(seen, order, event),
        false => first_or_next(order, generation, seen.newest_facts.as_ref(), merchant),
    };
    match decision {
        Decision::Record(_) if repeat => Decision::Ignore(IgnoreReason::Repeat),
        decision => decision,
    }
}
