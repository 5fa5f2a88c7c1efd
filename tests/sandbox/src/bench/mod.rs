//! `sandbox bench`: how large, how fast and how hungry the functions are. Benchmarks, not tests: nothing here fails for
//! being slow. Only ratios within one run are worth quoting; every function stands beside one that does nothing.

mod build;
mod figures;
mod instant_aws;
mod machine;
mod process;
mod report;
mod runtime_api;
mod spine;

use anyhow::Result;
use clap::Args;

use crate::places::{Places, repository};
use crate::progress;
use build::{Built, measured};
use figures::Figures;
use machine::Machine;
use process::Function;
use report::{Cold, Own, Report};
use spine::Instant;

/// Measure size, start, own time and memory of the functions.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo sandbox bench                         everything; the tables go to docs/performance.md, too
  cargo sandbox bench --json > figures.json   for a program
  cargo sandbox bench --quick --starts 3 --events 100   try the measuring itself; nothing is written

The first run builds every function with the profile of a release, which takes minutes for each.")]
pub struct Options {
    /// Starts of every function.
    #[arg(long, default_value_t = 20)]
    starts: usize,
    /// Events of every function that is driven.
    #[arg(long, default_value_t = 2000)]
    events: usize,
    /// Functions as the tests build them: not worth quoting, so nothing is written.
    #[arg(long)]
    quick: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

/// Measures, prints, and writes `docs/performance.md`.
///
/// # Errors
/// When a function does not build, does not start or fails.
pub async fn bench(options: &Options) -> Result<()> {
    let places = Places::open()?;
    let built = build::build(&places, options.quick).await?;
    let instant = Instant::start().await?;
    let cold = progress::step("cold starts", cold_starts(&built, &instant, options.starts)).await?;
    let executable = |function: &str| built.executable(function);
    let driven = progress::step("own time", instant.drive(executable, options.events)).await?;
    let own = driven.into_iter().filter_map(|driven| {
        Some(Own {
            figures: Figures::of(&driven.times)?,
            name: driven.name,
            peak_kib: driven.peak_kib,
        })
    });
    let report = Report {
        machine: Machine::here().await,
        cold,
        own: own.collect(),
    };
    print(&match options.json {
        true => serde_json::to_string_pretty(&report)?,
        false => report.to_string(),
    });
    if !options.quick {
        let path = repository().join("docs/performance.md");
        std::fs::write(&path, report.page())?;
        progress::say(format!("written: {}", path.display()));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn print(text: &str) {
    println!("{text}");
}

/// Every function started in turn, round by round, so that what slows the machine down slows down all of them.
async fn cold_starts(built: &Built, instant: &Instant, starts: usize) -> Result<Vec<Cold>> {
    let mut times = vec![Vec::new(); measured().count()];
    let mut memory = vec![0; times.len()];
    for _ in 0..starts {
        for ((function, times), peak_kib) in measured().zip(&mut times).zip(&mut memory) {
            let started =
                Function::start(&built.executable(function), &instant.environment(function)).await?;
            times.push(started.started_in);
            *peak_kib = started.peak_kib()?.max(*peak_kib);
        }
    }
    let cold = measured().zip(times).zip(memory);
    cold.filter_map(|((name, times), peak_kib)| Some((name, Figures::of(&times)?, peak_kib)))
        .map(|(name, figures, peak_kib)| {
            Ok(Cold {
                name,
                size: built.size(name)?,
                figures,
                peak_kib,
            })
        })
        .collect()
}
