//! Versions that may mean one thing or another: a person says which.

use super::{Decision, OrderState, OrderView, RecordReason, contradiction::review};
use crate::{
    event::EventId,
    failure::{Failure, FailureName},
    order::{Facts, Order, Payment},
    outcome::Outcome,
};

/// A version that says what the last run has tried. After we have told that it came to nothing, an order that can be
/// paid with the same card again is a customer's new attempt, or somebody has only set its status back.
pub(super) fn tried_before(seen: &OrderView, order: &Order, event: &EventId) -> Decision {
    let opened_the_last_run = seen.opened_by.as_ref() == Some(event);
    if opened_the_last_run || !is_payable_again(seen, order) {
        return Decision::Record(RecordReason::Unchanged);
    }
    if seen.let_in {
        return Decision::Open {
            generation: seen.generation.saturating_add(1),
        };
    }
    let what = "the order can be paid again with the card that was tried before: the customer has tried once more, or its \
                status was set back by hand";
    let remedy =
        "redrive to charge the card once more; or drop this, and ask the customer for another payment";
    Decision::Ask(Failure::new(FailureName::Conflict, what).remedy(remedy))
}

fn is_payable_again(seen: &OrderView, order: &Order) -> bool {
    let told = seen.our_writes.last();
    let came_to_nothing = |outcome| match outcome {
        Outcome::Declined | Outcome::CaptureRefused | Outcome::Cancelled | Outcome::Rejected => true,
        // The shop was asked to let the customer pay again, and shows what we know until that has happened.
        Outcome::TokenExpired | Outcome::Paid => false,
    };
    let after = told
        .filter(|told| came_to_nothing(told.outcome))
        .and_then(|told| told.version.modified_at_s());
    seen.state == OrderState::Closed
        && matches!(order.payment, Payment::Token { .. })
        && after.is_some_and(|told_s| order.modified_at.as_second() > told_s)
}

/// Money that does not say where it went is no business of the gateway's; whether the order belongs into the books, a
/// person has to know. Once: what was said of the newest version so far was asked about then.
pub(super) fn paid_without_method(order: &Order, newest: Option<&Facts>) -> Decision {
    if newest.is_some_and(|newest| newest.names(&order.payment)) {
        return Decision::Record(RecordReason::NotPaid);
    }
    review(
        "the order counts as paid and names no payment method: it is discounted in full, or was made by hand",
        "enter it in Odoo by hand, or give it its payment method in the shop; then drop this",
    )
}
