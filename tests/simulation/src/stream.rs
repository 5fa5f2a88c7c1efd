//! The table's stream: every change of every item that is audited, in the order it was made, with the item before and
//! after, as AWS writes them down.

use async_trait::async_trait;
use audit::{AUDITED, Change, Image};
use domain::failure::Failure;
use effects::{Clock, EffectId, OpenEffect, Record, Seen, Store, StoreError, UnixMillis, Written};
use runtime::items::{Inserted, Item, Items, NewItem, Place, Replaced};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The stream, and the items as it has left them.
pub struct StreamTwin {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    changes: Vec<Change>,
    items: BTreeMap<String, Image>,
}

impl StreamTwin {
    /// A stream of nothing.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// All changes so far.
    pub fn changes(&self) -> Vec<Change> {
        self.lock().changes.clone()
    }

    /// The items that are there, by key.
    pub fn items(&self) -> Vec<(String, Image)> {
        self.lock().items.clone().into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, pk: &str, item: Option<Map<String, Value>>) {
        if !AUDITED.iter().any(|prefix| pk.starts_with(prefix)) {
            return;
        }
        let now_ms = self.clock.now().0;
        let mut state = self.lock();
        let number = state.changes.len();
        let after = item.map(|mut item| {
            let stamp = [
                ("pk", json!({"S": pk})),
                ("by", json!({"S": "function"})),
                ("at_ms", json!({"N": now_ms.to_string()})),
                ("write", json!({"S": number.to_string()})),
            ];
            item.extend(stamp.map(|(name, value)| (name.to_owned(), value)));
            Image::new(item)
        });
        let before = match &after {
            Some(after) => state.items.insert(pk.to_owned(), after.clone()),
            None => state.items.remove(pk),
        };
        state.changes.push(Change {
            event: format!("change-{number}"),
            seen_at_ms: now_ms,
            item: pk.to_owned(),
            before,
            after,
        });
    }
}

fn item(item: &Item) -> Map<String, Value> {
    let mut image = Map::from_iter([
        ("version".to_owned(), json!({"N": item.version.to_string()})),
        ("body".to_owned(), json!({"S": item.body.to_string()})),
    ]);
    image.extend(
        item.ttl_s
            .map(|ttl_s| ("ttl".to_owned(), json!({"N": ttl_s.to_string()}))),
    );
    image
}

fn effect(record: &Record) -> Map<String, Value> {
    let mut image = Map::from_iter([
        ("state".to_owned(), json!({"S": record.state.as_str()})),
        ("owner".to_owned(), json!({"S": record.owner.as_str()})),
        ("attempt".to_owned(), json!({"N": record.attempt.to_string()})),
        (
            "lease_until_ms".to_owned(),
            json!({"N": record.lease_until.0.to_string()}),
        ),
        ("request_id".to_owned(), json!({"S": record.request_id.as_str()})),
    ]);
    let result = record.result.as_ref();
    image.extend(result.map(|result| ("result".to_owned(), json!({"S": result.to_string()}))));
    image
}

/// A table with a stream.
struct Streamed<T: ?Sized> {
    table: Arc<T>,
    stream: Arc<StreamTwin>,
}

/// A table whose changes come into the stream.
pub fn items(stream: &Arc<StreamTwin>, table: Arc<dyn Items>) -> Arc<dyn Items> {
    let stream = stream.clone();
    Arc::new(Streamed { table, stream })
}

/// A ledger's store whose changes come into the stream.
pub fn store(stream: &Arc<StreamTwin>, table: Arc<dyn Store>) -> Arc<dyn Store> {
    let stream = stream.clone();
    Arc::new(Streamed { table, stream })
}

impl Streamed<dyn Items> {
    async fn note(&self, pk: &str) -> Result<(), Failure> {
        let there = self.table.get(pk).await?;
        self.stream.note(pk, there.as_ref().map(item));
        Ok(())
    }
}

#[async_trait]
impl Items for Streamed<dyn Items> {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        self.table.get(pk).await
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        let pk = item.pk.clone();
        let inserted = self.table.insert(item).await?;
        if inserted == Inserted::Created {
            self.note(&pk).await?;
        }
        Ok(inserted)
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        let pk = item.pk.clone();
        let replaced = self.table.replace(seen_version, item).await?;
        if replaced == Replaced::Done {
            self.note(&pk).await?;
        }
        Ok(replaced)
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        let removed = self.table.remove(pk, seen_version).await?;
        if removed == Replaced::Done {
            self.note(pk).await?;
        }
        Ok(removed)
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        self.table.by_state_after(state, after, limit).await
    }
}

impl Streamed<dyn Store> {
    fn note(&self, written: Written, record: &Record) -> Written {
        if written == Written::Done {
            self.stream
                .note(&format!("effect/{}", record.effect), Some(effect(record)));
        }
        written
    }
}

#[async_trait]
impl Store for Streamed<dyn Store> {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        Ok(self.note(self.table.create(record).await?, record))
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        Ok(self.note(self.table.replace(seen, record).await?, record))
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.table.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.table.open(created_before, limit).await
    }
}
