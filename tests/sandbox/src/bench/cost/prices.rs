//! The dated price table.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

static TABLE: &str = include_str!("../../../bench/prices.toml");

/// What AWS and the automation services list.
#[derive(Debug, Deserialize)]
pub struct Prices {
    /// The day the table was put together.
    pub read_on: String,
    /// The region that AWS's prices are of.
    pub region: String,
    aws: BTreeMap<String, Price>,
    /// What the automation services charge for a task.
    pub automation: BTreeMap<String, Automation>,
}

#[derive(Debug, Deserialize)]
struct Price {
    nano_usd: u64,
}

/// What an automation service charges.
#[derive(Debug, Deserialize)]
pub struct Automation {
    /// The plan.
    pub plan: String,
    /// Billionths of a dollar for a task; some have no public price, or one in euros.
    pub nano_usd_per_task: Option<u64>,
    /// Billionths of a euro for a task.
    pub nano_eur_per_task: Option<u64>,
    /// What counts as a task.
    pub counts: String,
    /// Where the price is listed.
    pub source: String,
    /// When it was read.
    pub as_of: String,
}

impl Prices {
    /// The table of this repository.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read() -> Result<Self> {
        toml::from_str(TABLE).context("tests/sandbox/bench/prices.toml")
    }

    /// Billionths of a dollar for one unit of a service.
    ///
    /// # Errors
    /// When it is not in the table.
    pub fn nano_usd(&self, of: &str) -> Result<u64> {
        let price = self.aws.get(of);
        Ok(price.with_context(|| format!("no price of {of}"))?.nano_usd)
    }
}
