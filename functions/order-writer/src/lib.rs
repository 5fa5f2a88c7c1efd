//! The Lambda function `order-writer`: a paid order becomes a confirmed sales order and a draft invoice to the cent.

mod cancel;
mod check;
mod company;
mod delivery;
mod groups;
mod handler;
mod names;
pub mod plan;
mod resolve;
mod steps;
#[cfg(test)]
mod tests;
mod work;
mod write;

pub use cancel::Cancelled;
pub use handler::OrderWriter;
pub use names::Names;
pub use steps::products::ProductCache;
pub use work::{DraftInvoice, NamedRecord, OrderToWrite, Outcome, Written};
pub use write::Writer;
