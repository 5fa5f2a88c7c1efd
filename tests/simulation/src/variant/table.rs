//! A broken way in: events that count as handed on too early, and a cursor that leaves its own second out.

use async_trait::async_trait;
use domain::{failure::Failure, ids::ShopOrderId};
use jiff::{SignedDuration, Timestamp};
use runtime::items::{Inserted, Item, Items, NewItem, Place, Replaced};
use serde_json::json;
use shop::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth};
use std::sync::Arc;

/// Payloads are stored as handed on.
pub struct RecordedEarly(pub Arc<dyn Items>);

#[async_trait]
impl Items for RecordedEarly {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        self.0.get(pk).await
    }

    async fn insert(&self, mut item: NewItem) -> Result<Inserted, Failure> {
        if item.pk.starts_with("payload/") {
            item.body["queued"] = json!(true);
        }
        self.0.insert(item).await
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        self.0.replace(seen_version, item).await
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        self.0.remove(pk, seen_version).await
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        self.0.by_state_after(state, after, limit).await
    }
}

/// What the poller begins before its cursor, and a second: what is left is what was modified after it.
const BEHIND_THE_CURSOR: SignedDuration = SignedDuration::from_secs(change_poller::OVERLAP.as_secs() + 1);

/// Lists only what was modified after the cursor.
pub struct ExclusiveCursor(pub Arc<dyn ShopClient>);

#[async_trait]
impl ShopClient for ExclusiveCursor {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        self.0.order(id).await
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        let after = since.saturating_add(BEHIND_THE_CURSOR).unwrap_or(since);
        self.0.orders_modified_since(after, page).await
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        self.0.update_order(id, update).await
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        self.0.is_told(id, update).await
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        self.0.set_stock(sku, quantity).await
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        self.0.webhook_health().await
    }
}
