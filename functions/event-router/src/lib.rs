//! The handler of the Lambda function `event-router`: makes an order of a payload, decides what it means, and starts
//! the run. The decision itself is `domain::decide`; here is what it is decided on, and what is done about it.

mod batch;
mod look;
mod router;
mod run;

pub use look::Look;
pub use router::{Routed, Router};
