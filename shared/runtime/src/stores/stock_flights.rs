//! One flight per SKU: while one caller tells the shop a quantity, no other does, and an older reading never
//! overwrites a newer one. One more caller waits for its end and reads then, for all who came meanwhile: they have
//! nothing to wait for and nothing to write.

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
/// A flight that is under way for longer was cut off: its function may run for a minute, and clocks differ. Its run repeats
/// the step, and reads then.
const CUT_OFF_MS: i64 = 90_000;
/// How long a run is relied on to fly next. Its function has no time to begin a flight any later.
const IN_LINE_MS: i64 = 20_000;

/// A quantity as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// When reading it *started*, Unix milliseconds: what was read may be that old.
    pub read_at_ms: i64,
    /// What the shop was told.
    pub quantity: i64,
}

/// Who holds it, and until when, Unix milliseconds.
type Place = (String, i64);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    /// The newest reading the shop was told.
    told: Option<Reading>,
    /// Who is telling it, and until when nobody else may.
    flight: Option<Place>,
    /// The run that flies next, and until when others rely on it.
    #[serde(default)]
    next: Option<Place>,
    /// Not used: a release that knew no `next` does not read an item without it, and it may be put back in place.
    #[serde(default)]
    again: bool,
}

impl Stock {
    /// What the run `by`, which asks now, is to do; and what becomes of the item.
    fn asked(self, by: &str, now: UnixMillis) -> (Option<Self>, Flight) {
        let flight = self.flight.as_ref().filter(|flight| left_ms(flight, now) > 0);
        let next = self.next.as_ref().filter(|next| left_ms(next, now) > 0);
        let is_ours = |next: &Place| next.0 == by;
        match (flight, next) {
            (None, Some(next)) if !is_ours(next) => (None, Flight::Others),
            (None, _) => {
                let name = format!("{by}#{}", unique());
                let flight = Some((name.clone(), now.plus_ms(FLIGHT_MS).0));
                let flying = Self {
                    told: self.told,
                    flight,
                    ..Self::default()
                };
                (Some(flying), Flight::Fly(name))
            }
            (Some((name, _)), _) if is_of(name, by) => (None, Flight::Unsettled),
            (Some(flight), _) if left_ms(flight, now) <= FLIGHT_MS - CUT_OFF_MS => {
                // Nobody may rely on a run that relies on another one.
                let was_next = next.is_some_and(is_ours);
                (was_next.then_some(Self { next: None, ..self }), Flight::Others)
            }
            (Some(_), Some(next)) if is_ours(next) => (None, Flight::Next),
            (Some(_), Some(_)) => (None, Flight::Others),
            (Some(_), None) => {
                let next = Some((by.to_owned(), now.plus_ms(IN_LINE_MS).0));
                (Some(Self { next, ..self }), Flight::Next)
            }
        }
    }
}

/// How long a place is still held, milliseconds; none or less: no longer.
fn left_ms(place: &Place, now: UnixMillis) -> i64 {
    UnixMillis(place.1).since_ms(now)
}

/// Whether a flight is one of this run.
fn is_of(flight: &str, run: &str) -> bool {
    flight.rsplit_once('#').is_some_and(|(by, _)| by == run)
}

