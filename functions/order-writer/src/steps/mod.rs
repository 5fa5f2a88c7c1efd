//! The steps of writing a batch, each one or two calls for all orders of the batch.

pub mod contacts;
pub mod finish;
pub mod products;
pub mod rewrite;
pub mod taxes;
