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
    /// Somebody else tells the shop, and reads anew afterwards.
    Others,
}

/// How a flight ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Landed {
    /// What the shop made of it; nothing when there was nothing to tell.
    pub(crate) told: Option<StockSet>,
    /// Whether somebody came meanwhile.
    pub(crate) again: bool,
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
            Flight::UnderWay => Ok(TakeOff::Others),
            Flight::Unsettled => Err(Failure::new(
                FailureName::InProgress,
                "an earlier attempt to tell the shop may still arrive",
            )
            .field(sku)),
        }
    }

    /// Tells the shop, and lands.
    pub(crate) async fn fly(&self, flying: &Flying, reading: Reading) -> Result<Landed, Failure> {
        match self.shop.set_stock(&flying.sku, reading.quantity).await {
            Ok(told) => {
                let again = self.land(flying, Some(reading)).await?;
                Ok(Landed {
                    told: Some(told),
                    again,
                })
            }
            // It may still arrive: until that is over nobody else tells the shop.
            Err(failure) if failure.name == FailureName::OutcomeUnknown => Err(failure.field(&flying.sku)),
            Err(failure) => {
                self.abandon(flying).await;
                Err(failure.field(&flying.sku))
            }
        }
    }

    /// Lands without having anything to tell.
    pub(crate) async fn turn_back(&self, flying: &Flying) -> Result<Landed, Failure> {
        let again = self.land(flying, None).await?;
        Ok(Landed { told: None, again })
    }

    /// Lands after a failure, which is what the caller has to hear of.
    pub(crate) async fn abandon(&self, flying: &Flying) {
        if let Err(failure) = self.land(flying, None).await {
            tracing::warn!(
                sku = flying.sku,
                error = failure.name.as_str(),
                "a flight could not be landed"
            );
        }
    }

    async fn land(&self, flying: &Flying, told: Option<Reading>) -> Result<bool, Failure> {
        self.flights
            .land(self.store, &flying.sku, &flying.flight, told)
            .await
    }
}
