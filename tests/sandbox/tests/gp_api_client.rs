//! Our client of GP-API against the simulator: every way a payment can go, and every fault of the official
//! SDKs that a client can have, as a test of ours.

#[path = "gp_api/bench.rs"]
mod bench;
#[path = "gp_api/classification.rs"]
mod classification;
#[path = "gp_api/payments.rs"]
mod payments;
#[path = "gp_api/sdk_defects.rs"]
mod sdk_defects;
