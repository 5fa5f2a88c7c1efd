//! The head of a chain: how far it has come. Sealed like an entry, so that entries cut off at the end are missed.

use crate::{
    chain::ChainId,
    entry::{Entry, Place, Row},
    key::Keys,
};
use serde::{Deserialize, Serialize};

/// The sort key of a chain's head. Sorts behind all entries.
pub const HEAD_PLACE: &str = "head";
/// What seals of heads are made for.
pub(crate) const HEAD: &str = "head";
/// How long the stream may bring a change again, seconds: it keeps records for a day.
const AGAIN_WITHIN_S: i64 = 2 * 24 * 3600;
/// How many changes are remembered at most: 60 KB of them.
const RECENT_MAX: usize = 1_500;

/// How far a chain has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of this shape.
    pub schema: u32,
    /// The chain.
    pub chain: ChainId,
    /// The number of its last entry.
    pub seq: u64,
    /// The hash of its last entry.
    pub hash: String,
    /// When the last entry may be forgotten, and the head with it, Unix seconds.
    pub expires_at_s: i64,
    /// The stream's ids of the changes recorded of late, with their times in Unix seconds: the stream brings a change
    /// at least once.
    pub recent: Vec<(String, i64)>,
    /// Which key seals it.
    pub key: String,
}

impl Head {
    /// The head of a chain without entries.
    pub(crate) fn empty(chain: &ChainId, keys: &Keys) -> Self {
        Self {
            schema: 1,
            chain: chain.clone(),
            seq: 0,
            hash: String::new(),
            expires_at_s: 0,
            recent: Vec::new(),
            key: keys.current().to_owned(),
        }
    }

    /// Whether a change is recorded.
    pub(crate) fn knows(&self, event: &str) -> bool {
        self.recent.iter().any(|(known, _)| known == event)
    }

    /// The head after one more entry.
    pub(crate) fn follow(&mut self, entry: &Entry, hash: &str, now_s: i64) {
        self.seq = entry.seq;
        hash.clone_into(&mut self.hash);
        self.expires_at_s = entry.expires_at_s;
        self.key.clone_from(&entry.key);
        if !entry.event.is_empty() {
            self.recent.push((entry.event.clone(), now_s));
        }
        self.recent.retain(|(_, at_s)| now_s - at_s < AGAIN_WITHIN_S);
        let excess = self.recent.len().saturating_sub(RECENT_MAX);
        self.recent.drain(..excess);
    }

    /// The head's row, sealed.
    pub fn row(&self, keys: &Keys) -> Row {
        let place = Place {
            chain: &self.chain,
            place: HEAD_PLACE.to_owned(),
            expires_at_s: self.expires_at_s,
        };
        Row::seal(keys, HEAD, place, self)
    }
}
