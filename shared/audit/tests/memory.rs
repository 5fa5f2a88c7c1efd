//! The suite of all trails, over the memory trail.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;

use audit::MemoryTrail;
use std::sync::Arc;

suite::tests!(async { Arc::new(MemoryTrail::default()) });
