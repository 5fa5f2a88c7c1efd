//! The handler of the Lambda function `audit-recorder`: what the main table's stream brings becomes entries of the audit
//! trail.

mod handler;
mod records;

pub use handler::{AuditRecorder, Recorded};
pub use records::StreamEvent;
