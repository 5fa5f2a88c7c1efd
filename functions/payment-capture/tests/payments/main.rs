//! What reaches the gateway, and what the state machine is answered.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authorize;
mod bench;
mod capture;
mod earlier;
mod gateway;
mod observed;
mod storm;
mod void;
mod wanted;
