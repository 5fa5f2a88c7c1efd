//! The table, with what was written since somebody last looked.

use async_trait::async_trait;
use domain::failure::Failure;
use runtime::items::{Inserted, Item, Items, MemoryItems, NewItem, Place, Replaced};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What became of items, by key; nothing: it was removed.
pub type Written = BTreeMap<String, Option<Item>>;

/// The table and what was written into it.
#[derive(Default)]
pub struct WatchedItems {
    items: MemoryItems,
    written: Mutex<Written>,
}

impl WatchedItems {
    /// What was written since this was last asked.
    pub fn take_written(&self) -> Written {
        std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn note(&self, pk: String) -> Result<(), Failure> {
        let item = self.items.get(&pk).await?;
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(pk, item);
        Ok(())
    }
}

#[async_trait]
impl Items for WatchedItems {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        self.items.get(pk).await
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        let pk = item.pk.clone();
        let inserted = self.items.insert(item).await?;
        if matches!(inserted, Inserted::Created) {
            self.note(pk).await?;
        }
        Ok(inserted)
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        let pk = item.pk.clone();
        let replaced = self.items.replace(seen_version, item).await?;
        if matches!(replaced, Replaced::Done) {
            self.note(pk).await?;
        }
        Ok(replaced)
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        let removed = self.items.remove(pk, seen_version).await?;
        if matches!(removed, Replaced::Done) {
            self.note(pk.to_owned()).await?;
        }
        Ok(removed)
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        self.items.by_state_after(state, after, limit).await
    }
}
