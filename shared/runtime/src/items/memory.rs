//! The table of tests.

use super::{Inserted, Item, Items, NewItem, Place, Replaced};
use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Keeps items in memory, with the same promises as DynamoDB's. Can be made to fail.
#[derive(Debug, Default)]
pub struct MemoryItems {
    items: Mutex<BTreeMap<String, Item>>,
    calls_before_failure: AtomicUsize,
    failures_left: AtomicUsize,
}

impl MemoryItems {
    /// Lets the next `count` calls fail as an unreachable table would.
    pub fn fail_next(&self, count: usize) {
        self.fail_after(0, count);
    }

    /// Lets `calls` calls through, then `count` fail as an unreachable table would.
    pub fn fail_after(&self, calls: usize, count: usize) {
        self.calls_before_failure.store(calls, Ordering::SeqCst);
        self.failures_left.store(count, Ordering::SeqCst);
    }

    /// Every item, by key.
    pub fn all(&self) -> Vec<Item> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self) -> Result<MutexGuard<'_, BTreeMap<String, Item>>, Failure> {
        let down = |counter: &AtomicUsize| {
            counter
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok()
        };
        if down(&self.calls_before_failure) || !down(&self.failures_left) {
            return Ok(self.lock());
        }
        Err(Failure::new(
            FailureName::SystemUnavailable,
            "calling the table: no answer",
        ))
    }
}

#[async_trait]
impl Items for MemoryItems {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        Ok(self.reach()?.get(pk).cloned())
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        item.check_size()?;
        let mut items = self.reach()?;
        if let Some(there) = items.get(&item.pk) {
            return Ok(Inserted::Exists(there.clone()));
        }
        items.insert(item.pk.clone(), item.at_version(1));
        Ok(Inserted::Created)
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        item.check_size()?;
        let mut items = self.reach()?;
        match items.get(&item.pk) {
            Some(there) if there.version == seen_version => {
                items.insert(item.pk.clone(), item.at_version(seen_version + 1));
                Ok(Replaced::Done)
            }
            other => Ok(Replaced::Stale(other.cloned())),
        }
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        let mut items = self.reach()?;
        match items.get(pk) {
            Some(there) if there.version == seen_version => {
                items.remove(pk);
                Ok(Replaced::Done)
            }
            other => Ok(Replaced::Stale(other.cloned())),
        }
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        let items = self.reach()?;
        let place = |item: &Item| Some((item.state.as_ref()?.1.clone(), item.pk.clone()));
        let from = after.map(|after| (after.by.clone(), after.pk.clone()));
        let wanted = |item: &&Item| {
            let of_state = item.state.as_ref().is_some_and(|(s, _)| s == state);
            of_state && (from.is_none() || place(item) > from)
        };
        let mut found: Vec<Item> = items.values().filter(wanted).cloned().collect();
        found.sort_by_key(place);
        found.truncate(limit);
        Ok(found)
    }
}
