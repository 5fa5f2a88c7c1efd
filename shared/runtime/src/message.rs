//! What travels between the parts: small JSON of ids and versions. Every shape changes additively, because a run
//! in flight keeps its old definition but calls new code; fields not known are ignored.

use crate::queue::Message;
use domain::{
    failure::{Failure, FailureName},
    ids::{OrderKey, StoreId},
    money::{Currency, Money},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The version of all shapes in this file.
pub const MESSAGE_SCHEMA: u32 = 1;

/// How an event came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The shop told us.
    Webhook,
    /// We asked the shop.
    Poller,
    /// A person sent it again.
    Operator,
}

/// A message of the inbox: there is an event in the payload store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxEvent {
    /// [`MESSAGE_SCHEMA`].
    pub schema: u32,
    /// The event's id: the key of its payload.
    pub event: String,
    /// The store it came from.
    pub store: StoreId,
    /// How it came.
    pub via: Via,
}

impl InboxEvent {
    /// The message for the inbox. `group` keeps the events of one order in order: the order's slug, or the event
    /// id when no order could be read.
    pub fn message(&self, group: &str) -> Message {
        let body = serde_json::json!({
            "schema": self.schema, "event": self.event, "store": self.store, "via": self.via,
        });
        Message {
            body,
            group: Some(group.to_owned()),
            dedup: Some(self.event.clone()),
        }
    }
}

/// What every step of a run is told: which run of which order, and which version of its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// [`MESSAGE_SCHEMA`].
    pub schema: u32,
    /// The order.
    pub order: OrderKey,
    /// Which run of the order, from 1.
    pub generation: u32,
    /// The event id whose content the run works on.
    pub version: String,
}

impl Run {
    /// The execution's name: `{slug}-{generation}`. At most 76 characters of letters, digits, `-` and `_`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.order.slug(), self.generation)
    }

    /// The business key of this run's effects: `{order key}/{generation}`.
    pub fn effect_key(&self) -> String {
        format!("{}/{}", self.order, self.generation)
    }
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Money is reserved.
    Authorized,
    /// Money is taken.
    Captured,
}

/// A payment as steps hand it on. Holds no card data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// The gateway's transaction id.
    pub transaction: String,
    /// Minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
    /// How far it has come.
    pub state: PaymentState,
    /// The card's brand as the gateway spells it, `other` when it tells none.
    pub brand: String,
    /// Whether we authorized it. What the shop's plugin authorized is never voided or refunded by us.
    pub owned: bool,
    /// When the gateway was last seen to hold it: an older one is read again before it is captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

impl PaymentFacts {
    /// The amount.
    pub fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// An Odoo record as steps hand it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRef {
    /// The database id.
    pub id: i64,
    /// The number people know (`S00042`, `INV/2026/00042`); a draft has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Reads a message.
///
/// # Errors
/// [`FailureName::Refused`] when it has another shape; the message itself is not quoted.
pub fn read<T: DeserializeOwned>(message: Value) -> Result<T, Failure> {
    serde_json::from_value(message).map_err(|error| {
        let what = format!(
            "the message cannot be read: {:?} at line {}",
            error.classify(),
            error.line()
        );
        Failure::new(FailureName::Refused, what)
    })
}
