//! Versions of an order that contradict what is running, done, or about to be done.

use super::{Decision, OrderView, RecordReason};
use crate::{
    failure::{Failure, FailureName},
    order::{Facts, Order, Payment},
};

/// The run goes on with the version it was opened with; a person decides, and a redrive takes the newest version.
pub(super) fn while_running(seen: &OrderView, order: &Order) -> Decision {
    let Some(before) = &seen.facts else {
        return Decision::Record(RecordReason::Unchanged);
    };
    if order.payment == Payment::Closed {
        return review(
            "the shop cancelled or refunded the order while it is being processed",
            "drop the run if it is parked; otherwise cancel or refund the order in Odoo and at the gateway",
        );
    }
    if order.payment.is_paid() && !before.names(&order.payment) {
        return review(
            "the shop shows another payment of the order while one is being processed",
            "look both payments up at the gateway and in the shop. If the run is parked, drop it: what it has reserved is \
             let go, and the other payment counts. If it has taken the money, give one of the two back",
        );
    }
    if !seen.is_worked_with(&order.facts().goods) {
        return review(
            "the shop changed the order while it is being processed",
            "compare the order in Odoo with the shop's; a parked run takes the newest version when it is redriven",
        );
    }
    Decision::Record(RecordReason::Unchanged)
}

/// What we have told the shop of our own payment is none of another's: whoever asks knows our transactions.
pub(super) fn when_done(seen: &OrderView, order: &Order) -> Decision {
    if order.payment == Payment::Closed {
        return review(
            "the shop cancelled or refunded an order that is paid and invoiced",
            "credit the invoice in Odoo and refund the payment, unless the shop's plugin has refunded it",
        );
    }
    let Some(before) = &seen.facts else {
        return Decision::Record(RecordReason::Unchanged);
    };
    if order.payment.is_paid() && !before.names(&order.payment) {
        return review(
            "the shop shows another payment of an order that is paid and invoiced",
            "look both payments up at the gateway and in the shop; if the customer has paid twice, give one of them back",
        );
    }
    if !seen.is_worked_with(&order.facts().goods) {
        return review(
            "the shop changed an order that is paid and invoiced",
            "compare the invoice with the shop's order and correct the one that is wrong",
        );
    }
    Decision::Record(RecordReason::Unchanged)
}

/// Whether a payment may still be reserved or taken, by the newest version of its order. `plugins` is the payment of
/// the shop's own plugin, when it is that one which is to be taken, and nothing for one of ours.
///
/// # Errors
/// [`FailureName::Conflict`] when the shop has closed the order meanwhile, or shows that it is paid by another payment.
pub fn check_still_wanted(newest: &Facts, plugins: Option<&Payment>) -> Result<(), Failure> {
    let conflict = |what: &str, remedy: &str| {
        let failure = Failure::new(FailureName::Conflict, what).field("payment.state");
        Err(failure.remedy(remedy))
    };
    if newest.is_closed() {
        return conflict(
            "the shop has cancelled or refunded the order",
            "drop the run: what is reserved is let go",
        );
    }
    if newest.is_paid() && !plugins.is_some_and(|payment| newest.names(payment)) {
        return conflict(
            "the shop shows another payment of the order by now",
            "look the other payment up. If it is good, drop the run: what is reserved is let go, and the order goes on \
             with the other payment where that is one of ours. If not, undo it, put the order's payment right in the \
             shop, then redrive",
        );
    }
    Ok(())
}

pub(super) fn review(what: &str, remedy: &str) -> Decision {
    Decision::RecordAndReview(Failure::new(FailureName::Conflict, what).remedy(remedy))
}
