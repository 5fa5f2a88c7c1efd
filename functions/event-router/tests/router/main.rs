//! Which runs are started, what is written down, what goes back to the queue.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod changes;
mod given_back;
mod observed;
mod refusals;
mod runs;
