//! Running one command of the proof, with its output kept and counted.

use anyhow::{Result, bail};
use tokio::process::Command;

use super::Tally;
use crate::{
    places::{Places, repository},
    progress, tools,
};

/// Runs a command in the repository; passed means exit code 0.
///
/// # Errors
/// When it fails; the message has the end of its log.
pub async fn check(places: &Places, name: &str, program: &str, arguments: &[&str]) -> Result<Tally> {
    let mut command = Command::new(program);
    command.current_dir(repository()).args(arguments);
    tools::run(&mut command, &places.log(&format!("verify-{name}"))).await?;
    Ok(Tally::passed(1))
}

/// Runs `cargo test` with these arguments and counts its tests. A failed test is counted, not an error; the end of the
/// log is shown.
///
/// # Errors
/// When the tests could not be built or none was run: a suite that runs nothing proves nothing.
pub async fn cargo_test(
    places: &Places,
    name: &str,
    arguments: &[&str],
    environment: &[(&str, String)],
) -> Result<Tally> {
    let log = places.log(&format!("verify-{name}"));
    let mut command = Command::new("cargo");
    command
        .current_dir(repository())
        .args(["test", "--quiet", "--no-fail-fast"])
        .args(arguments);
    command.envs(environment.iter().map(|(k, v)| (k, v)));
    let ended = tools::run(&mut command, &log).await;
    let output = std::fs::read(&log)?;
    let output = String::from_utf8_lossy(&output);
    said(&output).for_each(|line| progress::say(format!("  {line}")));
    let tally = Tally::of_cargo_test(&output);
    match ended {
        Err(error) if tally.failed == 0 => Err(error),
        Ok(()) if tally.passed == 0 => bail!("no test was run, see {}", log.display()),
        Err(error) => {
            progress::say(format!("{error:#}"));
            Ok(tally)
        }
        Ok(()) => Ok(tally),
    }
}

/// What the tests themselves had to say: figures, not verdicts.
fn said(output: &str) -> impl Iterator<Item = &str> {
    output
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.split_once(" s] ").map(|(_, text)| text))
}
