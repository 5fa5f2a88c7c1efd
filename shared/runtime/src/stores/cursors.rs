//! Where a poller stands: time *and* id, because records that share a second are lost to a bare `time > X`.

use crate::items::{
    Items,
    typed::{self, Beside},
};
use domain::{failure::Failure, ids::StoreId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The last record a poller has handed on. Compares as `(modified_at_s, id)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cursor {
    /// When the record was modified, Unix seconds by the shop's clock.
    pub modified_at_s: i64,
    /// Its id, among records of that second.
    pub id: String,
}

/// Where the pollers stand.
#[derive(Clone)]
pub struct Cursors {
    items: Arc<dyn Items>,
}

impl Cursors {
    /// The cursors in this table.
    pub fn new(items: Arc<dyn Items>) -> Self {
        Self { items }
    }

    /// Where the poller of a store stands; nothing before its first run.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn load(&self, store: &StoreId) -> Result<Option<Cursor>, Failure> {
        Ok(typed::load(&*self.items, &key(store))
            .await?
            .map(|there| there.value))
    }

    /// Moves a cursor forward, after everything up to it was handed on. It never moves back, whoever else polls.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn advance(&self, store: &StoreId, to: Cursor) -> Result<(), Failure> {
        typed::change(
            &*self.items,
            &key(store),
            |_: &Cursor| Beside::default(),
            |there| (there.is_none_or(|there| *there < to).then(|| to.clone()), ()),
        )
        .await
    }
}

fn key(store: &StoreId) -> String {
    format!("cursor/{store}")
}
