//! How many batches at once, how large they are, how long the first waits for others: the same backlog, one set-up after
//! the other.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::{Row, anew, ours};
use crate::bench::build::Built;
use crate::bench::platform::{Remotes, Settings};
use crate::odoo::{RunningOdoo, WORKERS};
use crate::places::Places;

/// What is swept over.
#[derive(Args, Clone, Debug)]
pub struct Extent {
    /// Sweep: orders outstanding at once.
    #[arg(long, default_value_t = 100)]
    at_once: u64,
    /// Sweep: batches that each writer works on at once.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4")]
    writers: Vec<usize>,
    /// Sweep: the most orders in a batch.
    #[arg(long, value_delimiter = ',', default_value = "1,5,10,25")]
    batches: Vec<usize>,
    /// Sweep: seconds that the first order or invoice of a batch waits for others.
    #[arg(long, value_delimiter = ',', default_value = "0,1")]
    windows: Vec<u64>,
}

/// A set-up, and what it came to.
#[derive(Clone, Debug, Serialize)]
pub struct SetUp {
    /// Batches that each writer works on at once.
    pub writers: usize,
    /// The most orders in a batch.
    pub batch: usize,
    /// Seconds that the first order or invoice of a batch waits for others.
    pub window_s: u64,
    /// What it came to.
    pub row: Row,
}

/// All set-ups.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    /// Odoo's workers.
    pub workers: u32,
    /// One for each.
    pub set_ups: Vec<SetUp>,
}

/// Plays the same backlog with every set-up.
///
/// # Errors
/// As the rounds.
pub async fn sweep(places: &Places, built: &Built, extent: &Extent) -> Result<Sweep> {
    let mut odoo = RunningOdoo::start(places, "bench").await?;
    let mut set_ups = Vec::new();
    for &batch in &extent.batches {
        for &writers in &extent.writers {
            for &window_s in &extent.windows {
                let remotes = Remotes::start(Some(anew(&mut odoo).await?)).await?;
                let settings = Settings {
                    writers,
                    batch,
                    window: Duration::from_secs(window_s),
                    ..Settings::default()
                };
                let rows = ours(built, &remotes, settings, &[(extent.at_once, 1)]).await?;
                let set_up = |row| SetUp {
                    writers,
                    batch,
                    window_s,
                    row,
                };
                set_ups.extend(rows.into_iter().map(set_up));
            }
        }
    }
    Ok(Sweep {
        workers: WORKERS,
        set_ups,
    })
}
