//! The build of all functions at once, for this machine and for tests: quick to make rather than quick to start.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::process::Command;

use super::FUNCTIONS;
use crate::places::{Places, repository};
use crate::{progress, tools};

/// The profile of tests. What goes to AWS is built by `sam build` with the profile of the workspace, which takes
/// minutes per function.
pub(crate) const QUICK: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "true"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
];

/// Functions that were built: one executable each, and one archive for Lambda.
#[derive(Clone, Debug)]
pub struct Built {
    dir: PathBuf,
}

impl Built {
    /// The executable of a function.
    pub fn executable(&self, function: &str) -> PathBuf {
        self.dir.join(function)
    }

    /// The archive of a function: its executable under the name Lambda starts.
    pub fn archive(&self, function: &str) -> PathBuf {
        self.dir.join(format!("{function}.zip"))
    }

    /// Packs what is newer than its archive. `sam deploy` would pack by itself, in ten times the time, at every start.
    fn pack(&self) -> Result<()> {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
        for function in FUNCTIONS {
            let (executable, archive) = (self.executable(function), self.archive(function));
            if changed(&archive) > changed(&executable) {
                continue;
            }
            let bytes = std::fs::read(&executable)
                .with_context(|| format!("cannot read {}", executable.display()))?;
            let options = zip::write::SimpleFileOptions::default()
                .compression_level(Some(1))
                .unix_permissions(0o755);
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            zip.start_file("bootstrap", options)?;
            zip.write_all(&bytes)?;
            std::fs::write(&archive, zip.finish()?.into_inner())
                .with_context(|| format!("cannot write {}", archive.display()))?;
        }
        Ok(())
    }
}

/// Builds all functions with one run of cargo, so that what they share is compiled once. The merchant's configuration
/// is built in: the file named by `MERCHANT_CONFIG`, else `infra/merchant.toml`.
///
/// # Errors
/// When the compiler says so; the message has its last lines.
pub async fn build(places: &Places) -> Result<Built> {
    let target = places.functions();
    let log = places.log("functions-build");
    progress::step("functions: built", compile(&target, FUNCTIONS, &QUICK, &log)).await?;
    let built = Built {
        dir: target.join("release"),
    };
    let packing = built.clone();
    progress::step("functions: packed", async {
        tokio::task::spawn_blocking(move || packing.pack()).await?
    })
    .await?;
    Ok(built)
}

/// Builds packages with one run of cargo, into a target directory of their own.
///
/// # Errors
/// When the compiler says so; the message has its last lines.
pub(crate) async fn compile(
    target: &Path,
    packages: impl IntoIterator<Item = &str>,
    profile: &[(&str, &str)],
    log: &Path,
) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(repository())
        .args(["build", "--release", "--locked", "--bins"])
        .args(packages.into_iter().flat_map(|package| ["--package", package]))
        .env("CARGO_TARGET_DIR", target)
        .envs(profile.iter().copied())
        // The profile says it. What a build machine says of its own builds would change the sizes that are guarded.
        .env_remove("CARGO_INCREMENTAL")
        // Set by an outer cargo for the package it runs; an inner one has its own.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    tools::run(&mut cargo, log)
        .await
        .context("building the functions")
}
