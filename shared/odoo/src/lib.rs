//! Odoo behind one trait: JSON-2 (Odoo 19 and later) and JSON-RPC (before), with what both share: errors by name,
//! `load` as the creation that happens once, external ids, the merchant's books by their names, stock to publish.

pub mod books;
pub mod call;
pub mod client;
pub mod context;
pub mod documents;
pub mod error;
pub mod external_id;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod isolate;
mod json2;
mod jsonrpc;
pub mod load;
mod redact;
pub mod settings;
pub mod stock;
pub mod table;
pub mod value;

pub use call::{Call, Kind};
pub use client::{ANSWER_TIMEOUT, Client};
pub use context::Context;
pub use error::OdooError;
pub use external_id::ExternalId;
pub use load::{LoadError, Mode, load, load_each};
pub use settings::{Dialect, Settings};
pub use table::{Cells, Record, Table};

use async_trait::async_trait;
use serde_json::Value;

/// An Odoo that can be called.
#[async_trait]
pub trait Odoo: Send + Sync {
    /// Calls a method. Calls that Odoo rolled back because they collided with another have been repeated.
    ///
    /// # Errors
    /// [`OdooError`], which with [`Call::kind`] becomes a failure by name.
    async fn call(&self, call: &Call) -> Result<Value, OdooError>;

    /// How many requests have been sent so far: what work costs Odoo. 0 when nobody counts.
    fn round_trips(&self) -> u64 {
        0
    }
}
