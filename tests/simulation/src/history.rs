//! The ledger's store, with everything that was ever written into it: a history can be checked, a state cannot.

use async_trait::async_trait;
use effects::{EffectId, MemoryStore, OpenEffect, Record, Seen, Store, StoreError, UnixMillis, Written};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The store and its history.
#[derive(Default)]
pub struct History {
    store: MemoryStore,
    written: Mutex<Vec<Record>>,
}

impl History {
    /// Every record from a place on, and the place after the last.
    pub fn since(&self, place: usize) -> Vec<Record> {
        self.lock().iter().skip(place).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, written: Written, record: &Record) -> Written {
        if written == Written::Done {
            self.lock().push(record.clone());
        }
        written
    }
}

#[async_trait]
impl Store for History {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        Ok(self.note(self.store.create(record).await?, record))
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        Ok(self.note(self.store.replace(seen, record).await?, record))
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.store.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.store.open(created_before, limit).await
    }
}
