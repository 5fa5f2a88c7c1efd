//! Names of events. An event's id derives from what was signed, never from headers, so that whoever meets the same
//! fact (the webhook, its repeat, the poller) makes the same id.

use crate::{
    card_number::is_card_number,
    ids::{ShopOrderId, StoreId},
    order::Order,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Longest event id.
pub const EVENT_ID_LENGTH_MAX: usize = 100;
/// How much of a body's hash names an event that could not be read. Hexadecimal digits.
const RAW_HASH_LENGTH: usize = 24;

/// The id of one version of one order: `{store}_{order id}_{modification time, Unix seconds}`, or
/// `{store}_raw_{hash of the body}` for a signed body that names neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(String);

/// Not an event id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event id must be 1 to {EVENT_ID_LENGTH_MAX} letters, digits, - and _")]
pub struct BadEventId;

/// What an event's name is made of, as the signed body tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// The order it is about.
    pub order: ShopOrderId,
    /// Which version of the order.
    pub modified_at: Timestamp,
}

impl EventId {
    /// The id of an event of a store: from its facts, or from the body when it tells none.
    pub fn derive(store: &StoreId, facts: Option<&EventFacts>, body: &[u8]) -> Self {
        match facts {
            Some(facts) => Self(format!(
                "{store}_{}_{}",
                facts.order,
                facts.modified_at.as_second()
            )),
            None => Self(format!("{store}_raw_{}", &body_hash(body)[..RAW_HASH_LENGTH])),
        }
    }

    /// The id of the event that brought this version of an order.
    pub fn of_order(order: &Order) -> Self {
        let facts = EventFacts {
            order: order.key.id.clone(),
            modified_at: order.modified_at,
        };
        Self::derive(&order.key.store, Some(&facts), &[])
    }

    /// When the version of the order was made that this event brought, Unix seconds; nothing when the name is made of
    /// something else.
    pub fn modified_at_s(&self) -> Option<i64> {
        self.0.rsplit_once('_')?.1.parse().ok()
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventId {
    type Err = BadEventId;
    fn from_str(text: &str) -> Result<Self, BadEventId> {
        let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let good = (1..=EVENT_ID_LENGTH_MAX).contains(&text.len()) && text.bytes().all(alphabet);
        // A card number has the alphabet of an id, and must not be written down anywhere.
        let good = good && !is_card_number(text);
        good.then(|| Self(text.to_owned())).ok_or(BadEventId)
    }
}

impl TryFrom<String> for EventId {
    type Error = BadEventId;
    fn try_from(text: String) -> Result<Self, BadEventId> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> String {
        id.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The inbox group of an event: events of one order stay in order, others do not wait for each other.
pub fn group(store: &StoreId, facts: Option<&EventFacts>, event: &EventId) -> String {
    facts.map_or_else(|| event.to_string(), |facts| format!("{store}_{}", facts.order))
}

/// The hash by which two bodies under one event id are told apart: sha256, hexadecimal.
pub fn body_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> StoreId {
        "woo".parse().unwrap()
    }

    #[test]
    fn an_id_comes_from_the_facts_and_not_from_the_bytes() {
        let at = |text: &str| EventFacts {
            order: "1001".parse().unwrap(),
            modified_at: text.parse().unwrap(),
        };
        let first = at("2026-11-23T15:00:00Z");
        let id = EventId::derive(&store(), Some(&first), b"{}");
        assert_eq!(id.as_str(), "woo_1001_1795446000");
        assert_eq!(id.modified_at_s(), Some(first.modified_at.as_second()));
        assert_eq!(EventId::derive(&store(), Some(&first), b"{ }"), id);
        assert_ne!(
            EventId::derive(&store(), Some(&at("2026-11-23T15:00:01Z")), b"{}"),
            id
        );
        assert_eq!(group(&store(), Some(&first), &id), "woo_1001");
    }

    #[test]
    fn a_body_that_cannot_be_read_is_named_by_its_hash() {
        let id = EventId::derive(&store(), None, b"rubbish");
        assert_eq!(id, EventId::derive(&store(), None, b"rubbish"));
        assert_ne!(id, EventId::derive(&store(), None, b"rubbish "));
        assert_eq!(id.as_str().len(), "woo_raw_".len() + RAW_HASH_LENGTH);
        assert_eq!(group(&store(), None, &id), id.as_str());
    }

    #[test]
    fn the_longest_id_is_within_the_limit() {
        let facts = EventFacts {
            order: "9".repeat(40).parse().unwrap(),
            modified_at: Timestamp::MAX,
        };
        let id = EventId::derive(&"s".repeat(24).parse().unwrap(), Some(&facts), b"");
        assert_eq!(id.as_str().parse::<EventId>(), Ok(id.clone()));
    }
}
