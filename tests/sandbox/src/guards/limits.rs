//! `tests/guards/limits.toml`: what was measured last, and how far above it is let through.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::measured::{Figures, KINDS, Measured};
use crate::places::repository;

const HEAD: &str = "\
# What is guarded by counting, as `cargo sandbox guards --write` measured it. `cargo verify` fails for a figure that is above its
# limit: slack_percent more than is written here. Whoever raises a figure says in the commit what it buys.
#
# The compiler is not pinned: figures of another one differ a little, which is what most of the slack is for. Sizes and
# instructions are those of one kind of processor and are not looked at on others; allocations are the same everywhere.
#
# sizes: bytes of each function built with the tests' profile. allocations, allocated: blocks and bytes for a piece of work
# (tests/guards/src/pieces.rs) with an order of so many lines. instructions: of the same, counted by valgrind.

";

/// The limits of one kind.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Limit {
    /// How much more than measured is let through.
    pub slack_percent: u64,
    /// What was measured.
    pub figures: Figures,
}

/// The file.
#[derive(Debug, Deserialize, Serialize)]
pub struct Limits {
    /// The compiler that built what was measured.
    pub compiler: String,
    /// The kind of processor it was measured on.
    pub processor: String,
    /// By the name of the kind.
    #[serde(flatten)]
    pub kinds: BTreeMap<String, Limit>,
}

fn path() -> PathBuf {
    repository().join("tests/guards/limits.toml")
}

impl Limits {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is not there or wrong.
    pub fn read() -> Result<Self> {
        let path = path();
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("reading {}", path.display()))
    }

    /// These figures as the limits of a kind from now on; the slack stays as it was.
    pub fn of(measured: &Measured, before: Option<&Self>) -> Self {
        let limit = |kind: &super::measured::Kind| {
            let before = before.and_then(|limits| limits.kinds.get(kind.name));
            let slack_percent = before.map_or(kind.slack_percent, |limit| limit.slack_percent);
            let figures = measured.figures.get(kind.name)?.clone();
            let limit = Limit {
                slack_percent,
                figures,
            };
            Some((kind.name.to_owned(), limit))
        };
        Self {
            compiler: measured.compiler.clone(),
            processor: measured.processor.to_owned(),
            kinds: KINDS.iter().filter_map(limit).collect(),
        }
    }

    /// Writes the file; gives its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> Result<PathBuf> {
        let path = path();
        let text = format!("{HEAD}{}", toml::to_string(self)?);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}
