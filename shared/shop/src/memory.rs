//! A shop in memory, for tests of whoever calls a [`ShopClient`].

use crate::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::ShopOrderId,
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Orders a page of [`MemoryShop`].
pub const PAGE_SIZE: usize = 2;

/// A shop that records what it is told.
#[derive(Default)]
pub struct MemoryShop(Mutex<State>);

#[derive(Default)]
struct State {
    orders: BTreeMap<ShopOrderId, (Timestamp, Vec<u8>)>,
    told: Vec<(ShopOrderId, OrderUpdate)>,
    stock: BTreeMap<String, i64>,
    health: WebhookHealth,
    failures: VecDeque<(Failure, bool)>,
}

impl MemoryShop {
    /// Puts an order into the shop.
    pub fn put_order(&self, id: ShopOrderId, modified_at: Timestamp, body: Vec<u8>) {
        self.state().orders.insert(id, (modified_at, body));
    }

    /// Lets the shop sell a product.
    pub fn put_product(&self, sku: &str, quantity: i64) {
        self.state().stock.insert(sku.to_owned(), quantity);
    }

    /// Sets what the shop says of its webhooks.
    pub fn put_webhook_health(&self, health: WebhookHealth) {
        self.state().health = health;
    }

    /// Lets the next call fail before it does anything.
    pub fn fail_next(&self, failure: Failure) {
        self.state().failures.push_back((failure, false));
    }

    /// Lets the next change be done and its answer be lost.
    pub fn lose_next_answer(&self) {
        let lost = Failure::new(FailureName::OutcomeUnknown, "the shop did not answer in time");
        self.state().failures.push_back((lost, true));
    }

    /// Everything the shop was told, in order.
    pub fn told(&self) -> Vec<(ShopOrderId, OrderUpdate)> {
        self.state().told.clone()
    }

    /// What the shop offers of a product.
    pub fn stock(&self, sku: &str) -> Option<i64> {
        self.state().stock.get(sku).copied()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state for one call, and the failure it ends with although it was done.
    fn call(&self) -> Result<(MutexGuard<'_, State>, Option<Failure>), Failure> {
        let mut state = self.state();
        match state.failures.pop_front() {
            Some((failure, false)) => Err(failure),
            Some((failure, true)) => Ok((state, Some(failure))),
            None => Ok((state, None)),
        }
    }
}

fn unknown(id: &ShopOrderId) -> Failure {
    Failure::new(FailureName::Refused, format!("the shop has no order {id}"))
}

#[async_trait]
impl ShopClient for MemoryShop {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        let (state, _) = self.call()?;
        state
            .orders
            .get(id)
            .map(|(_, body)| body.clone())
            .ok_or_else(|| unknown(id))
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        let (state, _) = self.call()?;
        let mut found: Vec<_> = state
            .orders
            .values()
            .filter(|(at, _)| *at >= since)
            .cloned()
            .collect();
        found.sort_by_key(|(at, _)| *at);
        let from = usize::try_from(page.saturating_sub(1))
            .unwrap_or(usize::MAX)
            .saturating_mul(PAGE_SIZE);
        let bodies: Vec<_> = found
            .iter()
            .skip(from)
            .take(PAGE_SIZE)
            .map(|(_, body)| body.clone())
            .collect();
        Ok(Page {
            more: found.len() > from.saturating_add(bodies.len()),
            bodies,
        })
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        let (mut state, lost) = self.call()?;
        let (at, _) = state.orders.get_mut(id).ok_or_else(|| unknown(id))?;
        *at = at
            .saturating_add(SignedDuration::from_secs(1))
            .map_err(|_| unknown(id))?;
        let modified_at = *at;
        state.told.push((id.clone(), update.clone()));
        lost.map_or(Ok(Updated { modified_at }), Err)
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        let (state, _) = self.call()?;
        let last = state.told.iter().rfind(|(order, _)| order == id);
        let modified_at = state
            .orders
            .get(id)
            .map(|(at, _)| *at)
            .ok_or_else(|| unknown(id))?;
        Ok(last
            .filter(|(_, told)| told == update)
            .map(|_| Updated { modified_at }))
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        let (mut state, lost) = self.call()?;
        let Some(offered) = state.stock.get_mut(sku) else {
            return Ok(StockSet::UnknownProduct);
        };
        *offered = quantity;
        lost.map_or(Ok(StockSet::Done), Err)
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        let (state, _) = self.call()?;
        Ok(state.health.clone())
    }
}
