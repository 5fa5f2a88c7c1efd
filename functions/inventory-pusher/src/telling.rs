//! One shop that is being told of some SKUs.

use crate::{
    flight::{Flights, Flying, TakeOff},
    numbers::Left,
    pusher::Pushed,
};
use domain::{
    failure::{Failure, FailureName},
    merchant::Store,
};
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
    /// SKUs that were not asked for yet.
    skus: BTreeSet<String>,
    /// Those that are ours to tell next.
    next: BTreeSet<String>,
    /// Those that are ours to tell now.
    flying: Vec<Flying>,
    pushed: Pushed,
    /// What stopped one SKU, and not the others. One that may go by itself comes first: a repeat tells all of them.
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
            next: BTreeSet::new(),
            flying: Vec::new(),
            pushed: Pushed::default(),
            failure,
        }
    }

    /// Asks for the SKUs that are left. One that cannot be told now does not stop the others.
    pub(crate) async fn take_off(&mut self, run: &str) {
        let Some(flights) = &self.flights else { return };
        let skus = std::mem::take(&mut self.skus);
        let skus = skus.into_iter().chain(std::mem::take(&mut self.next));
        let asked = stream::iter(skus).map(|sku| async move {
            let answer = flights.take_off(&sku, run).await;
            (sku, answer)
        });
        let asked: Vec<_> = asked.buffer_unordered(CALLS_MAX).collect().await;
        for (sku, answer) in asked {
            match answer {
                Ok(TakeOff::Ours(ours)) => self.flying.push(ours),
                Ok(TakeOff::Next) => {
                    self.next.insert(sku);
                }
                Ok(TakeOff::Others) => self.pushed.left_to_others += 1,
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
                Some(quantity) => flights
                    .fly(&one, Reading { read_at_ms, quantity })
                    .await
                    .map(Some),
                None => flights.turn_back(&one).await.map(|()| None),
            };
            (one.sku, landed)
        });
        let landings: Vec<_> = landings.buffer_unordered(CALLS_MAX).collect().await;
        for (sku, landed) in landings {
            match landed {
                Ok(told) => self.pushed.count(&sku, told),
                Err(failure) => self.fails(failure),
            }
        }
    }

    /// Lets go of what is ours to tell now or next, after a failure the caller has to hear of.
    pub(crate) async fn abandon(&mut self, run: &str) {
        let Some(flights) = &self.flights else { return };
        let flying = stream::iter(std::mem::take(&mut self.flying));
        let landed = flying.for_each_concurrent(CALLS_MAX, |one| async move { flights.abandon(&one).await });
        landed.await;
        self.leave_line(run).await;
    }

    /// Leaves what is ours to tell next to the run that has taken our place, as one does after a while. Where there is none,
    /// it is a failure, and the step has to be repeated.
    pub(crate) async fn wait_no_longer(&mut self, run: &str) {
        for (sku, others) in self.leave_line(run).await {
            if others {
                self.pushed.left_to_others += 1;
            } else {
                let what = "the shop is still told of it for another order, or of other goods of this one";
                self.fails(Failure::new(FailureName::InProgress, what).field(sku));
            }
        }
    }

    /// The SKUs that were ours to tell next, and whether another run is to tell them.
    async fn leave_line(&mut self, run: &str) -> Vec<(String, bool)> {
        let Some(flights) = &self.flights else {
            return Vec::new();
        };
        let next = stream::iter(std::mem::take(&mut self.next));
        let left = next.map(|sku| async move {
            let others = flights.leave_line(&sku, run).await;
            (sku, others)
        });
        left.buffer_unordered(CALLS_MAX).collect().await
    }

    /// Whether nothing is ours to tell. A SKU that could not be told does not stop those that are told next: others rely
    /// on us for them.
    pub(crate) fn is_over(&self) -> bool {
        self.next.is_empty()
    }

    /// How it went.
    pub(crate) fn end(self) -> Result<Pushed, Failure> {
        self.failure.map_or(Ok(self.pushed), Err)
    }

    fn fails(&mut self, failure: Failure) {
        let replaces = |there: &Failure| is_final(there.name) && !is_final(failure.name);
        if self.failure.as_ref().is_none_or(replaces) {
            self.failure = Some(failure);
        }
    }
}

/// Whether it stays as it is until somebody does something.
pub(crate) fn is_final(name: FailureName) -> bool {
    use FailureName::{InProgress, OutcomeUnknown, SystemUnavailable};
    !matches!(name, SystemUnavailable | OutcomeUnknown | InProgress)
}

impl Pushed {
    fn count(&mut self, sku: &str, told: Option<StockSet>) {
        match told {
            Some(StockSet::Done) => self.pushed += 1,
            Some(StockSet::UnknownProduct) => {
                tracing::info!(sku, "the shop does not sell it");
                self.unknown += 1;
            }
            Some(StockSet::NotManaged) | None => self.uncounted += 1,
        }
    }
}
