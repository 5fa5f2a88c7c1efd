//! One payment pays one order: the transaction of a shop's own plugin is claimed before it is believed.

use super::ttl_s;
use crate::items::{
    Inserted, Items,
    typed::{self, Beside},
};
use domain::{failure::Failure, ids::OrderKey};
use effects::Clock;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// As long as effects on money are remembered: the refund window.
const KEEP_DAYS: i64 = 400;

/// Whose payment it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// This order's, from now on.
    New,
    /// This order's, claimed before.
    Ours,
    /// Another order's.
    Of(OrderKey),
}

#[derive(Serialize, Deserialize)]
struct PaymentUsed {
    schema: u32,
    order: OrderKey,
    at_ms: i64,
}

/// Which payment pays which order.
#[derive(Clone)]
pub struct PaymentsUsed {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
}

impl PaymentsUsed {
    /// The payments used, in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self { items, clock }
    }

    /// The order a transaction pays, if it pays one.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn owner(&self, transaction: &str) -> Result<Option<OrderKey>, Failure> {
        let there = typed::load::<PaymentUsed>(&*self.items, &format!("payment-used/{transaction}")).await?;
        Ok(there.map(|there| there.value.order))
    }

    /// Claims a transaction for an order. A repeat by the same order is fine.
    ///
    /// # Errors
    /// Those of [`Items::insert`].
    pub async fn claim(&self, transaction: &str, order: &OrderKey) -> Result<Use, Failure> {
        let now = self.clock.now();
        let used = PaymentUsed {
            schema: 1,
            order: order.clone(),
            at_ms: now.0,
        };
        let beside = Beside {
            state: None,
            ttl_s: ttl_s(now, KEEP_DAYS),
        };
        let item = typed::item(&format!("payment-used/{transaction}"), &used, beside)?;
        match self.items.insert(item).await? {
            Inserted::Created => Ok(Use::New),
            Inserted::Exists(there) => {
                let there = typed::parse::<PaymentUsed>(there)?.value.order;
                Ok(if there == *order {
                    Use::Ours
                } else {
                    Use::Of(there)
                })
            }
        }
    }
}
