//! Installing pinned packages with the registries' own clients.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{find, kept, output, run};
use crate::places::Places;

/// Interpreters in the order of preference: the pins have wheels for these versions.
const PYTHONS: [&str; 8] = [
    "/usr/bin/python3.11",
    "/usr/bin/python3.12",
    "/usr/bin/python3.13",
    "python3.11",
    "python3.12",
    "python3.13",
    "/usr/bin/python3",
    "python3",
];

/// A Python 3.11 to 3.13 that can make virtual environments.
async fn python() -> Result<PathBuf> {
    for name in PYTHONS {
        let Some(path) = find([name]) else { continue };
        let check = "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))";
        if output(Command::new(&path).args(["-c", check])).await.is_ok() {
            return Ok(path);
        }
    }
    bail!("no Python 3.11, 3.12 or 3.13 with the venv module: install the Debian package python3-venv");
}

/// A virtual environment `name` with exactly `pins` (`package==version`, one requirement each); returns its directory.
///
/// # Errors
/// When there is no fitting Python or pip fails.
pub async fn python_venv(places: &Places, name: &str, pins: &[&str]) -> Result<PathBuf> {
    let dir = places.tool(name);
    let log = places.log(&format!("install-{name}"));
    let python = python().await?;
    let made_from = format!("{}\n{}\n", python.display(), pins.join("\n"));
    kept(&dir, &made_from, async |dir| {
        run(Command::new(&python).args(["-m", "venv"]).arg(&dir), &log).await?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--prefer-binary",
        ];
        // Compiled at the first import: half of the installation would be spent on modules that nobody imports.
        run(
            Command::new(dir.join("bin/python"))
                .args(pip)
                .arg("--no-compile")
                .args(pins),
            &log,
        )
        .await
    })
    .await
    .with_context(|| format!("installing the Python packages of {name}"))?;
    Ok(dir)
}

/// A directory `name` with exactly `pins` (`package@version`) of npm; programs are in `node_modules/.bin`.
///
/// # Errors
/// When npm is missing or fails.
pub async fn npm(places: &Places, name: &str, pins: &[&str]) -> Result<PathBuf> {
    let dir = places.tool(name);
    let log = places.log(&format!("install-{name}"));
    let npm = find(["npm"]).context("npm is missing: install Node.js (Debian packages nodejs and npm)")?;
    kept(&dir, &format!("{}\n", pins.join("\n")), async |dir| {
        std::fs::write(dir.join("package.json"), "{\"private\":true}\n")?;
        let flags = ["install", "--no-audit", "--no-fund", "--save-exact"];
        run(Command::new(&npm).current_dir(&dir).args(flags).args(pins), &log).await
    })
    .await
    .with_context(|| format!("installing the npm packages of {name}"))?;
    Ok(dir)
}

/// A program of crates.io, built with its own lock file; returns the directory of its executables.
///
/// # Errors
/// When the build fails.
pub async fn cargo_install(places: &Places, package: &str, version: &str) -> Result<PathBuf> {
    let dir = places.tool(package);
    let log = places.log(&format!("install-{package}"));
    kept(&dir, &format!("{package}@{version}\n"), async |dir| {
        build(&dir, package, version, &log).await
    })
    .await
    .with_context(|| format!("building {package} {version}"))?;
    Ok(dir.join("bin"))
}

async fn build(dir: &Path, package: &str, version: &str, log: &Path) -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args([
            "install",
            // A tool that runs for a second needs no optimised build of minutes.
            "--debug",
            "--locked",
            "--quiet",
            package,
            "--version",
            version,
            "--root",
        ])
        .arg(dir);
    command.env("CARGO_TARGET_DIR", dir.join("build"));
    run(&mut command, log).await?;
    std::fs::remove_dir_all(dir.join("build"))?;
    Ok(())
}
