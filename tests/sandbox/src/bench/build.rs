//! The functions as they go to AWS: the release profile of the workspace, for this machine's processor.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::process::Command;

use crate::aws::{FUNCTIONS, QUICK};
use crate::places::{Places, repository};
use crate::{progress, tools};

/// The function that does nothing.
pub const EMPTY: &str = "empty-function";

/// Everything that is measured: the empty function first.
pub fn measured() -> impl Iterator<Item = &'static str> {
    std::iter::once(EMPTY).chain(FUNCTIONS)
}

/// Bytes of a function.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Size {
    /// The executable.
    pub binary: u64,
    /// The archive that Lambda fetches.
    pub zip: u64,
}

/// Where the executables are.
#[derive(Clone, Debug)]
pub struct Built(PathBuf);

impl Built {
    /// The executable of a function.
    pub fn executable(&self, function: &str) -> PathBuf {
        self.0.join(function)
    }

    /// How large a function is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn size(&self, function: &str) -> Result<Size> {
        let path = self.executable(function);
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file("bootstrap", options)?;
        archive.write_all(&bytes)?;
        let archive = archive.finish()?.into_inner();
        Ok(Size {
            binary: bytes.len().try_into()?,
            zip: archive.len().try_into()?,
        })
    }
}

/// Builds all functions and the empty one. `quick` is the profile of the tests: to try the measuring itself, not to quote.
///
/// # Errors
/// When the compiler says so.
pub async fn build(places: &Places, quick: bool) -> Result<Built> {
    let target = places.root().join(if quick { "functions" } else { "bench" });
    progress::step("functions: built", compile(places, &target, quick)).await?;
    Ok(Built(target.join("release")))
}

async fn compile(places: &Places, target: &Path, quick: bool) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(repository())
        .args(["build", "--release", "--locked", "--bins"])
        .args(measured().flat_map(|function| ["--package", function]))
        .env("CARGO_TARGET_DIR", target)
        // Set by an outer cargo for the package it runs; an inner one has its own.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    if quick {
        cargo.envs(QUICK);
    }
    tools::run(&mut cargo, &places.log("bench-build"))
        .await
        .context("building the functions")
}
