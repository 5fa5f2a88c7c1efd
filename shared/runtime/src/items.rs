//! The one low-level port to the table: items with a version, written on condition. Typed stores sit on top.
//!
//! Every item has the key `pk`, a `version` that grows with each write, a JSON `body`, and optionally bytes, a
//! place in the index by state, and a time after which it may be forgotten.

mod dynamodb;
mod memory;
pub(crate) mod typed;

pub use dynamodb::DynamoItems;
pub use memory::MemoryItems;

use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use serde_json::Value;

/// The largest item we write, bytes of body and bytes together. DynamoDB takes 400 KB, names included.
pub const ITEM_BYTES_MAX: usize = 380_000;
/// The index: partition key `state_pk`, sort key `state_sk`.
pub const STATE_INDEX: &str = "by_state";

/// An item as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The key.
    pub pk: String,
    /// Grows by one with each write, from 1.
    pub version: u64,
    /// What it says.
    pub body: Value,
    /// Raw bytes, kept as they came.
    pub bytes: Option<Vec<u8>>,
    /// Its place in the index: state, and what the state is sorted by.
    pub state: Option<(String, String)>,
    /// When it may be forgotten, Unix seconds.
    pub ttl_s: Option<i64>,
}

/// An item to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct NewItem {
    /// The key.
    pub pk: String,
    /// What it says.
    pub body: Value,
    /// Raw bytes.
    pub bytes: Option<Vec<u8>>,
    /// Its place in the index.
    pub state: Option<(String, String)>,
    /// When it may be forgotten, Unix seconds.
    pub ttl_s: Option<i64>,
}

impl NewItem {
    /// An item with key and body.
    pub fn new(pk: impl Into<String>, body: Value) -> Self {
        Self {
            pk: pk.into(),
            body,
            bytes: None,
            state: None,
            ttl_s: None,
        }
    }

    fn at_version(self, version: u64) -> Item {
        let Self {
            pk,
            body,
            bytes,
            state,
            ttl_s,
        } = self;
        Item {
            pk,
            version,
            body,
            bytes,
            state,
            ttl_s,
        }
    }

    fn check_size(&self) -> Result<(), Failure> {
        let size = self.body.to_string().len() + self.bytes.as_ref().map_or(0, Vec::len);
        if size <= ITEM_BYTES_MAX {
            return Ok(());
        }
        let what = format!("an item of {size} bytes; the limit is {ITEM_BYTES_MAX}");
        Err(Failure::new(FailureName::Refused, what))
    }
}

/// A place among the items of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the state is sorted by.
    pub by: String,
    /// The key of the item.
    pub pk: String,
}

/// What came of an insert.
#[derive(Clone, Debug, PartialEq)]
pub enum Inserted {
    /// It is stored.
    Created,
    /// There is one already.
    Exists(Item),
}

/// What came of a replacement or removal.
#[derive(Clone, Debug, PartialEq)]
pub enum Replaced {
    /// It is done.
    Done,
    /// The item is not what was seen; this is what is there.
    Stale(Option<Item>),
}

/// The table.
#[async_trait]
pub trait Items: Send + Sync {
    /// The item as it stands now.
    ///
    /// # Errors
    /// Those of [`crate::aws_error::aws_failure`].
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure>;

    /// Stores an item if there is none with its key.
    ///
    /// # Errors
    /// Those of [`crate::aws_error::aws_failure`]; [`FailureName::Refused`] when it is too large.
    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure>;

    /// Stores an item if the one there still has the version that was seen.
    ///
    /// # Errors
    /// As [`Items::insert`].
    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure>;

    /// Removes the item if it still has the version that was seen.
    ///
    /// # Errors
    /// Those of [`crate::aws_error::aws_failure`].
    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure>;

    /// At most `limit` items of a state, in the order of their sort key (oldest first), from the first one `after` a
    /// place. May lag a little behind the writes.
    ///
    /// # Errors
    /// Those of [`crate::aws_error::aws_failure`].
    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure>;

    /// The first of them.
    ///
    /// # Errors
    /// As [`Items::by_state_after`].
    async fn by_state(&self, state: &str, limit: usize) -> Result<Vec<Item>, Failure> {
        self.by_state_after(state, None, limit).await
    }
}
