//! The simulated shops, both behind one loopback port: a WooCommerce shop (`woo`) and a shop that speaks Standard
//! Webhooks (`own`). They keep orders, products and webhooks, answer their APIs, record everything they are told, send
//! signed webhooks of their own accord when an order changes, and misbehave on demand.
//!
//! Tests and the demo steer them with [`Control`], from whatever process.

mod api;
mod control;
mod control_plane;
mod deliveries;
mod draft;
mod faults;
mod listener;
mod own;
mod server;
mod state;
mod woo;

pub use control::{Control, ControlError};
pub use deliveries::{Delivery, Send, Signature};
pub use draft::Draft;
pub use faults::{Fault, FaultKind};
pub use server::{Access, RunningShop, start};
pub use state::{Kind, Recorded};
