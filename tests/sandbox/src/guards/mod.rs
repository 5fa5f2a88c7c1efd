//! `cargo sandbox guards`: what of the bundle's cost can be counted, and is the same on a busy machine, does not grow
//! unseen. Sizes of the functions, allocations and instructions of fixed pieces of work; no times.

mod instructions;
mod limits;
mod measured;
mod verdict;

use anyhow::{Result, bail, ensure};

use crate::places::Places;
use crate::{progress, verify::Tally};
use limits::Limits;
pub use measured::build;
use measured::{KINDS, Kind, Measured};
use verdict::Verdict;

/// What `cargo sandbox guards` may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Write what is measured as the new limits.
    #[arg(long)]
    write: bool,
}

/// Compares with the limits, or writes them.
///
/// # Errors
/// When a figure is above its limit; which was printed.
pub async fn guards(options: &Options) -> Result<()> {
    let places = Places::open()?;
    if options.write {
        let measured = Measured::here(&places).await?;
        if let Some(why) = measured.uncounted {
            bail!("nothing is written, because instructions could not be counted: {why}");
        }
        let path = Limits::of(&measured, Limits::read().ok().as_ref()).write()?;
        progress::say(format!("written: {}", path.display()));
        return Ok(());
    }
    let tally = usual(&places).await?;
    for failure in &tally.failures {
        progress::say(failure);
    }
    ensure!(tally.failed == 0, "{} figures are too large", tally.failed);
    progress::say(format!("{} figures are within their limits", tally.passed));
    Ok(())
}

/// The proof's share: a figure beside its limit, and a piece's growth, is a check.
///
/// # Errors
/// When nothing could be counted, or the file of limits cannot be read.
pub async fn usual(places: &Places) -> Result<Tally> {
    let limits = Limits::read()?;
    let measured = Measured::here(places).await?;
    if limits.compiler != measured.compiler {
        progress::say(format!(
            "the limits are of {}, this is {}: figures differ a little",
            limits.compiler, measured.compiler
        ));
    }
    let mut tally = Tally::default();
    for kind in &KINDS {
        tally += judged(kind, &limits, &measured);
    }
    if let Some(why) = measured.uncounted {
        tally += Tally::failed(format!("instructions could not be counted: {why}"));
    }
    Ok(tally)
}

fn judged(kind: &Kind, limits: &Limits, measured: &Measured) -> Tally {
    let Some(figures) = measured.figures.get(kind.name) else {
        return Tally::default();
    };
    let mut verdicts = verdict::growth(kind, figures);
    if kind.of_processor && limits.processor != measured.processor {
        progress::say(format!(
            "{}: the limits are of {}, this is {}: not compared",
            kind.name, limits.processor, measured.processor
        ));
    } else {
        match limits.kinds.get(kind.name) {
            Some(limit) => verdicts.extend(verdict::judged(kind, limit, figures)),
            None => verdicts.push(Verdict::Broken(format!(
                "the file of limits has no {}: `cargo sandbox guards --write`",
                kind.name
            ))),
        }
    }
    let tally = |verdict| match verdict {
        Verdict::Holds => Tally::passed(1),
        Verdict::Better(text) => {
            progress::say(format!("  {text}"));
            Tally::passed(1)
        }
        Verdict::Broken(text) => Tally::failed(text),
    };
    verdicts.into_iter().map(tally).sum()
}
