//! What the shops are told, by whom, and what is subtracted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod flights;
mod numbers;
mod warehouse;
