//! The handler of the Lambda function `change-poller`: asks every shop what has changed, because webhooks get lost.

mod orders;
mod poller;
mod webhooks;

pub use orders::OVERLAP;
pub use poller::{Polled, Poller};
