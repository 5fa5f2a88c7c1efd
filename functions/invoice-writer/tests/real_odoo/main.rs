//! The writers against a real Odoo that was set up from `infra/merchant.toml`, one test per trap. Where it is comes
//! from the environment: `ODOO_URL`, `ODOO_DB`, `ODOO_KEY` (the bot's), `ODOO_ADMIN_KEY`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod happy;
mod odoo_under_test;
mod orders;
