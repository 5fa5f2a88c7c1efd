//! Which messages were in a batch that crashed. The queue's receive count cannot tell: an outage of two days counts
//! too, and its backlog must not be worked off one by one.

use super::Record;
use crate::items::{Inserted, Items, NewItem, Replaced};
use domain::failure::Failure;
use effects::Clock;
use futures::future::join_all;
use serde_json::json;
use std::sync::Arc;

/// A message received more often than this is watched for crashes.
pub const WATCHED_AFTER_RECEIVES: u32 = 2;
/// Marks outlive the messages they are about: queues keep those 14 days.
const KEEP_S: i64 = 15 * 24 * 3600;

/// Marks messages while they are handled. A mark that is there before is that of a crash.
#[derive(Clone)]
pub struct CrashMarks {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
}

impl CrashMarks {
    /// The marks in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self { items, clock }
    }

    /// Marks a piece's messages that were received often. Whether one of them was being handled when a function
    /// crashed.
    pub(super) async fn set(&self, records: &[Record]) -> bool {
        let marks = records
            .iter()
            .filter(|record| record.received > WATCHED_AFTER_RECEIVES);
        join_all(marks.map(|record| self.set_one(record)))
            .await
            .contains(&true)
    }

    /// Takes the marks off again: whatever became of the messages, nothing crashed.
    pub(super) async fn clear(&self, records: &[Record]) {
        let marks = records
            .iter()
            .filter(|record| record.received > WATCHED_AFTER_RECEIVES);
        join_all(marks.map(|record| self.clear_one(record))).await;
    }

    async fn set_one(&self, record: &Record) -> bool {
        let ttl_s = Some(self.clock.now().seconds().plus_s(KEEP_S).0);
        let mark = NewItem {
            ttl_s,
            ..NewItem::new(key(record), json!({ "schema": 1 }))
        };
        match self.items.insert(mark).await {
            Ok(inserted) => matches!(inserted, Inserted::Exists(_)),
            // Alone is always safe.
            Err(_) => true,
        }
    }

    async fn clear_one(&self, record: &Record) {
        // A mark is written once, so it has the first version. One that stays only costs company.
        let removed: Result<Replaced, Failure> = self.items.remove(&key(record), 1).await;
        if let Err(failure) = removed {
            tracing::warn!(error = failure.name.as_str(), "{}", failure.what);
        }
    }
}

fn key(record: &Record) -> String {
    format!("lease/message/{}", record.message_id)
}
