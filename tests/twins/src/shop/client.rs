//! The port: what each shop's API does, as our clients of it use it.

use super::{
    ShopTwin,
    kept::{Pushed, State, Told},
    merge_meta, modified,
};
use ::shop::{Hook, OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::ShopOrderId,
    outcome::Outcome,
};
use jiff::Timestamp;
use serde_json::{Value, json};

fn no_order() -> Failure {
    Failure::new(FailureName::Refused, "the shop answered 404")
        .remedy("look the order or product up in the shop")
}

/// A paid order goes on to later statuses by itself, and what was cancelled stays so.
fn stands_at(order: &Value, status: &str, outcome: Outcome) -> bool {
    let now = order["status"].as_str().unwrap_or_default();
    let waits = matches!(now, "checkout-draft" | "pending" | "on-hold" | "failed");
    now == status || (outcome == Outcome::Paid && !waits)
}

/// Whether the order counts as paid and names another transaction than ours, which stays.
fn is_paid_by_another(order: &Value, ours: &str) -> bool {
    let named = order["transaction_id"].as_str().unwrap_or_default();
    let paid = matches!(order["status"].as_str(), Some("processing" | "completed"));
    paid && !named.is_empty() && named != ours
}

impl ShopTwin {
    fn update_woocommerce(&self, order: &mut Value, status: &str, update: &OrderUpdate) {
        let went_on = update.outcome == Outcome::Paid && stands_at(order, status, update.outcome);
        let entries = update
            .meta
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": value }));
        merge_meta(order, &entries.collect::<Vec<_>>());
        if let Some(transaction) = &update.transaction
            && !is_paid_by_another(order, transaction)
        {
            order["transaction_id"] = json!(transaction);
        }
        if !went_on {
            order["status"] = json!(status);
        }
    }

    fn is_told_woocommerce(order: &Value, status: &str, update: &OrderUpdate) -> bool {
        let meta = |key: &str| {
            let mut entries = order["meta_data"].as_array().into_iter().flatten();
            entries
                .find(|entry| entry["key"] == key)
                .map(|entry| &entry["value"])
        };
        let transaction = order["transaction_id"].as_str();
        stands_at(order, status, update.outcome)
            && update
                .transaction
                .as_deref()
                .is_none_or(|told| transaction == Some(told) || is_paid_by_another(order, told))
            && update
                .meta
                .iter()
                .all(|(key, value)| meta(key).is_some_and(|there| there == value))
    }
}

/// How the shop of one's own shows the payment once it was told of it.
fn payment(update: &OrderUpdate, before: &Value) -> Value {
    match (update.outcome, &update.transaction) {
        // Another payment stays to be seen.
        (Outcome::Paid, _) if matches!(before["state"].as_str(), Some("captured" | "elsewhere")) => {
            before.clone()
        }
        (Outcome::Paid, Some(transaction)) => {
            json!({ "state": "captured", "tender": before["tender"], "transaction": transaction })
        }
        (Outcome::Paid, None) => before.clone(),
        (Outcome::Cancelled | Outcome::Rejected, _) => json!({ "state": "closed" }),
        (Outcome::Declined | Outcome::TokenExpired | Outcome::CaptureRefused, _) => {
            json!({ "state": "pending" })
        }
    }
}

fn is_told_standard(state: &State, id: &ShopOrderId, update: &OrderUpdate) -> bool {
    state.statuses.get(id.as_str()).is_some_and(|told| {
        told.outcome == update.outcome
            && told.transaction == update.transaction
            && update
                .meta
                .iter()
                .all(|(key, value)| told.meta.get(key) == Some(value))
    })
}

#[async_trait]
impl ShopClient for ShopTwin {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        let state = self.state();
        let order = state.orders.get(id.as_str()).ok_or_else(no_order)?;
        Ok(self.wire(order, "order.updated").into_bytes())
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        let state = self.state();
        let found = state
            .orders
            .iter()
            .filter_map(|(id, order)| Some((modified(order)?, id, order)));
        // WooCommerce is asked by whole seconds.
        let since = match self.woocommerce() {
            Some(_) => Timestamp::from_second(since.as_second()).unwrap_or(since),
            None => since,
        };
        let mut found: Vec<_> = found.filter(|(at, ..)| *at >= since).collect();
        found.sort_by_key(|(at, id, _)| (*at, *id));
        let size = self.settings.page_size.max(1);
        let skipped = usize::try_from(page.saturating_sub(1))
            .unwrap_or(usize::MAX)
            .saturating_mul(size);
        let shown = found.iter().skip(skipped).take(size);
        let bodies: Vec<_> = shown
            .map(|(.., order)| self.wire(order, "order.updated").into_bytes())
            .collect();
        let more = found.len() > skipped.saturating_add(bodies.len());
        Ok(Page { bodies, more })
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        let mut state = self.state();
        let order = state.orders.get_mut(id.as_str()).ok_or_else(no_order)?;
        let before = modified(order);
        match self.woocommerce() {
            Some(settings) => self.update_woocommerce(order, settings.status(update.outcome), update),
            None => order["payment"] = payment(update, &order["payment"]),
        }
        self.date(order, before);
        let modified_at = modified(order).ok_or_else(no_order)?;
        let told = Told {
            at: self.now(),
            order: id.to_string(),
            update: update.clone(),
            modified_at,
        };
        state.told.push(told);
        state.statuses.insert(id.to_string(), update.clone());
        state
            .notes
            .extend(update.note.clone().map(|note| (id.to_string(), note)));
        self.announce(&mut state, id.as_str(), "updated");
        Ok(Updated { modified_at })
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        let state = self.state();
        let order = state.orders.get(id.as_str()).ok_or_else(no_order)?;
        let told = match self.woocommerce() {
            Some(settings) => Self::is_told_woocommerce(order, settings.status(update.outcome), update),
            None => is_told_standard(&state, id, update),
        };
        let modified_at = modified(order).filter(|_| told);
        Ok(modified_at.map(|modified_at| Updated { modified_at }))
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        let mut state = self.state();
        let Some(offered) = state.stock.get_mut(sku) else {
            return Ok(StockSet::UnknownProduct);
        };
        *offered = quantity;
        let (at, sku) = (self.now(), sku.to_owned());
        state.pushes.push(Pushed { at, sku, quantity });
        Ok(StockSet::Done)
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        let is_active = self.state().hook_is_on;
        let topics: &[&str] = match self.woocommerce() {
            Some(_) => &["order.created", "order.updated"],
            None => &["order.updated"],
        };
        let hook = |(id, topic): (usize, &&str)| Hook {
            id: (id + 4).to_string(),
            topic: (*topic).to_owned(),
            delivery_url: format!("https://hooks.example/webhooks/{}", self.store.id),
            is_active,
        };
        let hooks = topics.iter().enumerate().map(hook).collect();
        Ok(WebhookHealth { hooks })
    }
}
