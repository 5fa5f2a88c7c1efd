//! `cargo sandbox simulate`: seeds, or one seed step by step.

use crate::{
    crash::crash_everywhere,
    invariants::Checks,
    seeds::{Extent, Report, replay, run_seeds},
    variant::Variant,
};
use anyhow::{Result, ensure};
use std::time::{SystemTime, UNIX_EPOCH};

/// The seeds every proof runs.
pub const FIXED_SEEDS: u64 = 2_000;
/// Seeds nobody has seen that every proof runs besides.
pub const FRESH_SEEDS: u64 = 200;

/// A number nobody has seen: the present moment in seconds.
pub fn fresh_seed() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs())
}

/// Runs seeds from one on; says what came of them.
///
/// # Errors
/// When one of them broke an invariant.
pub fn simulate_seeds(from: u64, seeds: u64, say: impl Fn(String)) -> Result<Report> {
    say(format!(
        "seeds {from} to {}, {} invariants",
        from + seeds.saturating_sub(1),
        Checks::count()
    ));
    let report = run_seeds(Extent::all(from, seeds))?;
    report.to_string().lines().for_each(|line| say(line.to_owned()));
    let broken: Vec<String> = report
        .broken
        .iter()
        .map(|broken| broken.seed.to_string())
        .collect();
    ensure!(
        broken.is_empty(),
        "seeds that broke an invariant: {}; `cargo sandbox simulate --seed N` replays one",
        broken.join(", ")
    );
    Ok(report)
}

/// Replays a seed step by step.
///
/// # Errors
/// When it breaks an invariant.
pub fn simulate_seed(seed: u64, say: impl Fn(String)) -> Result<()> {
    let outcome = replay(seed)?;
    outcome.lines.iter().for_each(|line| say(line.clone()));
    outcome.runs.iter().for_each(|run| say(format!("run {run}")));
    outcome
        .ends
        .iter()
        .for_each(|(order, end)| say(format!("order {order}: {end}")));
    for (kind, count) in &outcome.faults {
        say(format!("{count:>6} {kind}"));
    }
    say(format!("{} steps, trace {:016x}", outcome.steps, outcome.hash));
    outcome
        .violations
        .iter()
        .for_each(|violation| say(format!("broken: {violation}")));
    ensure!(
        outcome.violations.is_empty(),
        "seed {seed} breaks {} invariants",
        outcome.violations.len()
    );
    Ok(())
}

/// Cuts every call off, everywhere. How many points there are.
///
/// # Errors
/// When a cut did not end as it should, or there is something that is never cut off.
pub fn simulate_crashes(say: impl Fn(String)) -> Result<usize> {
    let report = crash_everywhere()?;
    report.to_string().lines().for_each(|line| say(line.to_owned()));
    ensure!(
        report.bad.is_empty(),
        "{} cuts did not end as they should",
        report.bad.len()
    );
    Ok(report.points_in_all())
}

/// Takes every protection away, one at a time. How many of the broken variants were caught.
///
/// # Errors
/// When one was not caught within so many seeds.
pub fn simulate_variants(seeds: u64, say: impl Fn(String)) -> Result<usize> {
    for variant in Variant::ALL {
        let report = run_seeds(Extent {
            variant: Some(variant),
            until_broken: true,
            ..Extent::all(1, seeds)
        })?;
        let Some(broken) = report.broken.first() else {
            anyhow::bail!("broken on purpose, and not caught within {seeds} seeds: {variant}");
        };
        let by = broken
            .violations
            .first()
            .map(|violation| violation.invariant)
            .unwrap_or_default();
        say(format!(
            "broken on purpose: {variant}: caught at seed {}, by \"{by}\"",
            broken.seed
        ));
    }
    Ok(Variant::ALL.len())
}
