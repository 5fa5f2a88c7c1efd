//! The functions by themselves: start, first event, own time, memory; each beside one that does nothing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use super::build::{Built, UNVERIFIED, measured};
use super::figures::Figures;
use super::platform::{Function, InstantAws, Log, Remotes};
use super::spine::{ColdStart, Driven, Spine};
use crate::progress;

/// How a function starts.
#[derive(Debug, Serialize)]
pub struct Cold {
    /// The function.
    pub name: &'static str,
    /// From the start of the process to the first question for an event.
    pub figures: Figures,
    /// Calls to AWS in that time.
    pub calls: u64,
    /// The most memory it had resident by then, KiB.
    pub peak_kib: u64,
}

/// What an event waits for that no running process takes.
#[derive(Debug, Serialize)]
pub struct First {
    /// The function, and what it did.
    pub name: &'static str,
    /// From the start of the process to the first question for an event.
    pub start: Figures,
    /// From the first event to its answer.
    pub event: Figures,
    /// The same, with the connections closed that the function had opened while it started.
    pub event_without_connections: Figures,
    /// Start and first event together.
    pub together: Figures,
    /// The median of an event that a process takes which had many before, microseconds.
    pub later_us: u64,
}

/// The own time of a function.
#[derive(Debug, Serialize)]
pub struct Own {
    /// The function, and what it did.
    pub name: &'static str,
    /// From an event to its answer.
    pub figures: Figures,
    /// The most memory it had resident, KiB.
    pub peak_kib: u64,
}

/// The functions by themselves; the empty function is the first everywhere.
#[derive(Debug, Serialize)]
pub struct Functions {
    /// Starts.
    pub cold: Vec<Cold>,
    /// First events.
    pub first: Vec<First>,
    /// Own times.
    pub own: Vec<Own>,
}

/// Starts every function so often, and drives those that need no Odoo through so many events.
///
/// # Errors
/// When a function does not start, or fails.
pub async fn measure(built: &Built, starts: usize, events: usize) -> Result<Functions> {
    let remotes = Remotes::start(None).await?;
    let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
    let cold = progress::step("cold starts", cold_starts(built, &aws, &remotes, starts)).await?;
    let spine = Spine {
        aws: &aws,
        remotes: &remotes,
        executable: |function: &str| built.executable(function),
        starts,
    };
    let driven = progress::step("first events and own time", spine.drive(events)).await?;
    Ok(Functions {
        cold,
        first: driven.iter().filter_map(first).collect(),
        own: driven.iter().filter_map(own).collect(),
    })
}

/// The functions, the empty one before them, and after them the intake that verifies nothing: a single client of AWS, made as
/// the SDK makes it by default.
fn started() -> impl Iterator<Item = &'static str> {
    measured().chain([UNVERIFIED])
}

/// Every function started in turn, round by round, so that what slows the machine down slows down all of them.
async fn cold_starts(built: &Built, aws: &InstantAws, remotes: &Remotes, starts: usize) -> Result<Vec<Cold>> {
    let mut times = vec![Vec::new(); started().count()];
    let mut most = vec![(0, 0); times.len()];
    for _ in 0..starts {
        for ((function, times), (calls, peak_kib)) in started().zip(&mut times).zip(&mut most) {
            let environment = remotes.environment(&aws.url, function);
            let log = Arc::<Log>::default();
            let before = aws.connections.requests();
            let started = Function::start(&built.executable(function), &environment, &log).await?;
            times.push(started.started_in);
            *calls = (aws.connections.requests() - before).max(*calls);
            *peak_kib = started.peak_kib()?.max(*peak_kib);
        }
    }
    let cold = started().zip(times).zip(most);
    let cold = cold.filter_map(|((name, times), (calls, peak_kib))| {
        Some(Cold {
            name,
            figures: Figures::of(&times)?,
            calls,
            peak_kib,
        })
    });
    Ok(cold.collect())
}

fn first(driven: &Driven) -> Option<First> {
    let of = |starts: &[ColdStart], time: fn(&ColdStart) -> Duration| {
        Figures::of(&starts.iter().map(time).collect::<Vec<_>>())
    };
    Some(First {
        name: driven.name,
        start: of(&driven.kept, |cold| cold.start)?,
        event: of(&driven.kept, |cold| cold.event)?,
        event_without_connections: of(&driven.closed, |cold| cold.event)?,
        together: of(&driven.kept, |cold| cold.start + cold.event)?,
        later_us: Figures::of(&driven.times)?.median_us,
    })
}

fn own(driven: &Driven) -> Option<Own> {
    Some(Own {
        name: driven.name,
        figures: Figures::of(&driven.times)?,
        peak_kib: driven.peak_kib,
    })
}
