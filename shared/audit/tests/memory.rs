//! The suite of all trails, over the memory trail; and what is found when somebody has tampered with it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;
mod tampering;

use audit::MemoryTrail;
use std::sync::Arc;

suite::tests!(async { Arc::new(MemoryTrail::default()) });
