//! A real Odoo 19 with PostgreSQL: installed, set up for the merchant, started, killed and reset.

mod calls;
mod check;
mod config;
mod package;
mod postgres;
mod prepared;
mod running;
mod scripts;
mod slot;

pub use calls::Caller;
pub use check::check;
pub use running::RunningOdoo;
pub use scripts::merchant_config;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::places::Places;

/// Processes that answer calls: what a two-core machine serves well.
pub const WORKERS: u32 = 2;

/// Installs and prepares everything that [`RunningOdoo::start`] needs, so that it then takes seconds.
///
/// # Errors
/// When something is missing on this machine; the message says what to do.
pub async fn prepare(places: &Places) -> Result<()> {
    let package = package::Package::install(places).await?;
    prepared::prepared(places, &package).await.map(|_| ())
}

/// How to reach an Odoo: ours, or one that is already there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The address of its pages and of its API, without a slash at the end.
    pub url: String,
    /// The database's name.
    pub database: String,
    /// The API key of the integration's user, with that user's rights only.
    pub bot_key: String,
    /// The administrator; unknown for an Odoo that was already there.
    pub admin: Option<Administrator>,
}

impl Access {
    /// The environment variables in which test programs look for an Odoo: `ODOO_URL`, `ODOO_DB`, `ODOO_KEY` of the
    /// integration's user, and `ODOO_ADMIN_KEY` when the administrator is known.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("ODOO_URL", self.url.clone()),
            ("ODOO_DB", self.database.clone()),
            ("ODOO_KEY", self.bot_key.clone()),
        ];
        variables.extend(
            self.admin
                .iter()
                .map(|admin| ("ODOO_ADMIN_KEY", admin.api_key.clone())),
        );
        variables
    }
}

/// The administrator of a local Odoo, for people who look at it and tests that prepare it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    /// For the login page.
    pub login: String,
    /// For the login page.
    pub password: String,
    /// For the API.
    pub api_key: String,
}
