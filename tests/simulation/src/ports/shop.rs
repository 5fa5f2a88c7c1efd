//! A shop.

use crate::{
    fault::{Port, Trouble},
    gate::{Gate, Passage},
    time::whole_millis,
    upsets::{STATUS, STOCK},
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::{ShopOrderId, StoreId},
};
use jiff::Timestamp;
use shop::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth};
use std::{fmt::Display, sync::Arc};

/// A shop through the gate.
pub struct ShopPort {
    /// The gate.
    pub gate: Gate,
    /// Which store's it is.
    pub store: StoreId,
    /// The shop.
    pub twin: Arc<dyn ShopClient>,
}

fn passage(operation: &'static str, subject: &dyn Display, changes: bool) -> Passage {
    Passage {
        port: Port::Shop,
        operation,
        subject: subject.to_string(),
        changes,
        patience_ms: whole_millis(shop::CALL_TIMEOUT),
    }
}

fn failed(changes: bool) -> impl Fn(Trouble) -> Failure {
    move |trouble| {
        let name = match (trouble, changes) {
            (Trouble::NoAnswer, true) => FailureName::OutcomeUnknown,
            _ => FailureName::SystemUnavailable,
        };
        Failure::new(name, "the shop did not answer")
    }
}

#[async_trait]
impl ShopClient for ShopPort {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        let (twin, wanted) = (self.twin.clone(), id.clone());
        let effect = async move { twin.order(&wanted).await };
        self.gate
            .call(passage("order", id, false), effect, failed(false))
            .await
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        let twin = self.twin.clone();
        let effect = async move { twin.orders_modified_since(since, page).await };
        self.gate
            .call(passage("list", &page, false), effect, failed(false))
            .await
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        let (twin, wanted, update) = (self.twin.clone(), id.clone(), update.clone());
        let (world, store) = (self.gate.world.clone(), self.store.clone());
        let effect = async move {
            world.shop_takes(STATUS)?;
            let updated = twin.update_order(&wanted, &update).await;
            world.bell(&store).notify_one();
            updated
        };
        self.gate
            .call(passage(STATUS, id, true), effect, failed(true))
            .await
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        let (twin, wanted, update) = (self.twin.clone(), id.clone(), update.clone());
        let effect = async move { twin.is_told(&wanted, &update).await };
        self.gate
            .call(passage("is-told", id, false), effect, failed(false))
            .await
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        let (twin, wanted) = (self.twin.clone(), sku.to_owned());
        let world = self.gate.world.clone();
        let effect = async move {
            world.shop_takes(STOCK)?;
            twin.set_stock(&wanted, quantity).await
        };
        self.gate
            .call(passage(STOCK, &sku, true), effect, failed(true))
            .await
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        let twin = self.twin.clone();
        let effect = async move { twin.webhook_health().await };
        self.gate
            .call(passage("webhooks", &"", false), effect, failed(false))
            .await
    }
}
