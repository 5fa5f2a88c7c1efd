//! A simulator of GP-API: what a card payment gateway does, kept in memory, on a loopback port.
//!
//! It has no opinion on its callers: the official SDK drives it as well as our client ([`sdk_contract`]). What
//! the public documentation leaves open is a switch, not an assumption. `README.md` beside this file has the
//! control plane.

mod access;
mod call;
mod cards;
mod conduct;
mod control;
mod control_plane;
mod create;
mod errors;
mod faults;
mod follow_ups;
mod idempotency;
mod look_ups;
mod notifications;
mod payment;
mod payment_methods;
mod reports;
mod router;

mod sdk;
mod sdk_checks;
mod server;
mod settlement;
mod switches;
mod world;

pub use control::{Control, ControlError, Pay, Recorded, StoreCard, Totals};
pub use faults::{Fault, FaultKind, Moment};
pub use notifications::{Notify, Style};

pub use sdk::{SDK_PIN, SdkContractError, sdk_contract};
pub use server::{RunningGpApi, start};
pub use switches::{Switches, WhileRunning};
pub use world::Options;
