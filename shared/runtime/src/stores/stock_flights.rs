//! One flight per SKU: while one caller tells the shop a quantity, no other does, and an older reading never
//! overwrites a newer one.

use crate::{
    items::{
        Items,
        typed::{self, Beside},
    },
    unique::unique,
};
use domain::{failure::Failure, ids::StoreId};
use effects::{Clock, UnixMillis};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a flight may take; after that another may start. Longer than its function may run, by the time a shop may
/// still work on a request whose client has gone.
const FLIGHT_MS: i64 = 120_000;

/// A quantity as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// When reading it *started*, Unix milliseconds: what was read may be that old.
    pub read_at_ms: i64,
    /// What the shop was told.
    pub quantity: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    /// The newest reading the shop was told.
    told: Option<Reading>,
    /// Who is telling it, and until when nobody else may.
    flight: Option<(String, i64)>,
    /// Somebody came while a flight was under way: fly again afterwards.
    again: bool,
}

/// What a caller may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flight {
    /// Read, tell the shop, then [`StockFlights::land`] with this name.
    Fly(String),
    /// Somebody else is telling the shop; that flight will know to fly again with a new reading.
    UnderWay,
    /// A flight of our own is under way that never landed: its end is unknown, and what it told may still arrive. Come
    /// back later.
    Unsettled,
}

/// Who tells a shop the quantity of a SKU.
#[derive(Clone)]
pub struct StockFlights {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
}

impl StockFlights {
    /// The flights in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self { items, clock }
    }

    /// Asks to tell the shop how many there are. Whoever flies reads only now, so that no reading is older than one the
    /// shop was told before. `by` is the run that asks: a flight of the same run that is still under way was cut off,
    /// and nobody will fly again for it.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn take_off(&self, store: &StoreId, sku: &str, by: &str) -> Result<Flight, Failure> {
        let now = self.clock.now();
        let name = format!("{by}#{}", unique());
        typed::change(&*self.items, &key(store, sku), beside, |there: Option<&Stock>| {
            let stock = there.cloned().unwrap_or_default();
            if let Some((flight, until_ms)) = &stock.flight
                && now < UnixMillis(*until_ms)
            {
                if flight.rsplit_once('#').is_some_and(|(run, _)| run == by) {
                    return (None, Flight::Unsettled);
                }
                let wanted = (!stock.again).then_some(Stock { again: true, ..stock });
                return (wanted, Flight::UnderWay);
            }
            let flight = Some((name.clone(), now.plus_ms(FLIGHT_MS).0));
            (
                Some(Stock {
                    flight,
                    again: false,
                    ..stock
                }),
                Flight::Fly(name.clone()),
            )
        })
        .await
    }

    /// Ends a flight: with the reading the shop now has, or without when it was certainly not told. Whether to read and
    /// fly again, because somebody came meanwhile. A flight whose end is unknown is not landed: it ends by itself.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn land(
        &self,
        store: &StoreId,
        sku: &str,
        flight: &str,
        told: Option<Reading>,
    ) -> Result<bool, Failure> {
        typed::change(&*self.items, &key(store, sku), beside, |there: Option<&Stock>| {
            let ours = there.filter(|stock| stock.flight.as_ref().is_some_and(|(name, _)| name == flight));
            let Some(stock) = ours else { return (None, true) };
            let told = told.clone().or_else(|| stock.told.clone());
            let landed = Stock {
                told,
                flight: None,
                again: false,
            };
            (Some(landed), stock.again)
        })
        .await
    }
}

fn key(store: &StoreId, sku: &str) -> String {
    format!("stock/{store}/{sku}")
}

fn beside(_: &Stock) -> Beside {
    Beside::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::MemoryItems;
    use effects::ManualClock;

    fn store() -> StoreId {
        "woo".parse().unwrap()
    }

    async fn take_off(flights: &StockFlights, by: &str) -> Flight {
        flights.take_off(&store(), "MUG", by).await.unwrap()
    }

    async fn land(flights: &StockFlights, flight: &Flight) -> bool {
        let Flight::Fly(name) = flight else {
            panic!("{flight:?} is no flight")
        };
        let told = Reading {
            read_at_ms: 1,
            quantity: 5,
        };
        flights.land(&store(), "MUG", name, Some(told)).await.unwrap()
    }

    #[tokio::test]
    async fn one_flies_and_flies_again_for_those_who_came_meanwhile() {
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        let flights = StockFlights::new(Arc::new(MemoryItems::default()), clock.clone());
        let first = take_off(&flights, "woo/1/1").await;
        assert_eq!(take_off(&flights, "woo/2/1").await, Flight::UnderWay);
        assert_eq!(take_off(&flights, "woo/3/1").await, Flight::UnderWay);
        assert!(land(&flights, &first).await);
        let second = take_off(&flights, "woo/1/1").await;
        assert!(!land(&flights, &second).await);
    }

    #[tokio::test]
    async fn a_flight_that_was_cut_off_is_waited_for_and_then_replaced() {
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        let flights = StockFlights::new(Arc::new(MemoryItems::default()), clock.clone());
        let cut_off = take_off(&flights, "woo/1/1").await;
        assert_eq!(take_off(&flights, "woo/1/1").await, Flight::Unsettled);
        clock.advance_ms(FLIGHT_MS);
        let next = take_off(&flights, "woo/1/1").await;
        assert!(land(&flights, &cut_off).await, "a late landing flies again");
        assert!(!land(&flights, &next).await);
    }
}
