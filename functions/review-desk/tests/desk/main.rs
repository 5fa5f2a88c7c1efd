//! What becomes a review, and what a person's decision does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod by_hand;
mod edit;
mod edit_event;
mod listing;
mod measure;
mod opened;
mod operator;
mod sweep;
