//! What an effect is about: one short keyed hash per business fact. Not a hash of the whole payload, which
//! changes with every deploy and every `updated_at`; keyed, because amounts and references can be guessed.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{collections::BTreeMap, fmt};

/// Hexadecimal digits kept of a hash: enough to tell two facts apart, too few to be of use elsewhere.
const HASH_DIGITS: usize = 16;

/// The business facts of an effect's input: amount, currency, token reference, lines. They stay in memory; the
/// ledger stores their [`Fingerprint`].
#[derive(Clone, PartialEq, Eq)]
pub struct Facts {
    schema: u32,
    values: BTreeMap<&'static str, String>,
}

impl Facts {
    /// No facts yet. `schema` is raised when a fact's meaning or spelling changes: facts of two schemas are
    /// compared only where both know the name.
    pub fn new(schema: u32) -> Self {
        Self {
            schema,
            values: BTreeMap::new(),
        }
    }

    /// Adds a fact. The name is shown in a conflict; the value never is.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.insert(name, value.to_string());
        self
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("schema", &self.schema)
            .field("names", &self.values.keys())
            .finish()
    }
}

/// What is stored of [`Facts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Which key made the hashes.
    pub key: String,
    /// The schema of the facts.
    pub schema: u32,
    /// Name of the fact → its hash, hexadecimal.
    pub hashes: BTreeMap<String, String>,
}

/// The keys of the hashes: the first makes new ones, all of them recognise old ones.
#[derive(Clone)]
pub struct FactKey {
    keys: Vec<(String, Vec<u8>)>,
}

impl FactKey {
    /// A key with its id. The id is stored beside each fingerprint.
    pub fn new(id: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self {
            keys: vec![(id.into(), secret.into())],
        }
    }

    /// Adds a key that was in use before, so that a rotation makes no conflicts.
    #[must_use]
    pub fn with_earlier(mut self, id: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        self.keys.push((id.into(), secret.into()));
        self
    }

    /// The fingerprint of the facts under the current key.
    pub(crate) fn fingerprint(&self, facts: &Facts) -> Fingerprint {
        match self.keys.first() {
            Some((id, secret)) => hash_all(id, secret, facts),
            None => hash_all("", &[], facts),
        }
    }

    /// The names of the facts that differ from the stored ones; empty when they agree.
    pub(crate) fn differences(&self, stored: &Fingerprint, facts: &Facts) -> Vec<String> {
        let Some((id, secret)) = self.keys.iter().find(|(id, _)| *id == stored.key) else {
            return vec![format!("key {}", stored.key)];
        };
        let ours = hash_all(id, secret, facts);
        let same_schema = ours.schema == stored.schema;
        let names = ours
            .hashes
            .keys()
            .chain(stored.hashes.keys().filter(|n| !ours.hashes.contains_key(*n)));
        names
            .filter(|name| match (ours.hashes.get(*name), stored.hashes.get(*name)) {
                (Some(our), Some(their)) => our != their,
                _ => same_schema,
            })
            .cloned()
            .collect()
    }
}

impl fmt::Debug for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(id, _)| id))
            .finish()
    }
}

fn hash_all(id: &str, secret: &[u8], facts: &Facts) -> Fingerprint {
    let hashes = facts
        .values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), hash(secret, name, value)));
    Fingerprint {
        key: id.to_owned(),
        schema: facts.schema,
        hashes: hashes.collect(),
    }
}

fn hash(secret: &[u8], name: &str, value: &str) -> String {
    // HMAC takes keys of every length; the error of its signature cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(name.as_bytes());
    mac.update(&[0]);
    mac.update(value.as_bytes());
    let mut digits = hex::encode(mac.finalize().into_bytes());
    digits.truncate(HASH_DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts::new(1).with("amount_minor", 1999).with("currency", "USD")
    }

    #[test]
    fn the_same_facts_agree_and_others_are_named() {
        let key = FactKey::new("1", "secret");
        let stored = key.fingerprint(&facts());
        assert!(key.differences(&stored, &facts()).is_empty());
        assert_eq!(
            key.differences(&stored, &facts().with("amount_minor", 2000)),
            ["amount_minor"]
        );
        assert_eq!(key.differences(&stored, &facts().with("token", "t")), ["token"]);
        assert_eq!(
            key.differences(&stored, &Facts::new(1).with("currency", "USD")),
            ["amount_minor"]
        );
    }

    #[test]
    fn a_new_schema_is_compared_where_both_know_the_name() {
        let key = FactKey::new("1", "secret");
        let stored = key.fingerprint(&facts());
        let newer = Facts::new(2).with("currency", "USD").with("lines", "a x 1");
        assert!(key.differences(&stored, &newer).is_empty());
        assert_eq!(
            key.differences(&stored, &newer.with("currency", "EUR")),
            ["currency"]
        );
    }

    #[test]
    fn a_rotated_key_recognises_what_the_earlier_one_made() {
        let stored = FactKey::new("1", "secret").fingerprint(&facts());
        let rotated = FactKey::new("2", "other").with_earlier("1", "secret");
        assert!(rotated.differences(&stored, &facts()).is_empty());
        assert_eq!(rotated.fingerprint(&facts()).key, "2");
        assert_eq!(
            FactKey::new("2", "other").differences(&stored, &facts()),
            ["key 1"]
        );
    }

    #[test]
    fn neither_debug_nor_the_fingerprint_shows_a_value() {
        let secret = Facts::new(1).with("token", "PMT_0123");
        let key = FactKey::new("1", "s3cr3t");
        let shown = format!("{secret:?} {key:?} {:?}", key.fingerprint(&secret));
        assert!(
            !shown.contains("PMT_0123") && !shown.contains("s3cr3t"),
            "{shown}"
        );
    }
}
