//! The twin of Odoo under the product's own writers, and, where there is a real Odoo, whether both answer alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alone;
mod order_to_cash;
#[path = "../../../../functions/invoice-writer/tests/real_odoo/orders.rs"]
mod orders;
mod out_of_time;
mod real;
mod recorder;
mod scenarios;
mod world;
