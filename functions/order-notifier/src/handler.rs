//! The parts the notifier works with.

use crate::request::Request;
use domain::{failure::Failure, merchant::Merchant};
use effects::{Clock, Ledger};
use runtime::{Invocation, queue::Queue, shops::Shops, stores::OrderItems};
use serde_json::{Value, json};
use std::sync::Arc;

/// The parts the notifier works with.
pub struct Notifier {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// What was done before.
    pub ledger: Ledger,
    /// The shops.
    pub shops: Shops,
    /// What we know of orders.
    pub orders: OrderItems,
    /// Where events are put again.
    pub inbox: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Notifier {
    /// Does one step.
    ///
    /// # Errors
    /// Every failure the function's README names.
    pub async fn handle(&self, request: Request, invocation: &Invocation) -> Result<Value, Failure> {
        match request {
            Request::Notify(notify) => {
                let status = self.notify(&notify, invocation).await?;
                Ok(json!({ "status": status }))
            }
            Request::Close(close) => {
                self.close(&close).await?;
                Ok(json!({ "state": close.state }))
            }
        }
    }
}
