//! The trail and the table of tests.

use crate::{
    chain::ChainId,
    entry::{Entry, NUMBER_MAX, Row},
    head::HEAD_PLACE,
    image::Image,
    source::Source,
    store::{Appended, Cursor, Page, StoreError, Trail},
};
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Rows of a page: few, so that tests turn pages.
const PAGE: usize = 7;

type Rows = BTreeMap<(String, String), Row>;

/// A trail in memory. Tests may tamper with it, and let it fail.
#[derive(Debug, Default)]
pub struct MemoryTrail {
    rows: Mutex<Rows>,
    failures_left: AtomicUsize,
}

impl MemoryTrail {
    /// Lets the next `count` appends fail.
    pub fn fail_next(&self, count: usize) {
        self.failures_left.store(count, Ordering::SeqCst);
    }

    /// Puts a row where it says, as somebody with all rights can.
    pub fn put(&self, row: Row) {
        self.lock().insert((row.chain.clone(), row.place.clone()), row);
    }

    /// Takes a row away, as somebody with all rights can.
    pub fn remove(&self, chain: &str, place: &str) -> Option<Row> {
        self.lock().remove(&(chain.to_owned(), place.to_owned()))
    }

    /// Every row, by chain and place.
    pub fn all(&self) -> Vec<Row> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, of: impl Fn(&Row) -> bool, from: Option<Cursor>) -> Page {
        let from = from.map(|cursor| (cursor.chain, cursor.place));
        let rows = self.lock();
        let after = rows
            .iter()
            .filter(|(key, _)| from.as_ref().is_none_or(|from| *key > from));
        let mut rows: Vec<Row> = after
            .map(|(_, row)| row.clone())
            .filter(of)
            .take(PAGE + 1)
            .collect();
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|row| Cursor {
            chain: row.chain.clone(),
            place: row.place.clone(),
        });
        Page { rows, next }
    }
}

#[async_trait]
impl Trail for MemoryTrail {
    async fn head(&self, chain: &ChainId) -> Result<Option<Row>, StoreError> {
        let key = (chain.to_string(), HEAD_PLACE.to_owned());
        Ok(self.lock().get(&key).cloned())
    }

    async fn entry(&self, chain: &ChainId, seq: u64) -> Result<Option<Row>, StoreError> {
        let key = (chain.to_string(), Entry::place(seq));
        Ok(self.lock().get(&key).cloned())
    }

    async fn last(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError> {
        let rows = self.lock();
        let places = Entry::place(1)..=Entry::place(NUMBER_MAX);
        let mut entries = rows.values().rev().filter(|row| {
            let is_before = from.as_ref().is_none_or(|from| row.place < from.place);
            row.chain == chain.as_str() && places.contains(&row.place) && is_before
        });
        let page: Vec<Row> = entries.by_ref().take(PAGE).cloned().collect();
        let next = page
            .last()
            .filter(|_| entries.next().is_some())
            .map(|row| Cursor {
                chain: row.chain.clone(),
                place: row.place.clone(),
            });
        Ok(Page { rows: page, next })
    }

    async fn append(&self, seen: Option<&Row>, entries: &[Row], head: &Row) -> Result<Appended, StoreError> {
        let down = |n: usize| n.checked_sub(1);
        if self
            .failures_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, down)
            .is_ok()
        {
            return Err(StoreError("no answer".to_owned()));
        }
        let key = |row: &Row| (row.chain.clone(), row.place.clone());
        let mut rows = self.lock();
        if rows.get(&key(head)).map(|there| &there.seal) != seen.map(|seen| &seen.seal) {
            return Ok(Appended::Moved);
        }
        if entries.iter().any(|row| rows.contains_key(&key(row))) {
            return Ok(Appended::Taken);
        }
        for row in entries.iter().chain([head]) {
            rows.insert(key(row), row.clone());
        }
        Ok(Appended::Done)
    }

    async fn rows(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError> {
        Ok(self.page(|row| row.chain == chain.as_str(), from))
    }

    async fn scan(&self, from: Option<Cursor>) -> Result<Page, StoreError> {
        Ok(self.page(|_| true, from))
    }
}

/// The items of a table in memory.
#[derive(Debug, Default)]
pub struct MemorySource(Mutex<BTreeMap<String, Image>>);

impl MemorySource {
    /// Puts an item into the table, or takes it out.
    pub fn set(&self, pk: &str, item: Option<Image>) {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match item {
            Some(item) => items.insert(pk.to_owned(), item),
            None => items.remove(pk),
        };
    }
}

#[async_trait]
impl Source for MemorySource {
    async fn get(&self, keys: &[String]) -> Result<Vec<Image>, StoreError> {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(keys.iter().filter_map(|key| items.get(key).cloned()).collect())
    }

    async fn scan(&self, from: Option<Cursor>) -> Result<(Vec<Image>, Option<Cursor>), StoreError> {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = items
            .iter()
            .filter(|(pk, _)| from.as_ref().is_none_or(|from| **pk > from.chain));
        let page: Vec<_> = after.take(PAGE).collect();
        let next = page.last().filter(|_| page.len() == PAGE).map(|(pk, _)| Cursor {
            chain: (*pk).clone(),
            place: String::new(),
        });
        Ok((page.into_iter().map(|(_, item)| item.clone()).collect(), next))
    }
}
