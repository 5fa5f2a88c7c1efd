//! The port to where records are kept.

use crate::{
    clock::UnixMillis,
    ids::{EffectId, OwnerId},
    record::{Record, State},
};
use async_trait::async_trait;

/// What a writer saw before it wrote: the condition of its write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The owner it saw: itself, unless it takes over.
    pub owner: OwnerId,
    /// The attempt it saw.
    pub attempt: u32,
    /// The state it saw.
    pub state: State,
}

impl Seen {
    /// What `record` shows.
    pub fn of(record: &Record) -> Self {
        Self {
            owner: record.owner.clone(),
            attempt: record.attempt,
            state: record.state,
        }
    }
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// It is stored.
    Done,
    /// The condition did not hold; this is what is there.
    Found(Box<Record>),
    /// The condition did not hold because there is nothing.
    Absent,
}

/// What the list of open effects tells of one. How it stands is in its record, which may have moved on since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEffect {
    /// Which effect.
    pub effect: EffectId,
    /// When it was first claimed: its age.
    pub created_at: UnixMillis,
}

/// The store did not answer, or what it holds cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the effects ledger's store: {0}")]
pub struct StoreError(pub String);

/// Where records are kept. Every write is conditional, and tells what it met when the condition did not hold.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores the record if there is none for its effect.
    ///
    /// # Errors
    /// [`StoreError`]; the record may be stored all the same.
    async fn create(&self, record: &Record) -> Result<Written, StoreError>;

    /// Stores the record if what is there is still what was seen.
    ///
    /// # Errors
    /// [`StoreError`]; the record may be stored all the same.
    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError>;

    /// The record as it stands now, no older version of it.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError>;

    /// Open effects first claimed before that time, oldest first. May lag a little behind the writes.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError>;
}
