//! The table: items, and the ledger's effects.

use super::{aws_failure, aws_patience_ms};
use crate::{
    fault::{Port, Trouble},
    gate::{Gate, Passage},
};
use async_trait::async_trait;
use domain::failure::Failure;
use effects::{EffectId, OpenEffect, Record, Seen, Store, StoreError, UnixMillis, Written};
use runtime::items::{Inserted, Item, Items, NewItem, Place, Replaced};
use std::sync::Arc;

/// Items through the gate.
pub struct TablePort {
    /// The gate.
    pub gate: Gate,
    /// The items.
    pub items: Arc<dyn Items>,
}

fn passage(port: Port, operation: &'static str, subject: &str, changes: bool) -> Passage {
    Passage {
        port,
        operation,
        subject: subject.to_owned(),
        changes,
        patience_ms: aws_patience_ms(),
    }
}

#[async_trait]
impl Items for TablePort {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        let (items, key) = (self.items.clone(), pk.to_owned());
        let effect = async move { items.get(&key).await };
        self.gate
            .call(passage(Port::Table, "get", pk, false), effect, aws_failure)
            .await
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        let passage = passage(Port::Table, "insert", &item.pk, true);
        let items = self.items.clone();
        let effect = async move { items.insert(item).await };
        self.gate.call(passage, effect, aws_failure).await
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        let passage = passage(Port::Table, "replace", &item.pk, true);
        let items = self.items.clone();
        let effect = async move { items.replace(seen_version, item).await };
        self.gate.call(passage, effect, aws_failure).await
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        let (items, key) = (self.items.clone(), pk.to_owned());
        let effect = async move { items.remove(&key, seen_version).await };
        self.gate
            .call(passage(Port::Table, "remove", pk, true), effect, aws_failure)
            .await
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        let (items, key, after) = (self.items.clone(), state.to_owned(), after.cloned());
        let effect = async move { items.by_state_after(&key, after.as_ref(), limit).await };
        self.gate
            .call(
                passage(Port::Table, "by-state", state, false),
                effect,
                aws_failure,
            )
            .await
    }
}

/// The ledger's store through the gate.
pub struct LedgerPort {
    /// The gate.
    pub gate: Gate,
    /// The effects.
    pub store: Arc<dyn Store>,
}

fn store_error(_: Trouble) -> StoreError {
    StoreError("no answer".to_owned())
}

#[async_trait]
impl Store for LedgerPort {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        let (store, record) = (self.store.clone(), record.clone());
        let passage = passage(Port::Ledger, "create", record.effect.as_str(), true);
        let effect = async move { store.create(&record).await };
        self.gate.call(passage, effect, store_error).await
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        let (store, seen, record) = (self.store.clone(), seen.clone(), record.clone());
        let subject = format!("{} {}", record.effect, record.state.as_str());
        let effect = async move { store.replace(&seen, &record).await };
        self.gate
            .call(
                passage(Port::Ledger, "replace", &subject, true),
                effect,
                store_error,
            )
            .await
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        let (store, id) = (self.store.clone(), effect.clone());
        let passage = passage(Port::Ledger, "load", effect.as_str(), false);
        self.gate
            .call(passage, async move { store.load(&id).await }, store_error)
            .await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        let store = self.store.clone();
        let effect = async move { store.open(created_before, limit).await };
        self.gate
            .call(passage(Port::Ledger, "open", "", false), effect, store_error)
            .await
    }
}
