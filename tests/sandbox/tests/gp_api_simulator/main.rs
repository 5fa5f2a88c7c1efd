//! The simulator of GP-API behaves as the gateway's public documentation and captured runs say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod keys;
mod movements;
mod notifications;
mod requests;
