//! The shops in memory: what WooCommerce and a shop of the merchant's own do with orders, webhooks and stock.
//!
//! [`ShopTwin`] is one store. It implements [`ShopClient`](::shop::ShopClient), keeps orders in the shop's own shape,
//! and tells of every change, our own writes included, by a webhook: a raw signed request that whoever plays the network
//! takes ([`ShopTwin::take_due`]), delivers, and answers ([`ShopTwin::answered`]).

mod client;
mod hooks;
pub mod hookshot;
mod kept;
pub mod orders;
#[cfg(test)]
mod tests;

pub use hooks::{Delivery, Made};
pub use kept::{Pushed, Told};

use domain::merchant::{self, Store};
use effects::{Clock, UnixMillis};
use jiff::Timestamp;
use kept::State;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a shop is made of.
pub struct Settings {
    /// What its webhooks are signed with: one of those in the shop's secret.
    pub signing_secret: SecretString,
    /// Orders on a page of its list: 100 of WooCommerce, 50 of the other shop. Less turns pages sooner.
    pub page_size: usize,
    /// What it sells: stock keeping unit and pieces.
    pub products: Vec<(String, i64)>,
}

/// A shop.
pub struct ShopTwin {
    store: Store,
    settings: Settings,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl ShopTwin {
    /// A shop without orders whose webhooks are on.
    pub fn new(store: Store, settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let state = State::with_stock(&settings.products);
        Self {
            store,
            settings,
            clock,
            state: Mutex::new(state),
        }
    }

    /// Which store it is.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    fn woocommerce(&self) -> Option<&merchant::WooCommerce> {
        match &self.store.scheme {
            merchant::Scheme::WooCommerce(settings) => Some(settings),
            merchant::Scheme::Standard => None,
        }
    }

    /// Puts an order, in the shop's own shape, into the shop as of now, which tells of it.
    pub fn place(&self, id: &str, mut order: Value) {
        let mut state = self.state();
        self.date(&mut order, None);
        state.orders.insert(id.to_owned(), order);
        self.announce(&mut state, id, "created");
    }

    /// Changes an order as its customer or the shop's staff does: fields are set, entries of `meta_data` are merged by
    /// their key. The shop tells of it. False: there is no such order.
    pub fn change(&self, id: &str, fields: &Map<String, Value>) -> bool {
        let mut state = self.state();
        let Some(order) = state.orders.get_mut(id) else {
            return false;
        };
        let before = modified(order);
        for (field, value) in fields {
            match value.as_array().filter(|_| field == "meta_data") {
                Some(entries) => merge_meta(order, entries),
                None => order[field.as_str()] = value.clone(),
            }
        }
        self.date(order, before);
        self.announce(&mut state, id, "updated");
        true
    }

    /// Dates an order as changed now. WooCommerce keeps whole seconds, so that two changes may share one; the other
    /// shop's contract asks for a second of its own for every change.
    fn date(&self, order: &mut Value, before: Option<Timestamp>) {
        let now = Timestamp::from_second(self.now().seconds().0).unwrap_or(Timestamp::UNIX_EPOCH);
        if self.woocommerce().is_some() {
            let text = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            order["date_modified"] = json!(text);
            order["date_modified_gmt"] = json!(text);
            return;
        }
        let next = before.and_then(|before| Timestamp::from_second(before.as_second() + 1).ok());
        order["modified_at"] = json!(next.map_or(now, |next| now.max(next)));
    }

    /// An order as the shop keeps it.
    pub fn order(&self, id: &str) -> Option<Value> {
        self.state().orders.get(id).cloned()
    }

    /// Every order and when it was last changed.
    pub fn versions(&self) -> Vec<(String, Timestamp)> {
        let state = self.state();
        let dated = state
            .orders
            .iter()
            .filter_map(|(id, order)| Some((id.clone(), modified(order)?)));
        dated.collect()
    }

    /// WooCommerce: the order's status. The other shop: the outcome it was told last, if any.
    pub fn status(&self, id: &str) -> Option<String> {
        let state = self.state();
        match self.woocommerce() {
            Some(_) => state.orders.get(id)?["status"].as_str().map(str::to_owned),
            None => state
                .statuses
                .get(id)
                .map(|told| told.outcome.as_str().to_owned()),
        }
    }

    /// Everything the shop was told of orders, in order.
    pub fn told(&self) -> Vec<Told> {
        self.state().told.clone()
    }

    /// What the shop offers of a product.
    pub fn stock(&self, sku: &str) -> Option<i64> {
        self.state().stock.get(sku).copied()
    }

    /// Every quantity the shop was sent, in order.
    pub fn pushes(&self) -> Vec<Pushed> {
        self.state().pushes.clone()
    }

    /// Every webhook that was sent, in order.
    pub fn deliveries(&self) -> Vec<Made> {
        self.state().made.clone()
    }

    /// Whether its webhooks are on.
    pub fn hook_is_on(&self) -> bool {
        self.state().hook_is_on
    }

    /// Switches its webhooks on again, as its staff does when asked to. What was not sent meanwhile is not sent now.
    pub fn switch_on(&self) {
        let mut state = self.state();
        (state.hook_is_on, state.hook_failures) = (true, 0);
    }
}

/// When an order was last changed, in either shape.
fn modified(order: &Value) -> Option<Timestamp> {
    if let Some(text) = order["date_modified_gmt"].as_str() {
        return format!("{text}Z").parse().ok();
    }
    order["modified_at"].as_str()?.parse().ok()
}

/// Sets entries of an order's meta data by their key, as the REST API does.
fn merge_meta(order: &mut Value, entries: &[Value]) {
    let Some(meta) = order["meta_data"].as_array_mut() else {
        order["meta_data"] = json!(entries);
        return;
    };
    for entry in entries {
        match meta.iter_mut().find(|known| known["key"] == entry["key"]) {
            Some(known) => known["value"] = entry["value"].clone(),
            None => {
                meta.push(json!({ "id": 90_000 + meta.len(), "key": entry["key"], "value": entry["value"] }))
            }
        }
    }
}
