//! One shop that is being told of some SKUs.

use crate::{
    flight::{Flights, Flying, Landed, TakeOff},
    numbers::Left,
    pusher::Pushed,
};
use domain::{failure::Failure, merchant::Store};
use futures::{StreamExt, stream};
use runtime::stores::{Reading, StockFlights};
use shop::{ShopClient, StockSet};
use std::collections::BTreeSet;

/// Calls to a shop at the same time: shops are small.
const CALLS_MAX: usize = 4;

/// What one shop still has to hear, and what became of the rest.
pub(crate) struct Telling<'a> {
    pub(crate) store: &'a Store,
    /// Nothing when there is no such shop: then nothing is asked of it.
    flights: Option<Flights<'a>>,
    /// SKUs to tell, again after those who came meanwhile.
    skus: BTreeSet<String>,
    /// Those that are ours to tell now.
    flying: Vec<Flying>,
    pushed: Pushed,
    /// The first one: it does not stop the other SKUs.
    failure: Option<Failure>,
}

impl<'a> Telling<'a> {
    pub(crate) fn new(
        store: &'a Store,
        shop: Result<&'a dyn ShopClient, Failure>,
        flights: &'a StockFlights,
        skus: BTreeSet<String>,
    ) -> Self {
        let (shop, failure) = match shop {
            Ok(shop) => (Some(shop), None),
            Err(failure) => (None, Some(failure)),
        };
        Self {
            store,
            skus: if shop.is_some() { skus } else { BTreeSet::new() },
            flights: shop.map(|shop| Flights {
                flights,
                shop,
                store: &store.id,
            }),
            flying: Vec::new(),
            pushed: Pushed::default(),
            failure,
        }
    }

    /// Asks for the SKUs that are left. One that cannot be told now does not stop the others.
    pub(crate) async fn take_off(&mut self, run: &str) {
        let Some(flights) = &self.flights else { return };
        let skus = std::mem::take(&mut self.skus);
        let asked = stream::iter(skus).map(|sku| async move { flights.take_off(&sku, run).await });
        let asked: Vec<_> = asked.buffer_unordered(CALLS_MAX).collect().await;
        for answer in asked {
            match answer {
                Ok(TakeOff::Ours(ours)) => self.flying.push(ours),
                Ok(TakeOff::Others) => self.pushed.under_way += 1,
                Err(failure) => self.fails(failure),
            }
        }
    }

    /// The SKUs that are ours to tell now.
    pub(crate) fn flying(&self) -> impl Iterator<Item = String> + '_ {
        self.flying.iter().map(|one| one.sku.clone())
    }

    /// Tells the shop what is left.
    pub(crate) async fn fly(&mut self, left: &Left, read_at_ms: i64) {
        let Some(flights) = &self.flights else { return };
        let buffer = self.store.stock_buffer;
        let flying = std::mem::take(&mut self.flying);
        let landings = stream::iter(flying).map(|one| async move {
            let landed = match left.to_publish(&one.sku, buffer) {
                Some(quantity) => flights.fly(&one, Reading { read_at_ms, quantity }).await,
                None => flights.turn_back(&one).await,
            };
            (one.sku, landed)
        });
        let landings: Vec<_> = landings.buffer_unordered(CALLS_MAX).collect().await;
        for (sku, landed) in landings {
            match landed {
                Ok(landed) if landed.again => {
                    self.skus.insert(sku);
                }
                Ok(landed) => self.pushed.count(&sku, landed),
                Err(failure) => self.fails(failure),
            }
        }
    }

    /// Lands without having told anything, after a failure the caller has to hear of.
    pub(crate) async fn abandon(&mut self) {
        let Some(flights) = &self.flights else { return };
        for one in std::mem::take(&mut self.flying) {
            flights.abandon(&one).await;
        }
    }

    /// Whether nothing is left to tell, or something failed: the failure does not wait for the rest.
    pub(crate) fn is_over(&self) -> bool {
        self.skus.is_empty() || self.failure.is_some()
    }

    /// How it went.
    pub(crate) fn end(self) -> Result<Pushed, Failure> {
        self.failure.map_or(Ok(self.pushed), Err)
    }

    fn fails(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

impl Pushed {
    fn count(&mut self, sku: &str, landed: Landed) {
        match landed.told {
            Some(StockSet::Done) => self.pushed += 1,
            Some(StockSet::UnknownProduct) => {
                tracing::info!(sku, "the shop does not sell it");
                self.unknown += 1;
            }
            Some(StockSet::NotManaged) | None => self.uncounted += 1,
        }
    }
}
