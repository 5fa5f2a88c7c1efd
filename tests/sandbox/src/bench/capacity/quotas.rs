//! The dated table of AWS's quotas.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

static TABLE: &str = include_str!("../../../bench/quotas.toml");

/// What an account begins with.
#[derive(Debug, Deserialize)]
pub struct Quotas {
    /// The day the table was put together.
    pub read_on: String,
    quota: BTreeMap<String, Quota>,
}

/// A quota.
#[derive(Debug, Deserialize)]
pub struct Quota {
    /// Of what, in words.
    pub what: String,
    /// How much there is; a second, where it is a rate.
    pub value: u64,
    /// Whether AWS raises it.
    pub can_be_raised: bool,
    /// Where it is said.
    pub source: String,
    /// Where the number was found on that day, when no live page could be opened.
    pub seen: String,
}

impl Quotas {
    /// The table of this repository.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read() -> Result<Self> {
        toml::from_str(TABLE).context("tests/sandbox/bench/quotas.toml")
    }

    /// A quota by its name in the table.
    ///
    /// # Errors
    /// When it is not there.
    pub fn of(&self, name: &str) -> Result<&Quota> {
        self.quota.get(name).with_context(|| format!("no quota {name}"))
    }
}
