//! What the end-to-end tests share: the witnesses of the running world, orders that no other test knows, and what has
//! to be true of every order that went all the way.
//!
//! The tests are in `tests/`, and run when they are named. They need a running world: `cargo verify` starts one; by hand,
//! start one with `cargo sandbox up --wait-scale 0.1 --parameter DeliveryPollSeconds=10` and run
//! `cargo test --package end-to-end --test way_in`, or another file of `tests/`.

mod decisions;
mod orders;

pub use decisions::{charge, decide, let_go, parked, shop_says};
pub use orders::{
    Cash, NOT_SOLD, Paid, cash, completed, nothing_in_odoo, own_order, place, review, unknown_sku_order,
    woo_order,
};
pub use sandbox::backlog::{self, fresh_id};

use anyhow::Result;
use sandbox::places::Places;
use sandbox::witness::Witness;
use sandbox::world::Description;

/// The witnesses of the running world.
///
/// # Errors
/// When none runs.
pub async fn witness() -> Result<Witness> {
    Witness::of(&Description::find(&Places::open()?)?).await
}
