//! Which chain a fact belongs to.

use domain::ids::OrderKey;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A chain: `order/{order key}`, or `system/{name}` for facts of no order. The partition key of its entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainId(String);

impl ChainId {
    /// The chain of an order.
    pub fn order(order: &OrderKey) -> Self {
        Self(format!("order/{order}"))
    }

    /// The chain of something that is no order: a remote system's breaker and pauses (`odoo`, `gp-api`, `shop-woo`),
    /// `reviews` and `events` that name no order, `other`.
    pub fn system(name: &str) -> Self {
        Self(format!("system/{name}"))
    }

    /// A chain by its name as it was stored.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The order whose chain it is.
    pub fn of_order(&self) -> Option<OrderKey> {
        self.0.strip_prefix("order/")?.parse().ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
