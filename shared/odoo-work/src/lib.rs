//! What the functions that work on Odoo share: the connection with its secret and breaker, messages of work, the
//! effects of a batch, and the answers to waiting steps.

mod answer;
mod batch;
mod live;
mod message;
mod queue;
mod unheard;

pub use answer::{answer, is_final};
pub use batch::{BatchItem, Claimant, Done, QUIET_MS, Turn, perform};
pub use live::{Connection, LiveOdoo, Steady};
pub use message::{WorkMessage, piece_key};
pub use queue::WorkQueue;
