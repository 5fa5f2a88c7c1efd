//! Running a command to its end, with its output in a log file.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Runs a command to its end; its output goes to `log`.
///
/// # Errors
/// When it cannot be started or fails; the message has the last lines of the log and its path.
pub async fn run(command: &mut Command, log: &Path) -> Result<()> {
    run_with_input(command, log, None).await
}

/// Like [`run`], with `input` on standard input.
///
/// # Errors
/// As [`run`].
pub async fn run_with_input(command: &mut Command, log: &Path, input: Option<&str>) -> Result<()> {
    let file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    command.stdout(file.try_clone()?).stderr(file).kill_on_drop(true);
    command.stdin(if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        // A program that ends without reading everything says why in its log.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    let status = child.wait().await?;
    if !status.success() {
        bail!("{program} failed ({status}). {}", tail(log));
    }
    Ok(())
}

/// Runs a command to its end and returns what it wrote to standard output.
///
/// # Errors
/// When it cannot be started or fails; the message has what it wrote to standard error.
pub async fn output(command: &mut Command) -> Result<String> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last lines of a log file, for an error message, with the file's name.
pub fn tail(log: &Path) -> String {
    const LINES: usize = 15;
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("\n  ");
    format!("The end of {}:\n  {last}", log.display())
}

/// The first of `names` that is an executable file: absolute paths as they are, plain names on the search path.
pub fn find<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    names.into_iter().find_map(|name| {
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(|path| path.is_file());
        }
        std::env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|path| path.is_file())
    })
}
