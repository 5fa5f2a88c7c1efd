//! The step `push-stock`. Level-triggered: what is there now, not what this order changed.

use crate::{
    flight::{Flights, Flying, Landed, TakeOff},
    numbers::{Accepted, number_to_publish},
    odoo_stock::StockSource,
};
use domain::{
    failure::{Failure, FailureName},
    merchant::{Merchant, Store},
};
use effects::Clock;
use futures::{StreamExt, stream};
use odoo::stock::Counted;
use runtime::{
    Invocation,
    message::Run,
    shops::{Shops, shop_of},
    stores::{OrderItems, PayloadStore, Reading, StockFlights},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shop::StockSet;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How often we read again for those who came meanwhile. After that somebody else's turn has to come.
const ROUNDS_MAX: u32 = 5;
/// Calls to a shop at the same time: shops are small.
const CALLS_MAX: usize = 4;
/// The least time a flight is begun with: reading, and two slow answers of the shop.
const FLIGHT_MS: i64 = 45_000;
/// With more orders accepted and not yet in Odoo nothing is told: what is not counted would be sold twice.
const ACCEPTED_ORDERS_MAX: usize = 2_000;

/// The parts the pusher works with.
pub struct Pusher {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// The shops.
    pub shops: Shops,
    /// Where stock is read.
    pub stock: Arc<dyn StockSource>,
    /// The orders' content.
    pub payloads: PayloadStore,
    /// What we know of orders.
    pub orders: OrderItems,
    /// Who tells a shop of a SKU.
    pub flights: StockFlights,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What the state machine asks for. Fields that are not known are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum PushStock {
    /// Tell the shop of the order's products.
    PushStock(Run),
}

/// How many SKUs were pushed, and why others were not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The shop has the number.
    pub pushed: u32,
    /// The shop does not sell it.
    pub unknown: u32,
    /// The shop sells it without counting, or Odoo does not count it.
    pub uncounted: u32,
    /// Somebody else is telling the shop.
    pub under_way: u32,
}

impl Pusher {
    /// Tells the shop how many of the order's products are left.
    ///
    /// # Errors
    /// Those of the table, the shop and Odoo, under their names; all of them may be repeated.
    pub async fn handle(
        &self,
        PushStock::PushStock(run): PushStock,
        invocation: &Invocation,
    ) -> Result<Pushed, Failure> {
        let store = self.merchant.store(&run.order.store)?;
        let mut pushed = Pushed::default();
        if !store.push_stock {
            return Ok(pushed);
        }
        let order = self.payloads.content(&run.order, &run.version).await?;
        let skus = order
            .lines
            .into_iter()
            .map(|line| line.sku)
            .filter(|sku| !sku.is_empty());
        let mut skus: BTreeSet<String> = skus.collect();
        for _ in 0..ROUNDS_MAX {
            invocation.time_for(self.clock.now(), FLIGHT_MS)?;
            skus = self.round(store, &run, skus, &mut pushed, invocation).await?;
            if skus.is_empty() {
                tracing::info!(
                    pushed = pushed.pushed,
                    unknown = pushed.unknown,
                    uncounted = pushed.uncounted,
                    "stock"
                );
                return Ok(pushed);
            }
        }
        Err(Failure::new(
            FailureName::InProgress,
            "others keep changing the same stock",
        ))
    }

    /// Tells the shop of these SKUs. Those that have to be told again.
    async fn round(
        &self,
        store: &Store,
        run: &Run,
        skus: BTreeSet<String>,
        pushed: &mut Pushed,
        invocation: &Invocation,
    ) -> Result<BTreeSet<String>, Failure> {
        let shop = shop_of(&self.shops, self.merchant, &store.id)?;
        let flights = Flights {
            flights: &self.flights,
            shop,
            store: &store.id,
        };
        let (flying, first_failure) = self.take_off(&flights, run, skus, pushed).await;
        let read_at_ms = self.clock.now().0;
        let numbers = match self.numbers(store, &flying, invocation).await {
            Ok(numbers) => numbers,
            Err(failure) => {
                for one in &flying {
                    flights.abandon(one).await;
                }
                return Err(failure);
            }
        };
        let (flights, numbers) = (&flights, &numbers);
        let landings = stream::iter(flying).map(|one| async move {
            let landed = match numbers.get(&one.sku).copied().flatten() {
                Some(quantity) => flights.fly(&one, Reading { read_at_ms, quantity }).await,
                None => flights.turn_back(&one).await,
            };
            (one.sku, landed)
        });
        let landings: Vec<_> = landings.buffer_unordered(CALLS_MAX).collect().await;
        let mut again = BTreeSet::new();
        let mut failure = first_failure;
        for (sku, landed) in landings {
            match landed {
                Ok(landed) if landed.again => {
                    again.insert(sku);
                }
                Ok(landed) => pushed.count(&sku, landed),
                Err(failed) => failure = failure.or(Some(failed)),
            }
        }
        failure.map_or(Ok(again), Err)
    }

    /// The SKUs that are ours to tell; one that cannot be told now does not stop the others.
    async fn take_off(
        &self,
        flights: &Flights<'_>,
        run: &Run,
        skus: BTreeSet<String>,
        pushed: &mut Pushed,
    ) -> (Vec<Flying>, Option<Failure>) {
        let key = run.effect_key();
        let key = key.as_str();
        let asked = stream::iter(skus).map(|sku| async move { flights.take_off(&sku, key).await });
        let asked: Vec<_> = asked.buffer_unordered(CALLS_MAX).collect().await;
        let (mut flying, mut failure) = (Vec::new(), None);
        for answer in asked {
            match answer {
                Ok(TakeOff::Ours(ours)) => flying.push(ours),
                Ok(TakeOff::Others) => pushed.under_way += 1,
                Err(failed) => failure = failure.or(Some(failed)),
            }
        }
        (flying, failure)
    }

    /// The number of each SKU; nothing for what is not counted.
    async fn numbers(
        &self,
        store: &Store,
        flying: &[Flying],
        invocation: &Invocation,
    ) -> Result<BTreeMap<String, Option<i64>>, Failure> {
        if flying.is_empty() {
            return Ok(BTreeMap::new());
        }
        // Before Odoo is read: an order that reaches Odoo in between counts twice, which sells too little for a moment.
        let sold = self.sold(store).await?;
        let wanted = flying.iter().map(|one| one.sku.clone());
        let skus: BTreeSet<String> = wanted.chain(sold.keys().cloned()).collect();
        let stock = self.stock.read(store, &skus, invocation).await?;
        let accepted = Accepted::of(&sold, &stock);
        let number = |sku: &String| {
            let counted = stock.get(sku)?;
            if let Counted::Not(why) = counted {
                tracing::info!(sku, ?why, "not counted in Odoo");
            }
            number_to_publish(counted, &accepted, store.stock_buffer)
        };
        Ok(flying
            .iter()
            .map(|one| (one.sku.clone(), number(&one.sku)))
            .collect())
    }

    /// What stores that ship from the same warehouse have accepted and Odoo does not know of yet, by SKU.
    async fn sold(&self, store: &Store) -> Result<BTreeMap<String, Decimal>, Failure> {
        let ships_with_us =
            |other: &Store| other.company == store.company && other.warehouse == store.warehouse;
        let mut sold: BTreeMap<String, Decimal> = BTreeMap::new();
        let accepted = self.orders.accepted(ACCEPTED_ORDERS_MAX + 1).await?;
        if accepted.len() > ACCEPTED_ORDERS_MAX {
            let what = "more orders wait for Odoo than can be counted; stock is told when they are written";
            return Err(Failure::new(FailureName::InProgress, what));
        }
        for item in accepted {
            let other = self.merchant.stores.get(&item.order.store);
            if item.in_odoo || !other.is_some_and(ships_with_us) {
                continue;
            }
            for line in item.accepted_lines {
                let sum = sold.entry(line.sku).or_default();
                *sum = sum.saturating_add(line.quantity);
            }
        }
        Ok(sold)
    }
}

impl Pushed {
    fn count(&mut self, sku: &str, landed: Landed) {
        match landed.told {
            Some(StockSet::Done) => self.pushed += 1,
            Some(StockSet::UnknownProduct) => {
                tracing::warn!(sku, "the shop does not sell it");
                self.unknown += 1;
            }
            Some(StockSet::NotManaged) | None => self.uncounted += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_for_a_call_by_hand_is_understood() {
        let sample = include_str!("../../../events/lambda/inventory-pusher.json");
        serde_json::from_str::<PushStock>(sample).unwrap();
    }
}
