//! What every Lambda function shares.

pub mod aws_error;
pub mod environment;
pub mod failure;
pub mod http;
pub mod items;
mod merchant;
pub mod message;
pub mod queue;
pub mod secrets;
pub mod stores;
pub mod topic;
mod unique;
pub mod workflow;

pub use failure::FunctionError;
pub use merchant::merchant;
pub use unique::unique;
