//! What reaches the gateway, and what the state machine is answered.

mod authorize;
mod bench;
mod capture;
mod gateway;
mod void;
