//! What every Lambda function shares.

pub mod aws_error;
pub mod batch;
pub mod breaker;
mod crash;
pub mod environment;
pub mod failure;
pub mod guard;
pub mod inbox;
pub mod invocation;
pub mod items;
mod last_failure;
pub mod limits;
pub mod live;
mod merchant;
pub mod message;
pub mod metrics;
pub mod queue;
pub mod secrets;
pub mod segments;
pub mod shops;
mod stamp;
mod start;
mod step;
pub mod stores;
pub mod telemetry;
pub mod topic;
pub mod trace;
mod unique;
pub mod work;
pub mod workflow;

pub use failure::FunctionError;
pub use invocation::Invocation;
pub use last_failure::LastFailure;
pub use merchant::merchant;
pub use start::{ATTEMPT_TIMEOUT, ATTEMPTS_MAX, Parts, handle, measured, start};
pub use unique::unique;
