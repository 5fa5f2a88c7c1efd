//! The step `push-stock`. Level-triggered: what is there now, not what this order changed.

use crate::{
    numbers::{Accepted, Left},
    odoo_stock::StockSource,
    telling::{Telling, is_final},
};
use domain::{
    decide::OrderState,
    failure::{Failure, FailureName},
    ids::OrderKey,
    merchant::{Merchant, Store},
};
use effects::Clock;
use futures::future::join_all;
use runtime::{
    Invocation,
    message::Run,
    shops::{Shops, shop_of},
    stores::{OrderItems, PayloadStore, StockFlights},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::sleep;

/// How long who tells a shop next waits before it asks again. Orders of a batch come together: one more reading is for all
/// who come within it.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The least time a flight is begun with: reading, and two slow answers of the shop.
const WORST_MS: i64 = 45_000;
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
    /// Tell the shops of the order's products.
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
    /// Somebody else reads later than we asked, and tells the shop.
    pub left_to_others: u32,
    /// Numbers that other shops have, which ship from the same warehouse.
    pub elsewhere: u32,
}

impl Pusher {
    /// Tells the shops how many of the order's products are left: the order's own, and the others that sell from the
    /// same warehouse, because one may not offer what another has sold.
    ///
    /// # Errors
    /// Those of the table, the shops and Odoo, under their names; all of them may be repeated.
    pub async fn handle(
        &self,
        PushStock::PushStock(run): PushStock,
        invocation: &Invocation,
    ) -> Result<Pushed, Failure> {
        let own = self.merchant.store(&run.order.store)?;
        let stores = self.merchant.stores.values();
        let telling: Vec<&Store> = stores
            .filter(|store| store.push_stock && own.ships_with(store))
            .collect();
        if telling.is_empty() {
            return Ok(Pushed::default());
        }
        let order = self.payloads.content(&run.order, &run.version).await?;
        let item = self.orders.load(&run.order).await?.map(|there| there.value);
        let taken = item.iter().flat_map(|item| &item.accepted_lines);
        // A correction has taken others than the version the run works with.
        let taken = taken.map(|line| line.sku.clone());
        let skus = order.lines.into_iter().map(|line| line.sku).chain(taken);
        let skus: BTreeSet<String> = skus.filter(|sku| !sku.is_empty()).collect();
        let waits = item.is_some_and(|item| item.state == OrderState::Open && !item.in_odoo);
        // The index is a moment behind: of our own order we know better.
        let over = (!waits).then_some(&run.order);
        let tellings = telling.into_iter().map(|store| {
            let shop = shop_of(&self.shops, self.merchant, &store.id);
            Telling::new(store, shop, &self.flights, skus.clone())
        });
        let mut tellings: Vec<Telling<'_>> = tellings.collect();
        let key = run.effect_key();
        let (mut pushed, mut failures) = (Pushed::default(), Vec::new());
        if let Err(failure) = self.tell(own, &key, over, &mut tellings, invocation).await {
            join_all(tellings.iter_mut().map(|telling| telling.abandon(&key))).await;
            failures.push(failure);
        }
        for telling in tellings {
            let store = telling.store;
            match telling.end() {
                Ok(told) if store.id == own.id => {
                    pushed = Pushed {
                        elsewhere: pushed.elsewhere,
                        ..told
                    }
                }
                Ok(told) => pushed.elsewhere += told.pushed,
                Err(failure) => failures.push(Failure {
                    what: format!("the shop {}: {}", store.id, failure.what),
                    ..failure
                }),
            }
        }
        // One that may go by itself comes first: a repeat tells all of them.
        failures.sort_by_key(|failure| is_final(failure.name));
        if let Some(failure) = failures.into_iter().next() {
            return Err(failure);
        }
        tracing::info!(
            pushed = pushed.pushed,
            unknown = pushed.unknown,
            uncounted = pushed.uncounted,
            left_to_others = pushed.left_to_others,
            elsewhere = pushed.elsewhere,
            "stock"
        );
        Ok(pushed)
    }

    /// Tells the shops what is ours to tell: at once, or when who tells it now is through. Others read later than now and
    /// tell the rest.
    async fn tell(
        &self,
        own: &Store,
        run: &str,
        over: Option<&OrderKey>,
        tellings: &mut [Telling<'_>],
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        invocation.time_for(self.clock.now(), WORST_MS)?;
        loop {
            join_all(tellings.iter_mut().map(|telling| telling.take_off(run))).await;
            let read_at_ms = self.clock.now().0;
            let left = self.left(own, over, tellings, invocation).await?;
            let flying = tellings.iter_mut();
            join_all(flying.map(|telling| telling.fly(&left, read_at_ms))).await;
            if tellings.iter().all(Telling::is_over) {
                return Ok(());
            }
            sleep(ASK_AGAIN_AFTER).await;
            if invocation.time_for(self.clock.now(), WORST_MS).is_err() {
                join_all(tellings.iter_mut().map(|telling| telling.wait_no_longer(run))).await;
                return Ok(());
            }
        }
    }

    /// What is there and what is accepted of all that is about to be told: one reading for all shops.
    async fn left(
        &self,
        own: &Store,
        over: Option<&OrderKey>,
        tellings: &[Telling<'_>],
        invocation: &Invocation,
    ) -> Result<Left, Failure> {
        let told: BTreeSet<String> = tellings.iter().flat_map(Telling::flying).collect();
        if told.is_empty() {
            return Ok(Left::default());
        }
        // Before Odoo is read: an order that reaches Odoo in between counts twice, which sells too little for a moment.
        let sold = self.sold(own, over).await?;
        let skus: BTreeSet<String> = told.into_iter().chain(sold.keys().cloned()).collect();
        let stock = self.stock.read(own, &skus, invocation).await?;
        Ok(Left {
            accepted: Accepted::of(&sold, &stock),
            stock,
        })
    }

    /// What stores that ship from the same warehouse have accepted and Odoo does not know of yet, by SKU; without the
    /// order that is `over`.
    async fn sold(
        &self,
        store: &Store,
        over: Option<&OrderKey>,
    ) -> Result<BTreeMap<String, Decimal>, Failure> {
        let mut sold: BTreeMap<String, Decimal> = BTreeMap::new();
        let accepted = self.orders.accepted(ACCEPTED_ORDERS_MAX + 1).await?;
        if accepted.len() > ACCEPTED_ORDERS_MAX {
            let what = "more orders wait for Odoo than can be counted; stock is told when they are written";
            return Err(Failure::new(FailureName::InProgress, what));
        }
        for item in accepted {
            let other = self.merchant.stores.get(&item.order.store);
            let counts = !item.in_odoo && Some(&item.order) != over;
            if !counts || !other.is_some_and(|other| store.ships_with(other)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_for_a_call_by_hand_is_understood() {
        let sample = include_str!("../../../events/lambda/inventory-pusher.json");
        serde_json::from_str::<PushStock>(sample).unwrap();
    }
}
