//! One SKU on its way to the shop.

use domain::{
    failure::{Failure, FailureName},
    ids::StoreId,
};
use runtime::stores::{Flight, Reading, StockFlights};
use shop::{ShopClient, StockSet};

/// A SKU that is ours to tell.
#[derive(Clone, Debug)]
pub(crate) struct Flying {
    pub(crate) sku: String,
    flight: String,
}

/// What asking to fly came to.
pub(crate) enum TakeOff {
    Ours(Flying),
    /// Somebody else tells the shop now, and we do next.
    Next,
    /// Somebody else reads later than now, and tells the shop.
    Others,
}

/// The flights to one shop.
pub(crate) struct Flights<'a> {
    pub(crate) flights: &'a StockFlights,
    pub(crate) shop: &'a dyn ShopClient,
    pub(crate) store: &'a StoreId,
}

impl Flights<'_> {
    /// Asks to tell the shop of a SKU.
    ///
    /// # Errors
    /// [`FailureName::InProgress`] while an earlier attempt of this run may still reach the shop.
    pub(crate) async fn take_off(&self, sku: &str, run: &str) -> Result<TakeOff, Failure> {
        match self.flights.take_off(self.store, sku, run).await? {
            Flight::Fly(flight) => Ok(TakeOff::Ours(Flying {
                sku: sku.to_owned(),
                flight,
            })),
            Flight::Next => Ok(TakeOff::Next),
            Flight::Others => Ok(TakeOff::Others),
            Flight::Unsettled => Err(Failure::new(
                FailureName::InProgress,
                "an earlier attempt to tell the shop may still arrive",
            )
            .field(sku)),
        }
    }

    /// Tells the shop, and lands. What the shop made of it.
    pub(crate) async fn fly(&self, flying: &Flying, reading: Reading) -> Result<StockSet, Failure> {
        match self.shop.set_stock(&flying.sku, reading.quantity).await {
            Ok(told) => {
                self.land(flying, Some(reading)).await?;
                Ok(told)
            }
            // It may still arrive: until that is over nobody else tells the shop.
            Err(failure) if failure.name == FailureName::OutcomeUnknown => Err(failure.field(&flying.sku)),
            Err(failure) => {
                self.abandon(flying).await;
                Err(failure.field(&flying.sku))
            }
        }
    }

    /// Lands where there is nothing to tell.
    pub(crate) async fn turn_back(&self, flying: &Flying) -> Result<(), Failure> {
        self.land(flying, None).await
    }

    /// Lands after a failure, which is what the caller has to hear of.
    pub(crate) async fn abandon(&self, flying: &Flying) {
        warned(&flying.sku, self.land(flying, None).await);
    }

    /// Is not the next to fly any more. Whether another run is, and reads later than now.
    pub(crate) async fn leave_line(&self, sku: &str, run: &str) -> bool {
        let left = self.flights.leave_line(self.store, sku, run).await;
        warned(sku, left).unwrap_or_default()
    }

    async fn land(&self, flying: &Flying, told: Option<Reading>) -> Result<(), Failure> {
        self.flights
            .land(self.store, &flying.sku, &flying.flight, told)
            .await
    }
}

/// A flight that cannot be ended, or a place in line that cannot be left, ends by itself.
fn warned<T>(sku: &str, ended: Result<T, Failure>) -> Option<T> {
    let warn = |failure: &Failure| {
        let error = failure.name.as_str();
        tracing::warn!(sku, error, "a flight could not be ended");
    };
    ended.inspect_err(warn).ok()
}
