//! The suite of all stores, over the memory store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;

use effects::MemoryStore;
use std::sync::Arc;
use suite::World;

suite::tests!(async { World::new(Arc::new(MemoryStore::default())) });
