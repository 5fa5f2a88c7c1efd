//! All stores in turn. A shop that cannot be reached does not stop the others.

use crate::orders::Time;
use domain::{failure::Failure, merchant::Merchant};
use effects::Clock;
use runtime::{
    Invocation,
    inbox::Inbox,
    metrics::{self, Metric},
    shops::Shops,
    stores::Cursors,
};
use serde::Serialize;
use std::sync::Arc;

/// The parts the poller works with.
pub struct Poller {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// The shops.
    pub shops: Shops,
    /// Where we stand with each.
    pub cursors: Cursors,
    /// The way in.
    pub inbox: Inbox,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Polled {
    /// Stores that answered.
    pub stores: u32,
    /// Stores that did not.
    pub failed: u32,
    /// Events that no webhook had brought.
    pub events: u32,
}

impl Poller {
    /// Polls every store.
    ///
    /// # Errors
    /// None: what is wrong with a store is logged and counted, and the next run tries again.
    pub async fn poll(&self, invocation: &Invocation) -> Result<Polled, Failure> {
        let mut polled = Polled::default();
        for ((id, shop), left) in self.shops.iter().zip((1..=self.shops.len()).rev()) {
            let store = self.merchant.store(id)?;
            let now = self.clock.now();
            let share_ms = invocation.remaining_ms(now) / i64::try_from(left).unwrap_or(i64::MAX);
            let time = Time {
                invocation,
                share_until: now.plus_ms(share_ms),
            };
            let events = self.orders(store, shop.as_ref(), &time).await;
            let healthy = self.webhooks(store, shop.as_ref()).await;
            polled.events += *events.as_ref().unwrap_or(&0);
            let came_to = events.and(healthy);
            // An alarm that finds nothing looks further back than its periods, for the last failures there were.
            metrics::emit(Metric::PollsFailed, u8::from(came_to.is_err()), &[id.as_str()]);
            match came_to {
                Ok(()) => polled.stores += 1,
                Err(failure) => {
                    polled.failed += 1;
                    metrics::failure(&failure);
                    tracing::error!(store = %id, error = failure.name.as_str(), "{}", failure.what);
                }
            }
        }
        tracing::info!(
            stores = polled.stores,
            failed = polled.failed,
            events = polled.events,
            "polled"
        );
        Ok(polled)
    }
}
