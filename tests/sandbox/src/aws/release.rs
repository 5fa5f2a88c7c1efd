//! The build that goes to AWS, by the real `sam build`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tokio::process::Command;

use super::tools as pinned;
use crate::places::{Places, repository};
use crate::{progress, tools};

/// Runs `sam build` on `infra/template.yaml` as it is, for `architecture` (`arm64` or `x86_64`), and returns the
/// directory `sam deploy` takes. From nothing this takes minutes per function.
///
/// # Errors
/// When a function does not build.
pub async fn sam_build(places: &Places, architecture: &str) -> Result<PathBuf> {
    let bin = pinned::sam(places).await?;
    let out = places.root().join("sam").join(architecture);
    let mut sam = Command::new(bin.join("sam"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)))?;
    sam.current_dir(repository().join("infra"))
        .arg("build")
        .args(["--template-file", "template.yaml"])
        .args(["--parameter-overrides", &format!("Architecture={architecture}")])
        .arg("--build-dir")
        .arg(&out)
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", places.root().join("release"))
        .env("SAM_CLI_TELEMETRY", "0");
    let log = places.log("sam-build");
    progress::step("sam build", async {
        tools::run(&mut sam, &log).await.context("sam build")
    })
    .await?;
    Ok(out)
}
