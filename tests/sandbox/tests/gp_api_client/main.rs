//! Our client of GP-API against the simulator: every way a payment can go, and every fault of the official
//! SDKs that a client can have, as a test of ours.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access_tokens;
mod bench;
mod classification;
mod keys_and_amounts;
mod payments;
mod reach;
mod scripted;
mod special_payments;
mod wire;
