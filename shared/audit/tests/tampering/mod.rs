//! Somebody who can write both tables, but does not have the key.

mod chains;
mod heads;
mod inserted;
mod items;
mod property;
mod time;

use crate::suite::World;
use audit::{Entry, Finding, Keys, Kind, MemoryTrail, RECORDED_WITHIN_MS, Report, Row};
use serde_json::Value;
use std::sync::Arc;

/// A world whose trail can be tampered with.
pub struct Bench {
    pub world: World,
    pub memory: Arc<MemoryTrail>,
}

impl Bench {
    pub fn new() -> Self {
        let memory = Arc::new(MemoryTrail::default());
        Self {
            world: World::new(memory.clone()),
            memory,
        }
    }

    /// A chain of six entries that had its time to be recorded.
    pub async fn of_six() -> Self {
        let bench = Self::new();
        for kind in ["authorize", "capture"] {
            let story = bench.world.story(kind, &["Intended", "Sent", "Applied"]);
            bench.world.recorder.record(&story).await.unwrap();
        }
        bench.world.clock.advance_ms(RECORDED_WITHIN_MS);
        bench
    }

    pub async fn report(&self) -> Report {
        self.world.auditor.verify(&self.world.chain()).await.unwrap()
    }

    /// What is found, as `(number of the entry, kind)`.
    pub async fn found(&self) -> Vec<(Option<u64>, Kind)> {
        let found = self.report().await.findings;
        found
            .into_iter()
            .map(|Finding { seq, kind, .. }| (seq, kind))
            .collect()
    }

    pub fn take(&self, place: &str) -> Row {
        self.memory.remove(self.world.chain().as_str(), place).unwrap()
    }

    pub fn take_entry(&self, seq: u64) -> Row {
        self.take(&Entry::place(seq))
    }
}

/// The row with its body changed, and sealed as somebody would who has no key, or another one.
pub fn rewritten(row: &Row, change: impl FnOnce(&mut Entry), key: &str) -> Row {
    let mut entry = Entry::of(row).unwrap();
    change(&mut entry);
    let keys = Keys::new(entry.key.clone(), key);
    entry.row(&keys)
}

/// The row with a field of its body changed, and nothing else.
pub fn edited(row: &Row, pointer: &str, value: Value) -> Row {
    let mut body: Value = serde_json::from_str(&row.body).unwrap();
    *body.pointer_mut(pointer).unwrap() = value;
    Row {
        body: body.to_string(),
        ..row.clone()
    }
}
