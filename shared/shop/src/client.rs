//! What every shop can be asked and told.

use async_trait::async_trait;
use domain::{failure::Failure, ids::ShopOrderId, outcome::Outcome};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Calls to a shop. Reads end with [`SystemUnavailable`] when they get no answer, changes with [`OutcomeUnknown`]
/// unless no byte can have arrived. Wrong credentials are [`Misconfigured`], an answer that says the request is wrong
/// is [`Refused`].
///
/// [`SystemUnavailable`]: domain::failure::FailureName::SystemUnavailable
/// [`OutcomeUnknown`]: domain::failure::FailureName::OutcomeUnknown
/// [`Misconfigured`]: domain::failure::FailureName::Misconfigured
/// [`Refused`]: domain::failure::FailureName::Refused
#[async_trait]
pub trait ShopClient: Send + Sync {
    /// An order as the shop shows it now: a body for [`crate::Scheme::parse`].
    ///
    /// # Errors
    /// As all reads.
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure>;

    /// One page of the orders modified at or after `since`, oldest first. Pages count from 1.
    ///
    /// # Errors
    /// As all reads.
    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure>;

    /// Tells the shop what became of an order. Repeating it changes nothing but the modification time and, where the
    /// shop keeps notes, adds the note again.
    ///
    /// # Errors
    /// As all changes.
    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure>;

    /// Whether the order already says what `update` says: how an unknown outcome of [`ShopClient::update_order`] is
    /// resolved.
    ///
    /// # Errors
    /// As all reads.
    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure>;

    /// Sets the number of pieces the shop offers of a product.
    ///
    /// # Errors
    /// As all changes.
    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure>;

    /// How the shop's webhooks are.
    ///
    /// # Errors
    /// As all reads.
    async fn webhook_health(&self) -> Result<WebhookHealth, Failure>;
}

/// Some orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Bodies for [`crate::Scheme::parse`] and [`crate::Scheme::facts`].
    pub bodies: Vec<Vec<u8>>,
    /// Whether another page follows.
    pub more: bool,
}

/// What the shop is told of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderUpdate {
    /// How it ended.
    pub outcome: Outcome,
    /// The gateway's transaction, when money was taken.
    pub transaction: Option<String>,
    /// A note for the shop's staff; no personal data.
    pub note: Option<String>,
    /// Facts for the order's record (`_heartland_sale_order` → `S00042`), in the shop's own way of keeping such.
    pub meta: BTreeMap<String, String>,
}

impl OrderUpdate {
    /// An update with the outcome's usual note.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            transaction: None,
            note: Some(outcome.note().to_owned()),
            meta: BTreeMap::new(),
        }
    }
}

/// The shop has taken an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The modification time the order now has: the event that carries it is the echo of our own write.
    pub modified_at: Timestamp,
}

/// What became of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockSet {
    /// It is set.
    Done,
    /// The shop does not sell this SKU.
    UnknownProduct,
    /// The shop sells it without counting it.
    NotManaged,
}

/// A webhook as the shop lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The shop's id of it.
    pub id: String,
    /// What it tells of (`order.updated`).
    pub topic: String,
    /// Where it goes.
    pub delivery_url: String,
    /// Whether it is on. Shops switch a webhook off that has failed a few times.
    pub is_active: bool,
}

/// How a shop's webhooks are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookHealth {
    /// All that tell of orders.
    pub hooks: Vec<Hook>,
}

impl WebhookHealth {
    /// The webhooks about orders that were switched off.
    pub fn switched_off(&self) -> impl Iterator<Item = &Hook> {
        self.hooks.iter().filter(|hook| !hook.is_active)
    }

    /// Whether any webhook tells us of changed orders.
    pub fn tells_of_changes(&self) -> bool {
        self.hooks
            .iter()
            .any(|hook| hook.is_active && hook.topic == "order.updated")
    }
}
