//! The handler of the Lambda function `payment-capture`: reserves, takes and releases the customer's money, each
//! once. Amounts come from the stored canonical order; the message only says which order.

mod answer;
mod authorization;
mod authorize;
mod capture;
mod earlier;
mod effect;
mod handler;
mod live_gateway;
mod plugin;
mod release;
mod request;
mod void;
mod wanted;

pub use handler::{Payments, QUIET_MS};
pub use live_gateway::{LiveGateway, TIMEOUTS};
pub use request::{PaidStep, Released, Request, Step};
