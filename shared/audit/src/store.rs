//! The port to where chains are kept.

use crate::{chain::ChainId, entry::Row};
use async_trait::async_trait;

/// What came of appending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// All of it is stored.
    Done,
    /// Somebody else appended meanwhile, or is about to. Nothing is stored.
    Moved,
    /// The head is as it was seen, but there are entries where the new ones should go. Nothing is stored.
    Taken,
}

/// The store did not answer. The code alone: a service's message may quote the row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit trail's store: {0}")]
pub struct StoreError(pub String);

/// Where a reader goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The chain, or the item's key, of the last row that was read.
    pub chain: String,
    /// Its place.
    pub place: String,
}

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows. Those of one chain follow each other.
    pub rows: Vec<Row>,
    /// Where the next page begins; nothing after the last one.
    pub next: Option<Cursor>,
}

/// The trail. Nothing in it can be changed or removed through this port.
#[async_trait]
pub trait Trail: Send + Sync {
    /// The head of a chain, as it is now.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn head(&self, chain: &ChainId) -> Result<Option<Row>, StoreError>;

    /// What is where the entry of that number goes.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entry(&self, chain: &ChainId, seq: u64) -> Result<Option<Row>, StoreError>;

    /// The rows of a chain among which its last entries are, whatever its head says: the last one first. Rows of others
    /// may be between them.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn last(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError>;

    /// Stores entries and the new head, all or nothing: when the head is still the one that was seen, and no entry is
    /// there already. At most [`ENTRIES_MAX`] entries.
    ///
    /// # Errors
    /// [`StoreError`]; it may be stored all the same.
    async fn append(&self, seen: Option<&Row>, entries: &[Row], head: &Row) -> Result<Appended, StoreError>;

    /// The rows of a chain, entries by number, the head last.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn rows(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError>;

    /// All rows of all chains.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn scan(&self, from: Option<Cursor>) -> Result<Page, StoreError>;
}

/// Entries that are appended at once: a transaction has a hundred actions.
pub const ENTRIES_MAX: usize = 90;
