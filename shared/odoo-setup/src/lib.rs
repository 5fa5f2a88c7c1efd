//! What an Odoo has to have for the integration, from the merchant's configuration: [`check`] looks it up with the
//! integration's own rights, [`set_up`] makes what is missing with an administrator's.
//!
//! The companies with their charts of accounts, the warehouses, the sales journal, the payment term, the language and
//! the exchange rates are the merchant's own: they are looked up, never made.

mod bot;
mod check;
mod company;
mod ensure;
mod marks;
mod reader;
mod rights;
mod server_action;
mod set_up;
mod taxes;
mod used;
mod version;

pub use bot::{BOT_LOGIN, make_key};
pub use check::check;
pub use rights::missing_rights;
pub use set_up::{Made, SetUp, set_up};
pub use version::version;

use domain::failure::{Failure, FailureName};
use odoo::{Kind, OdooError};
use serde::Serialize;

/// The models whose records carry our own name in [`MARK`]: whose record this is, and a second guard against writing
/// anything twice.
pub const MARKED_MODELS: [&str; 4] = ["res.partner", "sale.order", "account.move", "account.payment"];
/// The field with our own name of a record.
pub const MARK: &str = "x_heartland_id";

/// Something that the configuration names and Odoo has not, or has otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The key in the configuration: `odoo.taxes.us-nj-state`.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Something only the merchant can decide, or that contradicts the configuration.
fn refused(key: impl Into<String>, what: impl Into<String>) -> Failure {
    Failure::new(FailureName::Refused, what)
        .field(key)
        .remedy("mend it in Odoo, or correct the key in merchant.toml")
}

fn read_failure(error: &OdooError) -> Failure {
    error.failure(Kind::Read)
}

fn effect_failure(error: &OdooError) -> Failure {
    error.failure(Kind::Effect)
}
