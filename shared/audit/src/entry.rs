//! One entry of a chain, and the row of the table that holds it.

use crate::{chain::ChainId, key::Keys, key::sha256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who changed something when nobody of ours says that it did: a hand in the console, a script, a removal.
pub const UNKNOWN: &str = "unknown";

/// The highest number that sorts as it counts.
pub(crate) const NUMBER_MAX: u64 = 999_999_999_999;

/// What an item showed: the fields its kind may show, and a keyed digest of all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Field → value: ids, states, numbers.
    pub fields: BTreeMap<String, Value>,
    /// A keyed hash of the whole item as it is stored. Breakers have none: they change with every failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Snapshot {
    /// Whether the table may have forgotten the item by then, Unix seconds.
    pub(crate) fn is_over(&self, at_s: i64) -> bool {
        let ttl_s = self.fields.get("ttl").and_then(Value::as_i64);
        ttl_s.is_some_and(|ttl_s| ttl_s <= at_s)
    }
}

/// What is named of the entry before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its hash; empty for the first entry.
    pub hash: String,
    /// When it may be forgotten, Unix seconds: a gap before this entry is no finding from then on.
    pub expires_at_s: i64,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this shape.
    pub schema: u32,
    /// Its chain.
    pub chain: ChainId,
    /// Its number in the chain, from 1.
    pub seq: u64,
    /// When the change was made, Unix milliseconds: by the writer's clock, or the stream's when the writer is unknown.
    pub at_ms: i64,
    /// When it was recorded, Unix milliseconds.
    pub recorded_at_ms: i64,
    /// Which function wrote the item, or [`UNKNOWN`].
    pub by: String,
    /// The person who decided it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The request id of the invocation that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The trace it belongs to, from the webhook to the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The id it was sent to the other system under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_as: Option<String>,
    /// The run it belongs to: what the execution's name begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// What happened: `effect capture Applied`, `order opened`.
    pub fact: String,
    /// The key of the item.
    pub item: String,
    /// What it showed before; nothing when it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Snapshot>,
    /// What it shows now; nothing when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Snapshot>,
    /// The stream's id of the change.
    pub event: String,
    /// When the entry may be forgotten, Unix seconds.
    pub expires_at_s: i64,
    /// The entry before.
    pub previous: Previous,
    /// Which key seals it.
    pub key: String,
}

/// A row of the table: an entry, or a chain's head. What is sealed is the text of `body` as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The partition key: the chain.
    pub chain: String,
    /// The sort key: the entry's number in twelve digits, or `head`.
    pub place: String,
    /// The entry, JSON.
    pub body: String,
    /// sha256 of the body: what the next entry names.
    pub hash: String,
    /// The keyed hash of that hash.
    pub seal: String,
    /// When the table forgets it, Unix seconds.
    pub ttl_s: Option<i64>,
}

/// What a row's seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    Whole,
    /// The body is not what was hashed, or cannot be read.
    Changed,
    /// Hashed, but sealed by somebody without the key.
    Forged,
    /// Sealed under a key we do not have.
    UnknownKey,
}

#[derive(Deserialize)]
struct Sealed {
    key: String,
    expires_at_s: i64,
}

impl Row {
    /// The row of a sealed body. `purpose` keeps entries and heads apart.
    pub(crate) fn seal<T: Serialize>(keys: &Keys, purpose: &str, place: Place<'_>, value: &T) -> Self {
        // Our own shapes are JSON, and the current key is there.
        let body = serde_json::to_string(value).unwrap_or_default();
        let hash = sha256(&body);
        let seal = keys.mac(keys.current(), purpose, &hash).unwrap_or_default();
        Self {
            chain: place.chain.to_string(),
            place: place.place,
            body,
            hash,
            seal,
            ttl_s: Some(place.expires_at_s),
        }
    }

    /// What is in the row, and what its seal says of it.
    pub(crate) fn open<T: DeserializeOwned>(&self, keys: &Keys, purpose: &str) -> (Option<T>, Seal) {
        let value = serde_json::from_str(&self.body).ok();
        let sealed = serde_json::from_str::<Sealed>(&self.body);
        let (Some(value), Ok(sealed)) = (value, sealed) else {
            return (None, Seal::Changed);
        };
        let seal = if sha256(&self.body) != self.hash || self.ttl_s != Some(sealed.expires_at_s) {
            Seal::Changed
        } else {
            match keys.mac(&sealed.key, purpose, &self.hash) {
                None => Seal::UnknownKey,
                // No secret is compared: both sides are in the table or made of it.
                Some(ours) if ours == self.seal => Seal::Whole,
                Some(_) => Seal::Forged,
            }
        };
        (Some(value), seal)
    }
}

/// Where a row goes, and until when.
pub(crate) struct Place<'a> {
    pub(crate) chain: &'a ChainId,
    pub(crate) place: String,
    pub(crate) expires_at_s: i64,
}

/// What seals of entries are made for.
pub(crate) const ENTRY: &str = "entry";

impl Entry {
    /// The sort key of the entry with that number.
    pub fn place(seq: u64) -> String {
        format!("{seq:012}")
    }

    /// The number of the entry with that sort key; nothing when it is none that we make.
    pub(crate) fn number(place: &str) -> Option<u64> {
        let seq = place.parse().ok()?;
        ((1..=NUMBER_MAX).contains(&seq) && Self::place(seq) == place).then_some(seq)
    }

    /// The entry's row, sealed.
    pub fn row(&self, keys: &Keys) -> Row {
        let place = Place {
            chain: &self.chain,
            place: Self::place(self.seq),
            expires_at_s: self.expires_at_s,
        };
        Row::seal(keys, ENTRY, place, self)
    }

    /// The entry of a row, whatever its seal says; nothing when it cannot be read.
    pub fn of(row: &Row) -> Option<Self> {
        serde_json::from_str(&row.body).ok()
    }
}
