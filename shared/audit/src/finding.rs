//! What verifying finds.

use crate::{chain::ChainId, entry::Snapshot};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An entry is not what was sealed.
    Changed,
    /// An entry was written, or written anew, by somebody without the key.
    Forged,
    /// An entry is sealed under a key that the secret does not hold (any more).
    UnknownKey,
    /// An entry is gone before its time.
    Missing,
    /// An entry stands where the chain has none.
    Inserted,
    /// A genuine entry of another place or another chain.
    Moved,
    /// A genuine entry that does not follow the one before it.
    Unlinked,
    /// A genuine entry that begins where the one before it, on the same item, did not end: a change between them was
    /// not recorded.
    Skipped,
    /// The chain has entries and no head.
    HeadMissing,
    /// The head is not what was sealed.
    HeadChanged,
    /// The head was written by somebody without the key, or under a key that the secret does not hold.
    HeadForged,
    /// An older head was put back: the chain goes on behind it.
    HeadBehind,
    /// The recorder met a head that was not as it had left it, or rows where the next entry goes, and went on behind them.
    HeadMended,
    /// An item differs from what the trail says of it last.
    Differs,
    /// An item is gone before its time, and the trail says nothing of it.
    Gone,
    /// An item of which the trail says nothing.
    Unrecorded,
}

impl Kind {
    /// For people: what it means.
    pub fn says(self) -> &'static str {
        match self {
            Self::Changed => "the entry was changed",
            Self::Forged => "the entry was written without the audit key",
            Self::UnknownKey => "the entry is sealed under a key that is not known",
            Self::Missing => "missing",
            Self::Inserted => "the entry was inserted",
            Self::Moved => "the entry belongs elsewhere: entries were reordered or copied",
            Self::Unlinked => "the entry does not follow the one before it",
            Self::Skipped => "the item was changed before this entry without one",
            Self::HeadMissing => "the chain's head is missing",
            Self::HeadChanged => "the chain's head was changed",
            Self::HeadForged => "the chain's head was written without the audit key",
            Self::HeadBehind => "an older head of the chain was put back",
            Self::HeadMended => {
                "the chain's head, or what is behind it, had been tampered with before this entry"
            }
            Self::Differs => {
                "the item differs from its last entry: it was changed without one, or the entry is missing"
            }
            Self::Gone => "the item is gone, and no entry says so",
            Self::Unrecorded => "no entry speaks of the item",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The entry's number, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The last number, when it is about several in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<u64>,
    /// The item's key, or the row's sort key, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What is wrong.
    pub kind: Kind,
}

impl Finding {
    pub(crate) fn entry(seq: u64, kind: Kind) -> Self {
        Self {
            seq: Some(seq),
            through: None,
            about: None,
            kind,
        }
    }

    /// About all from the first to the last.
    pub(crate) fn entries(first: u64, last: u64, kind: Kind) -> Self {
        Self {
            through: (last > first).then_some(last),
            ..Self::entry(first, kind)
        }
    }

    pub(crate) fn about(about: impl Into<String>, kind: Kind) -> Self {
        Self {
            seq: None,
            through: None,
            about: Some(about.into()),
            kind,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.seq, &self.about) {
            (Some(seq), _) => match self.through {
                Some(last) => write!(f, "entries {seq} to {last}: {}", self.kind.says()),
                None => write!(f, "entry {seq}: {}", self.kind.says()),
            },
            (None, Some(about)) => write!(f, "{about}: {}", self.kind.says()),
            (None, None) => f.write_str(self.kind.says()),
        }
    }
}

/// What a chain says of an item last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LastWord {
    pub(crate) key: String,
    pub(crate) after: Option<Snapshot>,
}

/// What verifying a chain came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The chain.
    pub chain: ChainId,
    /// Genuine entries in their place.
    pub entries: u64,
    /// Entries that are gone because their time was over.
    pub expired: u64,
    /// Items changed so lately that their entries may still be on the way.
    pub pending: u64,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<Finding>,
    #[serde(skip)]
    pub(crate) last: BTreeMap<String, LastWord>,
    /// Items of which an entry speaks that is not genuine.
    #[serde(skip)]
    pub(crate) unsure: BTreeSet<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    /// The keys of the items the chain speaks of.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.last.keys().chain(&self.unsure).map(String::as_str)
    }
}
