//! What the functions that work on Odoo share: the connection with its secret and breaker, messages of work, the
//! effects of a batch, and the answers to waiting steps.

mod answer;
mod batch;
mod live;
mod message;

pub use answer::{answer, is_final};
pub use batch::{BatchItem, Claimant, Turn, perform};
pub use live::{BoundedOdoo, LiveOdoo};
pub use message::{WorkMessage, piece_key};
