//! The functions as they go to AWS: the release profile of the workspace, for this machine's processor.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::aws::{FUNCTIONS, QUICK, compile};
use crate::places::Places;
use crate::progress;

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
    let (target, profile) = match quick {
        true => (places.functions(), &QUICK[..]),
        false => (places.root().join("bench"), &[][..]),
    };
    let log = places.log("bench-build");
    progress::step("functions: built", compile(&target, measured(), profile, &log)).await?;
    Ok(Built(target.join("release")))
}
