//! The orders in the hands of a run, page by page: there is no number of them after which the rest is overlooked.

use super::{ACCEPTED, IN_ODOO, OrderItem};
use crate::items::{Items, Place, typed};
use domain::failure::Failure;
use std::sync::Arc;

/// Orders in a page. DynamoDB's own pages of 1 MB hold a few hundred.
const PAGE: usize = 250;

/// Pages of open orders: first those that Odoo holds, because their money may have been taken, those opened first at the
/// top; then the others. An order that changes its place meanwhile may be seen twice or not at all.
pub struct OpenOrders {
    items: Arc<dyn Items>,
    page: usize,
    /// The states to come, the next one last.
    states: Vec<&'static str>,
    after: Option<Place>,
}

impl OpenOrders {
    pub(super) fn new(items: Arc<dyn Items>) -> Self {
        Self {
            items,
            page: PAGE,
            states: vec![ACCEPTED, IN_ODOO],
            after: None,
        }
    }

    /// In pages of so many.
    #[must_use]
    pub fn pages_of(self, page: usize) -> Self {
        Self { page, ..self }
    }

    /// The next page; nothing when there are no more.
    ///
    /// # Errors
    /// Those of [`Items::by_state_after`].
    pub async fn next(&mut self) -> Result<Option<Vec<OrderItem>>, Failure> {
        while let Some(state) = self.states.last() {
            let items = self
                .items
                .by_state_after(state, self.after.as_ref(), self.page)
                .await?;
            let last = items.last().and_then(|item| {
                Some(Place {
                    by: item.state.as_ref()?.1.clone(),
                    pk: item.pk.clone(),
                })
            });
            self.after = last.filter(|_| items.len() == self.page);
            if self.after.is_none() {
                self.states.pop();
            }
            if !items.is_empty() {
                let orders = items.into_iter().map(|item| Ok(typed::parse(item)?.value));
                return orders.collect::<Result<_, Failure>>().map(Some);
            }
        }
        Ok(None)
    }
}
