//! `cargo verify`: the proof. Every step runs, whatever failed before it; the closing line says how many checks passed.

mod command;
mod failures;
#[cfg(test)]
mod manifests;
mod steps;
mod tally;

pub use tally::Tally;

use anyhow::{Result, bail};

use crate::{places::Places, progress};
use steps::{STEPS, Stage};

/// What `cargo verify` may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Run only these steps (see --list).
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    only: Vec<String>,
    /// List the steps and stop.
    #[arg(long)]
    list: bool,
}

/// Runs the proof.
///
/// # Errors
/// When a step could not run or a check failed; which ones was printed before.
pub async fn verify(options: Options) -> Result<()> {
    if options.list {
        for step in &STEPS {
            progress::say(format!("{:<12} {}", step.name, step.about));
        }
        return Ok(());
    }
    if let Some(unknown) = options
        .only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("there is no step {unknown:?}; `cargo verify --list` shows the steps");
    }
    let places = Places::open()?;
    let mut stage = Stage::new(places);
    let mut tallies: Vec<(&str, Tally)> = Vec::new();
    for step in STEPS
        .iter()
        .filter(|s| options.only.is_empty() || options.only.iter().any(|o| o == s.name))
    {
        let result = progress::step(&format!("{}: {}", step.name, step.about), (step.run)(&mut stage)).await;
        let tally = result.unwrap_or_else(|error| {
            progress::say(format!("{}: {error:#}", step.name));
            Tally::failed(format!("{error:#}"))
        });
        progress::say(format!(
            "{}: {} passed, {} failed",
            step.name, tally.passed, tally.failed
        ));
        tallies.push((step.name, tally));
    }
    drop(stage);
    let broken = tallies.iter().filter(|(_, tally)| tally.failed > 0);
    let broken: Vec<_> = broken.map(|(step, _)| *step).collect();
    if broken.is_empty() {
        progress::say("everything holds");
    } else {
        for (step, tally) in &tallies {
            for failure in &tally.failures {
                progress::say(format!("{step} failed: {failure}"));
            }
        }
        progress::say("the logs are in target/sandbox/log/");
    }
    let total: Tally = tallies.into_iter().map(|(_, tally)| tally).sum();
    closing_line(&total);
    if total.failed > 0 {
        bail!("{} checks failed in: {}", total.failed, broken.join(", "));
    }
    Ok(())
}

/// The one line that programs read.
#[expect(clippy::print_stdout, reason = "the result of the program")]
fn closing_line(total: &Tally) {
    println!("{} passed, {} failed", total.passed, total.failed);
}
