//! The functions as they go to AWS: the release profile of the workspace, for this machine's processor; for their size
//! also for arm64.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::aws::{self, FUNCTIONS, QUICK, compile};
use crate::places::Places;
use crate::progress;

/// The function that does nothing.
pub const EMPTY: &str = "empty-function";
/// The intake that verifies nothing.
pub const UNVERIFIED: &str = "unverified-intake";

/// The bundle's functions beside the empty one, which is the first.
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

impl Size {
    /// The size of an executable.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(executable: &Path) -> Result<Self> {
        let bytes =
            std::fs::read(executable).with_context(|| format!("cannot read {}", executable.display()))?;
        let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file("bootstrap", options)?;
        archive.write_all(&bytes)?;
        let archive = archive.finish()?.into_inner();
        Ok(Self {
            binary: bytes.len().try_into()?,
            zip: archive.len().try_into()?,
        })
    }
}

/// Where the executables are.
#[derive(Clone, Debug)]
pub struct Built(PathBuf);

impl Built {
    /// The executable of a function.
    pub fn executable(&self, function: &str) -> PathBuf {
        self.0.join(function)
    }
}

/// Builds all functions and those they are measured against. `quick` is the profile of the tests: to try the measuring
/// itself, not to quote.
///
/// # Errors
/// When the compiler says so.
pub async fn build(places: &Places, quick: bool) -> Result<Built> {
    let (target, profile) = match quick {
        true => (places.functions(), &QUICK[..]),
        false => (places.root().join("bench"), &[][..]),
    };
    let log = places.log("bench-build");
    let packages = measured().chain([UNVERIFIED]);
    progress::step("functions: built", compile(&target, packages, profile, &log)).await?;
    Ok(Built(target.join("release")))
}

/// Builds the bundle's functions and the empty one for arm64, as `sam build` does; returns their directory, where each
/// is `{function}/bootstrap`. Not to be started here.
///
/// # Errors
/// When cargo-lambda is not to be had, or the compiler says so.
pub async fn build_arm64(places: &Places, quick: bool) -> Result<PathBuf> {
    let functions: Vec<&str> = measured().collect();
    aws::arm64_build(places, &functions, quick).await
}
