//! The build of all functions at once, for this machine and for tests: quick to make rather than quick to start.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::process::Command;

use super::FUNCTIONS;
use crate::places::{Places, repository};
use crate::{progress, tools};

/// The profile of tests. What goes to AWS is built by `sam build` with the profile of the workspace, which takes
/// minutes per function.
const QUICK: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "true"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
];

/// Functions that were built: one executable each.
#[derive(Clone, Debug)]
pub struct Built {
    dir: PathBuf,
}

impl Built {
    /// The executable of a function.
    pub fn executable(&self, function: &str) -> PathBuf {
        self.dir.join(function)
    }
}

/// Builds all functions with one run of cargo, so that what they share is compiled once. The merchant's configuration
/// is built in: the file named by `MERCHANT_CONFIG`, else `infra/merchant.toml`.
///
/// # Errors
/// When the compiler says so; the message has its last lines.
pub async fn build(places: &Places) -> Result<Built> {
    let target = places.root().join("functions");
    progress::step("functions: built", compile(places, &target)).await?;
    Ok(Built {
        dir: target.join("release"),
    })
}

async fn compile(places: &Places, target: &Path) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(repository())
        .args(["build", "--release", "--locked", "--bins"])
        .args(FUNCTIONS.iter().flat_map(|function| ["--package", function]))
        .env("CARGO_TARGET_DIR", target)
        .envs(QUICK)
        // Set by an outer cargo for the package it runs; an inner one has its own.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    tools::run(&mut cargo, &places.log("functions-build"))
        .await
        .context("building the functions")
}
