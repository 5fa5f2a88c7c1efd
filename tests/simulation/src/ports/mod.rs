//! The product's ports, each with the gate in front of a twin.

mod gateway;
mod messages;
mod odoo;
mod shop;
mod table;
mod workflow;

pub use gateway::{EFFECTS as GATEWAY_EFFECTS, GatewayPort};
pub use messages::{QueuePort, SecretsPort, TopicPort};
pub use odoo::OdooPort;
pub use shop::ShopPort;
pub use table::{LedgerPort, TablePort};
pub use workflow::WorkflowPort;

use crate::{fault::Trouble, time::whole_millis};
use domain::failure::{Failure, FailureName};
use runtime::{ATTEMPT_TIMEOUT, ATTEMPTS_MAX};

/// Longest wait of a client of AWS.
fn aws_patience_ms() -> i64 {
    whole_millis(ATTEMPT_TIMEOUT) * i64::from(ATTEMPTS_MAX)
}

/// What a call to AWS comes to when it fails: each of ours may be repeated.
fn aws_failure(_: Trouble) -> Failure {
    Failure::new(FailureName::SystemUnavailable, "calling AWS: no answer")
}
