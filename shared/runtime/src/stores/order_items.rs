//! The order item: who runs an order, and what we know of it. One per order, changed only by compare-and-set.

use super::sortable;
use crate::items::{
    Items,
    typed::{self, Beside, Saved, Versioned},
};
use domain::{failure::Failure, ids::OrderKey};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Index state of orders a run works on.
const OPEN: &str = "order/open";

/// Where an order stands with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Seen; nothing is done for it (yet).
    Recorded,
    /// A run works on it.
    Open,
    /// A run ended with the order paid and booked.
    Completed,
    /// A run ended without a sale.
    Closed,
}

/// Goods accepted in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedLine {
    /// Stock keeping unit.
    pub sku: String,
    /// How many; as JSON a string.
    pub quantity: Decimal,
}

/// What we know of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The version of this shape.
    pub schema: u32,
    /// The order.
    pub order: OrderKey,
    /// Where it stands.
    pub state: OrderState,
    /// Which run, from 1; 0 while there was none.
    pub generation: u32,
    /// How often the run was started again.
    #[serde(default)]
    pub redrives: u32,
    /// The run's execution name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// The event id of the newest content seen.
    pub newest_version: String,
    /// When the shop says that version was made: an older event never replaces a newer one.
    pub newest_modified_at: Timestamp,
    /// The event that opened the run: its repeat resumes the run instead of opening another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// Hash of the business facts of the content the run was opened with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// Event ids that our own status writes made: their echo is dropped.
    #[serde(default)]
    pub our_writes: Vec<String>,
    /// What the order takes from stock.
    #[serde(default)]
    pub accepted_lines: Vec<AcceptedLine>,
    /// Whether Odoo has the order, and so counts those goods itself.
    #[serde(default)]
    pub in_odoo: bool,
    /// When a run was first opened, Unix milliseconds; 0 while there was none.
    #[serde(default)]
    pub opened_at_ms: i64,
}

/// The order items.
#[derive(Clone)]
pub struct OrderItems {
    items: Arc<dyn Items>,
}

impl OrderItems {
    /// The order items in this table.
    pub fn new(items: Arc<dyn Items>) -> Self {
        Self { items }
    }

    /// What we know of an order.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn load(&self, order: &OrderKey) -> Result<Option<Versioned<OrderItem>>, Failure> {
        typed::load(&*self.items, &key(order)).await
    }

    /// Stores an order item: a new one, or one whose version was seen.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn save(&self, seen_version: Option<u64>, item: &OrderItem) -> Result<Saved, Failure> {
        typed::save(&*self.items, &key(&item.order), seen_version, item, beside(item)).await
    }

    /// Changes an order item. `change` sees what is there and says what it should be, with an answer; it runs again
    /// when somebody else was faster. `None` writes nothing.
    ///
    /// # Errors
    /// Those of [`Items::replace`]; [`domain::failure::FailureName::InProgress`] when the item keeps changing.
    pub async fn change<R>(
        &self,
        order: &OrderKey,
        change: impl FnMut(Option<&OrderItem>) -> (Option<OrderItem>, R),
    ) -> Result<R, Failure> {
        typed::change(&*self.items, &key(order), beside, change).await
    }

    /// Orders a run works on, those first opened first at the top.
    ///
    /// # Errors
    /// Those of [`Items::by_state`].
    pub async fn open(&self, limit: usize) -> Result<Vec<OrderItem>, Failure> {
        let items = self.items.by_state(OPEN, limit).await?;
        items
            .into_iter()
            .map(|item| Ok(typed::parse(item)?.value))
            .collect()
    }
}

fn key(order: &OrderKey) -> String {
    format!("order/{order}")
}

fn beside(item: &OrderItem) -> Beside {
    let by = sortable(effects::UnixMillis(item.opened_at_ms));
    Beside {
        state: (item.state == OrderState::Open).then(|| (OPEN.to_owned(), by)),
        ttl_s: None,
    }
}
