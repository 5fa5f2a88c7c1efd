//! The build that goes to AWS, by the real `sam build`; and what it calls, for functions that are not in the template, too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::process::Command;

use super::QUICK;
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
    sam.current_dir(repository().join("infra"))
        .arg("build")
        .args(["--template-file", "template.yaml"])
        .args(["--parameter-overrides", &format!("Architecture={architecture}")])
        .arg("--build-dir")
        .arg(&out)
        .env("PATH", path_with(&bin)?)
        .env("CARGO_TARGET_DIR", places.root().join("release"))
        .env("SAM_CLI_TELEMETRY", "0");
    let log = places.log("sam-build");
    progress::step("sam build", async {
        tools::run(&mut sam, &log).await.context("sam build")
    })
    .await?;
    Ok(out)
}

/// Builds these packages for arm64 with `cargo lambda`, as `sam build` does one by one; returns the directory in which
/// each is `{package}/bootstrap`. `quick` is the profile of the tests. From nothing this takes minutes per function.
///
/// # Errors
/// When a package does not build.
pub(crate) async fn arm64_build(places: &Places, packages: &[&str], quick: bool) -> Result<PathBuf> {
    let bin = pinned::sam(places).await?;
    let target = places.root().join(if quick { "functions" } else { "release" });
    let out = target.join("lambda");
    let mut cargo = Command::new(bin.join("cargo-lambda"));
    cargo
        .current_dir(repository())
        .args(["lambda", "build", "--release", "--arm64", "--locked", "--bins"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .arg("--lambda-dir")
        .arg(&out)
        .env("PATH", path_with(&bin)?)
        .env("CARGO_TARGET_DIR", &target);
    if quick {
        cargo.envs(QUICK);
    }
    let log = places.log("arm64-build");
    progress::step("functions for arm64: built", async {
        let built = tools::run(&mut cargo, &log).await;
        built.context("building the functions for arm64")
    })
    .await?;
    Ok(out)
}

/// Where programs are looked for: there first.
fn path_with(bin: &Path) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::iter::once(bin.to_path_buf());
    Ok(std::env::join_paths(there.chain(std::env::split_paths(&path)))?)
}
