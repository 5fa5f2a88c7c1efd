//! Crash points: every await on a port, found by running each story once, is cut off before its effect and after it.

use crate::{
    cores::on_all_cores,
    fault::{Point, Port},
    function::Function,
    invariants::Violation,
    plan::Cut,
    platform::engine,
    ports::GATEWAY_EFFECTS,
    run::{Outcome, run},
    stories::{STORIES, Story},
};
use anyhow::{Result, bail};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A call that did not end as it should when it was cut off.
#[derive(Debug)]
pub struct BadCut {
    /// The story.
    pub story: &'static str,
    /// The call.
    pub point: Point,
    /// Its number, and the side of its effect.
    pub cut: Cut,
    /// Whether it was delivered once more, beside the retry.
    pub twice: bool,
    /// What was wrong.
    pub violations: Vec<Violation>,
}

/// What came of cutting everything off.
#[derive(Debug, Default)]
pub struct CrashReport {
    /// Different points, by function.
    pub points: BTreeMap<Function, BTreeSet<String>>,
    /// Functions some call of which changes something.
    effectful: BTreeSet<Function>,
    /// The states the stories come to.
    states: BTreeSet<String>,
    /// Effects at the gateway the stories bring about.
    gateway: BTreeSet<&'static str>,
    /// How many calls of each story are cut off.
    pub cuts: BTreeMap<&'static str, usize>,
    /// Worlds that were run.
    pub runs: usize,
    /// Cuts that did not end as they should.
    pub bad: Vec<BadCut>,
}

impl CrashReport {
    /// All points.
    pub fn points_in_all(&self) -> usize {
        self.points.values().map(BTreeSet::len).sum()
    }

    /// What no story comes to: functions none of whose calls was ever seen to change anything, states of the state
    /// machine, effects of the gateway.
    ///
    /// # Errors
    /// When there is no state machine.
    pub fn not_covered(&self) -> Result<Vec<String>> {
        let functions = Function::ALL.into_iter();
        let functions = functions.filter(|function| !self.effectful.contains(function));
        let machine = engine::machine()?;
        let states = machine.states().filter(|state| !self.states.contains(*state));
        let effects = GATEWAY_EFFECTS.into_iter();
        let effects = effects.filter(|effect| !self.gateway.contains(effect));
        Ok(functions
            .map(|function| function.to_string())
            .chain(states.map(str::to_owned))
            .chain(effects.map(|effect| format!("gateway.{effect}")))
            .collect())
    }

    /// Takes up a story that was not disturbed; the calls of it that are to be cut off.
    fn take(&mut self, base: &Outcome) -> Vec<usize> {
        self.states.extend(base.states.iter().cloned());
        let mut seen = BTreeSet::new();
        let mut cuts = Vec::new();
        for (at, point) in base.calls.iter().enumerate() {
            if point.changes {
                self.effectful.insert(point.function);
            }
            if point.changes && point.port == Port::Gateway {
                self.gateway.insert(point.operation);
            }
            let points = self.points.entry(point.function).or_default();
            points.insert(kind_of(point));
            // What is done again and again is cut off the first time.
            if !point.routine || seen.insert((point.function, point.to_string())) {
                cuts.push(at);
            }
        }
        cuts
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (function, points) in &self.points {
            writeln!(f, "  {:>5} points of {function}", points.len())?;
        }
        for (story, cuts) in &self.cuts {
            writeln!(f, "  {cuts:>5} calls cut off in the story \"{story}\"")?;
        }
        for bad in &self.bad {
            let side = if bad.cut.after { "after" } else { "before" };
            let twice = if bad.twice { ", delivered again" } else { "" };
            writeln!(
                f,
                "{}: {} cut off {side} {} (call {}){twice}",
                bad.story, bad.point.function, bad.point, bad.cut.at
            )?;
            for violation in &bad.violations {
                writeln!(f, "    {violation}")?;
            }
        }
        writeln!(
            f,
            "{} stories come to {} states and bring about {} effects at the gateway",
            STORIES.len(),
            self.states.len(),
            self.gateway.len()
        )?;
        write!(
            f,
            "{} crash points, each before its effect and after it: {} worlds, {} did not end as they should",
            self.points_in_all(),
            self.runs,
            self.bad.len()
        )
    }
}

/// Cuts every call of every story off.
///
/// # Errors
/// When a world cannot begin, a story breaks something by itself or does not go the same way twice, or there is
/// something no story comes to.
pub fn crash_everywhere() -> Result<CrashReport> {
    let bases = Mutex::new(BTreeMap::new());
    on_all_cores(STORIES.iter().enumerate(), |(place, story)| {
        let base = run(story.script(None, false))?;
        if let Some(violation) = base.violations.first() {
            let runs = base.runs.join("; ");
            bail!("{:?} breaks without any cut: {violation}; {runs}", story.name);
        }
        bases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place, base);
        Ok(ControlFlow::Continue(()))
    })?;
    let bases = bases.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut report = CrashReport::default();
    let mut jobs = Vec::new();
    for (story, base) in STORIES.iter().zip(bases.values()) {
        let cuts = report.take(base);
        report.cuts.insert(story.name, cuts.len());
        jobs.extend(cuts.into_iter().map(|at| (story, base, at)));
    }
    let missing = report.not_covered()?;
    if !missing.is_empty() {
        bail!("no story comes to {}", missing.join(", "));
    }
    let (runs, bad) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    on_all_cores(jobs.into_iter(), |(story, base, at)| {
        for (after, twice) in worlds(at, base.calls[at].changes) {
            let found = cut_off(story, base, Cut { at, after }, twice)?;
            runs.fetch_add(1, Ordering::Relaxed);
            bad.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    report.runs = runs.into_inner();
    report.bad = bad.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(report)
}

/// The sides of a call's effect on which it is cut off, and whether it is delivered once more. What changes nothing has one
/// side; whether it is delivered once more goes by turns.
fn worlds(at: usize, changes: bool) -> Vec<(bool, bool)> {
    match changes {
        true => vec![(false, false), (true, false), (false, true), (true, true)],
        false => vec![(false, at % 2 == 1)],
    }
}

/// A point as it is counted: the call, whatever order it is about.
fn kind_of(point: &Point) -> String {
    let subject = point.subject.split('/').next().unwrap_or_default();
    let subject = if subject.chars().any(|c| c.is_ascii_digit()) {
        ""
    } else {
        subject
    };
    let state = point
        .subject
        .rsplit(' ')
        .next()
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    format!(
        "{}.{} {subject} {}",
        point.port,
        point.operation,
        state.unwrap_or_default()
    )
}

/// Runs a story with one call cut off. What did not end as it should.
fn cut_off(story: &Story, base: &Outcome, cut: Cut, twice: bool) -> Result<Option<BadCut>> {
    let outcome = run(story.script(Some(cut), twice))?;
    let point = &base.calls[cut.at];
    if outcome.calls.get(cut.at) != Some(point) {
        bail!(
            "{:?} does not go the same way twice: call {} was {point}",
            story.name,
            cut.at
        );
    }
    let mut violations = outcome.violations;
    if violations.is_empty() && !story.ends_as(&outcome.ends, &base.ends) {
        violations.push(Violation {
            invariant: "an order ends as it would have without a crash",
            what: format!("{:?} instead of {:?}", outcome.ends, base.ends),
        });
    }
    Ok((!violations.is_empty()).then(|| BadCut {
        story: story.name,
        point: point.clone(),
        cut,
        twice,
        violations,
    }))
}