/// What a caller may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flight {
    /// Read, tell the shop, then [`StockFlights::land`] with this name.
    Fly(String),
    /// Somebody else is telling the shop; ask again in a moment, and fly then, for all who come until then.
    Next,
    /// Somebody else reads later than now, and tells the shop.
    Others,
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
    /// shop was told before. `by` is the run that asks: a flight of the same run that is still under way was cut off.
    /// Several calls of one run have one place in line.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn take_off(&self, store: &StoreId, sku: &str, by: &str) -> Result<Flight, Failure> {
        let now = self.clock.now();
        self.change(store, sku, |stock| stock.asked(by, now)).await
    }

    /// Ends a flight: with the reading the shop now has, or without when it was certainly not told. A flight whose end
    /// is unknown is not landed: it ends by itself.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn land(
        &self,
        store: &StoreId,
        sku: &str,
        flight: &str,
        told: Option<Reading>,
    ) -> Result<(), Failure> {
        self.change(store, sku, |stock| {
            let ours = stock.flight.as_ref().is_some_and(|(name, _)| name == flight);
            let landed = Stock {
                told: told.clone().or(stock.told),
                flight: None,
                ..stock
            };
            (ours.then_some(landed), ())
        })
        .await
    }

    /// A run that was to fly next will not: nobody relies on it any more. Whether another one has taken its place, and
    /// reads later than now.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn leave_line(&self, store: &StoreId, sku: &str, by: &str) -> Result<bool, Failure> {
        let now = self.clock.now();
        self.change(store, sku, |stock| match &stock.next {
            Some((run, _)) if run == by => (Some(Stock { next: None, ..stock }), false),
            Some(place) => (None, left_ms(place, now) > 0),
            None => (None, false),
        })
        .await
    }

    async fn change<R>(
        &self,
        store: &StoreId,
        sku: &str,
        change: impl Fn(Stock) -> (Option<Stock>, R),
    ) -> Result<R, Failure> {
        typed::change(&*self.items, &key(store, sku), beside, |there: Option<&Stock>| {
            change(there.cloned().unwrap_or_default())
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

    async fn land(flights: &StockFlights, flight: &Flight) {
        let Flight::Fly(name) = flight else {
            panic!("{flight:?} is no flight")
        };
        let told = Reading {
            read_at_ms: 1,
            quantity: 5,
        };
        flights.land(&store(), "MUG", name, Some(told)).await.unwrap();
    }

    struct Tower {
        flights: StockFlights,
        items: Arc<MemoryItems>,
        clock: Arc<ManualClock>,
    }

    fn tower() -> Tower {
        let items = Arc::new(MemoryItems::default());
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        Tower {
            flights: StockFlights::new(items.clone(), clock.clone()),
            items,
            clock,
        }
    }

    impl Tower {
        async fn version(&self) -> u64 {
            self.items.get("stock/woo/MUG").await.unwrap().unwrap().version
        }
    }

    #[tokio::test]
    async fn one_flies_one_is_next_and_the_others_write_nothing() {
        let tower = tower();
        let flights = &tower.flights;
        let first = take_off(flights, "woo/1/1").await;
        assert_eq!(take_off(flights, "woo/2/1").await, Flight::Next);
        let before = tower.version().await;
        assert_eq!(take_off(flights, "woo/3/1").await, Flight::Others);
        assert_eq!(take_off(flights, "woo/2/1").await, Flight::Next, "it asks again");
        assert_eq!(tower.version().await, before);
        land(flights, &first).await;
        assert_eq!(
            take_off(flights, "woo/4/1").await,
            Flight::Others,
            "2 has not read"
        );
        let second = take_off(flights, "woo/2/1").await;
        assert_eq!(
            take_off(flights, "woo/4/1").await,
            Flight::Next,
            "2 may have read"
        );
        land(flights, &second).await;
        let third = take_off(flights, "woo/4/1").await;
        land(flights, &third).await;
        assert!(matches!(take_off(flights, "woo/5/1").await, Flight::Fly(_)));
    }

    #[tokio::test]
    async fn who_is_next_and_does_not_come_is_replaced() {
        for leaves in [true, false] {
            let tower = tower();
            let flights = &tower.flights;
            let first = take_off(flights, "woo/1/1").await;
            assert_eq!(take_off(flights, "woo/2/1").await, Flight::Next);
            if leaves {
                let leave = async |run| flights.leave_line(&store(), "MUG", run).await.unwrap();
                assert!(leave("woo/3/1").await, "2 has the place");
                assert_eq!(take_off(flights, "woo/3/1").await, Flight::Others);
                assert!(!leave("woo/2/1").await);
            } else {
                tower.clock.advance_ms(IN_LINE_MS);
                assert_eq!(take_off(flights, "woo/3/1").await, Flight::Next);
                assert_eq!(take_off(flights, "woo/2/1").await, Flight::Others, "replaced");
            }
            assert_eq!(take_off(flights, "woo/3/1").await, Flight::Next);
            land(flights, &first).await;
            assert!(matches!(take_off(flights, "woo/3/1").await, Flight::Fly(_)));
        }
    }

    #[tokio::test]
    async fn a_flight_that_was_cut_off_is_waited_for_and_then_replaced() {
        let tower = tower();
        let flights = &tower.flights;
        let cut_off = take_off(flights, "woo/1/1").await;
        assert_eq!(take_off(flights, "woo/1/1").await, Flight::Unsettled);
        tower.clock.advance_ms(CUT_OFF_MS - 1);
        assert_eq!(take_off(flights, "woo/2/1").await, Flight::Next);
        tower.clock.advance_ms(1);
        let others = take_off(flights, "woo/2/1").await;
        assert_eq!(
            others,
            Flight::Others,
            "the run that was cut off comes back and reads"
        );
        let first = take_off(flights, "woo/3/1").await;
        assert_eq!(first, Flight::Others, "not in line behind it either");
        tower.clock.advance_ms(FLIGHT_MS - CUT_OFF_MS);
        let next = take_off(flights, "woo/1/1").await;
        let before = tower.version().await;
        land(flights, &cut_off).await;
        assert_eq!(
            tower.version().await,
            before,
            "a late landing ends nobody's flight"
        );
        land(flights, &next).await;
    }

    #[tokio::test]
    async fn items_are_understood_by_the_release_before_and_its_items_by_this_one() {
        let tower = tower();
        let body = serde_json::json!({"told": null, "flight": ["woo/1/1#x", 100_000], "again": true});
        let item = crate::items::NewItem::new("stock/woo/MUG", body);
        tower.items.insert(item).await.unwrap();
        assert_eq!(take_off(&tower.flights, "woo/2/1").await, Flight::Next);
        let item = tower.items.get("stock/woo/MUG").await.unwrap().unwrap();
        assert!(item.body["again"].is_boolean(), "{}", item.body);
    }
}
