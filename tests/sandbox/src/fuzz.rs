//! `cargo sandbox fuzz`: everything that reads from outside, fed with what nobody should send.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bad_input::run::{Ran, Recipes, chosen, run, shares};

use crate::{progress, verify::Tally};

/// How many inputs `cargo verify` makes for all targets together.
const USUAL: u64 = 120_000;
/// Some handlers need a deep stack when they are not optimised.
const STACK_BYTES: usize = 32 << 20;

/// What `cargo sandbox fuzz` may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How long, all targets together.
    #[arg(long, default_value_t = 45)]
    seconds: u64,
    /// Only this target.
    #[arg(long)]
    target: Option<String>,
}

/// Runs targets and tells how each did.
///
/// # Errors
/// When one of them found something: what it was, its seed and how to run it again were printed.
pub fn fuzz(options: &Options) -> Result<()> {
    let time = Duration::from_secs(options.seconds);
    let tally = tried(options.target.clone(), Recipes::Others(time))?;
    match tally.failed {
        0 => Ok(()),
        failed => bail!("{failed} targets found something"),
    }
}

/// All targets with the same inputs each time; a target that held is a check that passed.
///
/// # Errors
/// When a corpus cannot be read.
pub fn usual() -> Result<Tally> {
    tried(None, Recipes::Same(USUAL))
}

fn tried(only: Option<String>, recipes: Recipes) -> Result<Tally> {
    let work = move || -> Result<Vec<Ran>> {
        let targets = chosen(only.as_deref())?;
        let ran = shares(&targets, recipes).into_iter().map(|(target, recipes)| {
            let ran = run(target, recipes)?;
            tell(&ran);
            Ok(ran)
        });
        ran.collect()
    };
    // A thread of its own: the targets have runtimes of theirs.
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    let ran = thread.join().ok().context("a target ended the thread")??;
    let (inputs, kept) = (
        ran.iter().map(|ran| ran.executions).sum::<u64>(),
        ran.iter().map(|ran| ran.kept).sum::<usize>(),
    );
    progress::say(format!(
        "{inputs} inputs in {} targets, from {kept} kept ones",
        ran.len()
    ));
    let tallies = ran.iter().map(|ran| {
        if ran.holds {
            Tally::passed(1)
        } else {
            Tally::failed(format!("the target {}", ran.name))
        }
    });
    Ok(tallies.sum())
}

fn tell(ran: &Ran) {
    let Ran {
        name,
        kept,
        executions,
        ..
    } = ran;
    progress::say(format!(
        "{name}: {executions} inputs, {} a second, {kept} kept",
        ran.pace()
    ));
    if !ran.holds {
        progress::say(format!(
            "{name} found something: the seed is above, the input in target/fuzz/{name}; again with \
             BOLERO_RANDOM_SEED=… cargo sandbox fuzz --target {name}"
        ));
    }
}
