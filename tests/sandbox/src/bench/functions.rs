//! The functions by themselves: size, start, own time, memory; each beside one that does nothing.

use std::sync::Arc;

use anyhow::Result;
use serde::Serialize;

use super::build::{Built, Size, measured};
use super::figures::Figures;
use super::platform::{Function, InstantAws, Log, Remotes};
use super::spine::Spine;
use crate::progress;

/// The size of a function and how it starts.
#[derive(Debug, Serialize)]
pub struct Cold {
    /// The function.
    pub name: &'static str,
    /// How large it is.
    pub size: Size,
    /// From the start of the process to the first question for an event.
    pub figures: Figures,
    /// The most memory it had resident by then, KiB.
    pub peak_kib: u64,
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

/// The functions by themselves.
#[derive(Debug, Serialize)]
pub struct Functions {
    /// Sizes and starts; the empty function first.
    pub cold: Vec<Cold>,
    /// Own times; the empty function first.
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
    };
    let driven = progress::step("own time", spine.drive(events)).await?;
    let own = driven.into_iter().filter_map(|driven| {
        Some(Own {
            figures: Figures::of(&driven.times)?,
            name: driven.name,
            peak_kib: driven.peak_kib,
        })
    });
    Ok(Functions {
        cold,
        own: own.collect(),
    })
}

/// Every function started in turn, round by round, so that what slows the machine down slows down all of them.
async fn cold_starts(built: &Built, aws: &InstantAws, remotes: &Remotes, starts: usize) -> Result<Vec<Cold>> {
    let mut times = vec![Vec::new(); measured().count()];
    let mut memory = vec![0; times.len()];
    for _ in 0..starts {
        for ((function, times), peak_kib) in measured().zip(&mut times).zip(&mut memory) {
            let environment = remotes.environment(&aws.url, function);
            let log = Arc::<Log>::default();
            let started = Function::start(&built.executable(function), &environment, &log).await?;
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
