//! Many seeds, on all cores, and what came of them.

use crate::{
    cores::on_all_cores,
    fault::Kind,
    invariants::Violation,
    people::Decision,
    run::{Outcome, run},
    script::Script,
    time::DAY_MS,
    variant::Variant,
};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    fmt,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A seed whose world broke an invariant.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// What did not hold.
    pub violations: Vec<Violation>,
}

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Report {
    /// How many were run.
    pub seeds: u64,
    /// Orders placed in them.
    pub orders: usize,
    /// Invocations of functions.
    pub invocations: u64,
    /// Faults by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// What people decided, and how often.
    pub decisions: BTreeMap<Decision, u64>,
    /// Numbers of stock that were judged as the bundle told them by itself.
    pub stock_judged: usize,
    /// Virtual time, milliseconds.
    pub passed_ms: i64,
    /// Real time.
    pub took: Duration,
    /// Seeds whose worlds broke something, by seed.
    pub broken: Vec<Broken>,
}

impl Report {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.seeds += 1;
        self.orders += outcome.orders;
        self.invocations += outcome.invocations;
        self.passed_ms += outcome.passed_ms;
        self.stock_judged += outcome.stock_judged;
        for (decision, count) in outcome.decisions {
            *self.decisions.entry(decision).or_default() += count;
        }
        for (kind, count) in outcome.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        if !outcome.violations.is_empty() {
            self.broken.push(Broken {
                seed,
                violations: outcome.violations,
            });
        }
    }

    /// All faults.
    pub fn faults_in_all(&self) -> u64 {
        self.faults.values().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = self.seeds as f64 / seconds;
        writeln!(
            f,
            "{} seeds in {seconds:.1} s ({rate:.0} a second), {} orders, {} invocations, {} virtual days",
            self.seeds,
            self.orders,
            self.invocations,
            self.passed_ms / DAY_MS
        )?;
        writeln!(f, "{} faults injected:", self.faults_in_all())?;
        for (kind, count) in &self.faults {
            writeln!(f, "  {count:>9} {kind}")?;
        }
        for (decision, count) in &self.decisions {
            writeln!(f, "  {count:>9} {decision}")?;
        }
        writeln!(f, "  {:>9} numbers of stock judged as told", self.stock_judged)?;
        for broken in &self.broken {
            for violation in &broken.violations {
                writeln!(f, "seed {} breaks: {violation}", broken.seed)?;
            }
        }
        write!(f, "{} seeds broke an invariant", self.broken.len())
    }
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// What is broken on purpose.
    pub variant: Option<Variant>,
    /// Whether the first seed that breaks something is enough.
    pub until_broken: bool,
}

impl Extent {
    /// So many seeds of the bundle as it is.
    pub fn all(from: u64, seeds: u64) -> Self {
        Self {
            from,
            seeds,
            variant: None,
            until_broken: false,
        }
    }
}

/// Runs seeds on all cores.
///
/// # Errors
/// When a world cannot begin.
pub fn run_seeds(extent: Extent) -> Result<Report> {
    let begun = Instant::now();
    let report = Mutex::new(Report::default());
    let seeds = extent.from..extent.from.saturating_add(extent.seeds);
    on_all_cores(seeds, |seed| {
        let script = match extent.variant {
            None => Script::of(seed),
            Some(variant) => Script::of(seed).with(variant),
        };
        let outcome = run(script)?;
        let is_enough = extent.until_broken && !outcome.violations.is_empty();
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.add(seed, outcome);
        Ok(match is_enough {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.took = begun.elapsed();
    report.broken.sort_by_key(|broken| broken.seed);
    Ok(report)
}

/// Runs one seed, and keeps its trace.
///
/// # Errors
/// When its world cannot begin.
pub fn replay(seed: u64) -> Result<Outcome> {
    run(Script {
        keeps_text: true,
        ..Script::of(seed)
    })
}
