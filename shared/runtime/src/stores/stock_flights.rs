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
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a flight may take; after that another may start.
const FLIGHT_MS: i64 = 60_000;

/// A quantity as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// When reading it *started*, Unix milliseconds: what was read may be that old.
    pub read_at_ms: i64,
    /// The quantity to tell the shop; as JSON a string.
    pub quantity: Decimal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    schema: u32,
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
    /// Tell the shop, then [`StockFlights::land`] with this name.
    Fly(String),
    /// Somebody else is telling the shop; that flight will know to fly again with a new reading.
    UnderWay,
    /// A flight of our own is under way that never landed: its end is unknown, and what it told may still arrive. Come
    /// back later.
    Unsettled,
    /// The shop was told a newer reading.
    NothingToTell,
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

    /// Asks to tell the shop a reading. `by` is the run that asks: a flight of the same run that is still under way was
    /// cut off, and nobody will fly again for it.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn take_off(
        &self,
        store: &StoreId,
        sku: &str,
        by: &str,
        reading: &Reading,
    ) -> Result<Flight, Failure> {
        let now = self.clock.now();
        let name = format!("{by}#{}", unique());
        typed::change(&*self.items, &key(store, sku), beside, |there: Option<&Stock>| {
            let stock = there.cloned().unwrap_or(Stock {
                schema: 1,
                told: None,
                flight: None,
                again: false,
            });
            if let Some((flight, until_ms)) = &stock.flight
                && now < UnixMillis(*until_ms)
            {
                if flight.rsplit_once('#').is_some_and(|(run, _)| run == by) {
                    return (None, Flight::Unsettled);
                }
                let wanted = (!stock.again).then_some(Stock { again: true, ..stock });
                return (wanted, Flight::UnderWay);
            }
            // The same quantity is told again: the shop counts its own number down when it sells.
            let newer = |told: &Reading| told.read_at_ms > reading.read_at_ms;
            if stock.told.as_ref().is_some_and(newer) {
                return (None, Flight::NothingToTell);
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

    /// Ends a flight: with the reading the shop now has, or without when it could not be told. Whether somebody came
    /// meanwhile: then read and fly again.
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
            (
                Some(Stock {
                    schema: 1,
                    told,
                    flight: None,
                    again: false,
                }),
                stock.again,
            )
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
