//! The handler of the Lambda function `order-notifier`: tells the shop how a run ended, and closes the order item.

mod close;
mod handler;
mod notify;
mod request;
mod telling;

pub use handler::Notifier;
pub use notify::QUIET_MS;
pub use request::{Close, Closing, Notify, Request};
