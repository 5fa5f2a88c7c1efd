//! An order that a person has corrected: what may be changed, and what stays the shop's.

use super::{Order, check};
use crate::failure::{Failure, FailureName};

impl Order {
    /// The corrected order for this version of the shop's: what was ordered is as the person says, which version it is
    /// and how it is paid is as the shop says.
    #[must_use]
    pub fn corrected_by(&self, person: &Self) -> Self {
        Self {
            modified_at: self.modified_at,
            payment: self.payment.clone(),
            ..person.clone()
        }
    }
}

/// Whether a person may make `after` of the order `before`. What names the order and its version is the shop's, and so
/// is the payment; what the customer has agreed to pay is nobody's to change.
///
/// # Errors
/// [`FailureName::Conflict`] when total or currency differ; [`FailureName::Refused`] for a field that is not to be
/// edited, or when nothing is changed; those of [`check`].
pub fn check_edit(before: &Order, after: &Order) -> Result<(), Failure> {
    let the_shops = [
        ("schema", before.schema == after.schema),
        ("key", before.key == after.key),
        ("modified_at", before.modified_at == after.modified_at),
        ("payment", before.payment == after.payment),
    ];
    if let Some((field, _)) = the_shops.into_iter().find(|(_, same)| !same) {
        let failure = Failure::new(
            FailureName::Refused,
            "this is the shop's and cannot be edited here",
        )
        .field(field);
        return Err(failure.remedy("change it in the shop, which sends the order again"));
    }
    if before.total() != after.total() {
        let what = format!(
            "the customer has agreed to pay {}, the edited order comes to {}",
            before.total(),
            after.total()
        );
        let field = if before.currency == after.currency {
            "total_minor"
        } else {
            "currency"
        };
        return Err(Failure::new(FailureName::Conflict, what)
            .field(field)
            .remedy("keep the total; for another one drop the order, and let the customer pay again"));
    }
    if before == after {
        return Err(Failure::new(FailureName::Refused, "nothing is changed"));
    }
    check(after)
}
