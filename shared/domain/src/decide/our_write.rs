//! Our own writes to the shop, which come back as events.

use crate::{
    event::EventId,
    order::{Facts, Order, Payment},
    outcome::Outcome,
};
use serde::{Deserialize, Serialize};

/// A write of ours to the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OurWrite {
    /// The version of the order it made.
    pub version: EventId,
    /// What the shop was told.
    pub outcome: Outcome,
    /// Which transaction the shop was told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}

impl OurWrite {
    /// Whether `order` is the version this write made and says nothing but what we know (`known`) and have told.
    ///
    /// The version alone does not tell: shops date in whole seconds, and a webhook carries the order as it is when it
    /// is sent. So what a customer changed in that second, or shortly before, may be in this very version.
    fn echoes(&self, order: &Order, known: &[&Facts]) -> bool {
        if self.version != EventId::of_order(order) {
            return false;
        }
        let facts = order.facts();
        known.iter().any(|known| known.goods == facts.goods)
            && (self.tells(&order.payment) || known.iter().any(|known| known.payment == facts.payment))
    }

    /// Whether the order's payment looks so because of what we have told.
    fn tells(&self, payment: &Payment) -> bool {
        match payment {
            Payment::Pending => true,
            Payment::Closed => self.outcome != Outcome::Paid,
            // We never leave a token in the shop: one that is not known is the customer's next payment.
            Payment::Token { .. } => false,
            Payment::Authorized { .. } | Payment::Captured { .. } | Payment::Elsewhere { .. } => {
                self.transaction.is_some() && self.transaction.as_deref() == payment.transaction()
            }
        }
    }
}

/// Whether `order` is the echo of one of our writes, oldest first.
///
/// Of several in one second the last one has the word on a closed order: after "paid" was told, somebody else closed it.
pub(super) fn is_echo(writes: &[OurWrite], order: &Order, known: &[&Facts]) -> bool {
    let version = EventId::of_order(order);
    let mut ours = writes.iter().filter(|write| write.version == version);
    match order.payment {
        Payment::Closed => ours.next_back().is_some_and(|write| write.echoes(order, known)),
        _ => ours.any(|write| write.echoes(order, known)),
    }
}
