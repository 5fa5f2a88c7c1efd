//! The store of tests: the same promises as DynamoDB's, in one map.

use crate::{
    clock::UnixMillis,
    ids::EffectId,
    record::Record,
    store::{OpenEffect, Seen, Store, StoreError, Written},
};
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps records in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Mutex<BTreeMap<EffectId, Record>>,
}

impl MemoryStore {
    fn records(&self) -> MutexGuard<'_, BTreeMap<EffectId, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        let mut records = self.records();
        if let Some(there) = records.get(&record.effect) {
            return Ok(Written::Found(Box::new(there.clone())));
        }
        records.insert(record.effect.clone(), record.clone());
        Ok(Written::Done)
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        let mut records = self.records();
        match records.get(&record.effect) {
            None => Ok(Written::Absent),
            Some(there) if Seen::of(there) != *seen => Ok(Written::Found(Box::new(there.clone()))),
            Some(_) => {
                records.insert(record.effect.clone(), record.clone());
                Ok(Written::Done)
            }
        }
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        Ok(self.records().get(effect).cloned())
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        let records = self.records();
        let open = records
            .values()
            .filter(|r| r.state.is_open() && r.created_at < created_before);
        let open = open.map(|record| OpenEffect {
            effect: record.effect.clone(),
            created_at: record.created_at,
        });
        let mut open: Vec<OpenEffect> = open.collect();
        open.sort_by_key(|effect| effect.created_at);
        open.truncate(limit);
        Ok(open)
    }
}
