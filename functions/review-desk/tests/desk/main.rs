//! What becomes a review, and what a person's decision does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod opened;
mod operator;
mod sweep;
