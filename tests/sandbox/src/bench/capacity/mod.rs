//! What a merchant needs for so many orders a day: `docs/capacity.md`, computed from what orders and their cost were
//! measured to be in the same run.

mod demands;
mod need;
mod page;
mod quotas;
mod template;

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::cost::Cost;
use super::machine::Machine;
use super::orders::Orders;
use crate::places::repository;
use need::Inputs;
use quotas::Quotas;

pub use template::Choices;

/// Writes `docs/capacity.md`; gives its path.
///
/// # Errors
/// When a figure is missing, or the page cannot be written.
pub fn write(machine: &Machine, orders: &Orders, cost: &Cost, choices: &Choices) -> Result<PathBuf> {
    let path = repository().join("docs/capacity.md");
    let page = page::page(machine, &Inputs::of(orders, cost)?, &Quotas::read()?, choices)?;
    std::fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
