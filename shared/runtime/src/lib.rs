//! What every Lambda function shares.

pub mod aws_error;
pub mod message;
pub mod queue;
pub mod topic;
pub mod workflow;
