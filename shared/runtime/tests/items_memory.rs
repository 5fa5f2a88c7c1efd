//! The suite of all tables, over the memory table.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;

use runtime::items::MemoryItems;
use std::sync::Arc;

suite::tests!(async { Arc::new(MemoryItems::default()) });
