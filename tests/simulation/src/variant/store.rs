//! Broken ledgers.

use async_trait::async_trait;
use effects::{EffectId, OpenEffect, Record, Seen, State, Store, StoreError, UnixMillis, Written};
use std::sync::Arc;

/// Shows records so that their leases are over, and writes over whatever is there.
pub struct NoFence(pub Arc<dyn Store>);

fn without_lease(written: Written) -> Written {
    match written {
        Written::Found(mut record) => {
            record.lease_until = UnixMillis(0);
            Written::Found(record)
        }
        other => other,
    }
}

/// Writes over whatever is there.
async fn overwrite(store: &dyn Store, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
    match store.load(&record.effect).await? {
        Some(there) => store.replace(&Seen::of(&there), record).await,
        None => store.replace(seen, record).await,
    }
}

#[async_trait]
impl Store for NoFence {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        self.0.create(record).await.map(without_lease)
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        overwrite(self.0.as_ref(), seen, record).await
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        let there = self.0.load(effect).await?;
        Ok(there.map(|record| Record {
            lease_until: UnixMillis(0),
            ..record
        }))
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.0.open(created_before, limit).await
    }
}

/// Writes an attempt's end over whatever is there.
pub struct UnconditionalSettle(pub Arc<dyn Store>);

#[async_trait]
impl Store for UnconditionalSettle {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        self.0.create(record).await
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        let ends = matches!(record.state, State::Applied | State::Refused | State::Unknown);
        match ends && seen.owner == record.owner {
            true => overwrite(self.0.as_ref(), seen, record).await,
            false => self.0.replace(seen, record).await,
        }
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.0.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.0.open(created_before, limit).await
    }
}

/// Shows open effects as if nothing had ever been sent.
pub struct Forgetful(pub Arc<dyn Store>);

fn forgotten(record: Record) -> Record {
    match record.state.is_open() {
        true => Record {
            first_sent_at: None,
            last_sent_at: None,
            ..record
        },
        false => record,
    }
}

#[async_trait]
impl Store for Forgetful {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        Ok(match self.0.create(record).await? {
            Written::Found(there) => Written::Found(Box::new(forgotten(*there))),
            other => other,
        })
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        self.0.replace(seen, record).await
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        Ok(self.0.load(effect).await?.map(forgotten))
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.0.open(created_before, limit).await
    }
}
