//! What a person has made of an order, beside the shop's versions of it: those alone are compared by age.

use super::{OrderItem, accepted_lines};
use domain::{
    event::EventId,
    order::{Facts, Order},
};
use serde::{Deserialize, Serialize};

/// What a person has made of the order for its last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// The version with the corrected content.
    pub version: EventId,
    /// The shop's version it was made of.
    pub corrects: EventId,
    /// What mattered of the shop's version.
    pub of: Facts,
    /// What matters of the corrected one.
    pub facts: Facts,
}

impl OrderItem {
    /// With what a person has made of the shop's newest version, `of`, for the run that goes on.
    #[must_use]
    pub fn corrected(self, of: &Facts, order: &Order, version: &EventId) -> Self {
        Self {
            edited: Some(Edited {
                version: version.clone(),
                corrects: self.newest.clone(),
                of: of.clone(),
                facts: order.facts(),
            }),
            accepted_lines: accepted_lines(order),
            ..self
        }
    }

    /// What a person has made of the order, as long as the shop says the same goods as when it was made: a shop that
    /// has changed them since has the word.
    pub fn edit_that_stands(&self) -> Option<&Edited> {
        let edited = self.edited.as_ref()?;
        let newest = self.newest_facts.as_ref();
        newest
            .is_some_and(|newest| newest.goods == edited.of.goods)
            .then_some(edited)
    }
}
