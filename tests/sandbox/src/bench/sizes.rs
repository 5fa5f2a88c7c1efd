//! How large the functions are, for both processors that the template can ask for.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::build::{Built, Size, measured};

/// A function for both processors.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Row {
    /// The function.
    pub name: &'static str,
    /// For arm64, which the stages of `infra/samconfig.toml` ask for.
    pub arm64: Size,
    /// For x86-64.
    pub x86_64: Size,
}

/// How large the functions are; the empty one is the first.
#[derive(Debug, Serialize)]
pub struct Sizes(Vec<Row>);

/// Reads what was built; for arm64, the directory that `build_arm64` gave.
///
/// # Errors
/// When an executable is missing.
pub fn measure(arm64: &Path, x86_64: &Built) -> Result<Sizes> {
    let sizes = measured().map(|name| {
        Ok(Row {
            name,
            arm64: Size::of(&arm64.join(name).join("bootstrap"))?,
            x86_64: Size::of(&x86_64.executable(name))?,
        })
    });
    Ok(Sizes(sizes.collect::<Result<_>>()?))
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## Size\n\n\
             The executable, and the archive that Lambda fetches. For arm64 it is built with cargo-lambda and zig, as `sam build` does; for\n\
             x86-64 with the linker of this machine.\n\n\
             | function | arm64: binary KiB | zip KiB | x86-64: binary KiB | zip KiB |\n|---|--:|--:|--:|--:|"
        )?;
        for Row { name, arm64, x86_64 } in &self.0 {
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} |",
                arm64.binary / 1024,
                arm64.zip / 1024,
                x86_64.binary / 1024,
                x86_64.zip / 1024
            )?;
        }
        Ok(())
    }
}
