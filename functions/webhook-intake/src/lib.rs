//! The handler of the Lambda function `webhook-intake`: verifies, stores, hands on, answers. Nothing is decided here.

mod answer;
mod intake;

use std::time::Duration;

pub use answer::Answer;
pub use intake::{Intake, Webhook, source};

/// How long a webhook is worked on: the endpoint waits nine seconds, and the shop shall hear from us, not from it.
pub const BUDGET: Duration = Duration::from_secs(7);
