//! `setup`: what has to be there before the first order: Odoo prepared, webhooks registered.

mod odoo;
mod shop;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;
use crate::tool::Tool;

/// Prepare Odoo, or register a shop's webhooks. Both may be run again at any time: what is there is kept.
#[derive(Subcommand, Debug)]
pub enum Setup {
    /// Prepare an Odoo, and store a key for the integration's user.
    Odoo(odoo::Options),
    /// Register a shop's webhooks to come to this stack.
    Shop(shop::Options),
}

/// Runs a set-up.
///
/// # Errors
/// When the stack, Odoo or the shop does not answer, or what is there contradicts merchant.toml.
pub async fn run(tool: &Tool, setup: &Setup) -> Result<Exit> {
    match setup {
        Setup::Odoo(options) => odoo::run(tool, options).await,
        Setup::Shop(options) => shop::run(tool, options).await,
    }
}
