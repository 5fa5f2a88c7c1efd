//! The writers against a real Odoo that was set up from `infra/merchant.toml`, one test per trap. Where it is comes
//! from the environment: `ODOO_URL`, `ODOO_DB`, `ODOO_KEY` (the bot's), `ODOO_ADMIN_KEY`. Some tests change what all
//! documents share (promotions, closed periods) for a while: those hold [`odoo_under_test::World::alone`].

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod books;
mod cancel;
mod credits;
mod customers;
mod functions_under_test;
mod happy;
mod money;
mod odoo_under_test;
mod orders;
mod products;
mod queue;
mod repeats;
