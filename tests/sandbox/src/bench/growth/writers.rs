//! The functions that write to Odoo, one order at a time.

use std::time::Duration;

use anyhow::{Context, Result};

use super::basket;
use super::books::FEW;
use super::series::Measured;
use crate::bench::build::Built;
use crate::bench::figures::Figures;
use crate::bench::orders::{Round, listen, play_drafts};
use crate::bench::platform::{Remotes, Running, Settings};
use crate::shop::Draft;

/// Whose work is measured: what follows a payment is not part of an order's way to its invoice.
const MEASURED: [&str; 2] = ["order-writer", "invoice-writer"];

/// Takes so many orders to their paid invoices, one after the other, by new processes that a small order has warmed up.
/// There are at least [`FEW`] products.
///
/// # Errors
/// When a part does not start, or an order does not come to its end.
pub async fn one_at_a_time(
    built: &Built,
    remotes: &Remotes,
    orders: usize,
    draft: &impl Fn(u64, u64, &str) -> Draft,
) -> Result<Vec<(&'static str, Measured)>> {
    let settings = Settings {
        writers: 1,
        // Nobody comes whom an order that is alone could wait for.
        window: Duration::ZERO,
        ..Settings::default()
    };
    let mut running = Running::start(remotes, |function| built.executable(function), settings).await?;
    listen(&running, remotes).await?;
    // A large one would take as long as what is measured.
    let small = |id: u64, _: u64, token: &str| basket::order(id, 1, FEW, token);
    play_drafts(&mut running, remotes, 1, &small).await?;
    let mut rounds = Vec::new();
    for _ in 0..orders {
        rounds.push(play_drafts(&mut running, remotes, 1, draft).await?);
    }
    let usage = running.cloud.usage()?;
    MEASURED
        .into_iter()
        .map(|function| {
            let of = usage.get(function).context("no such function")?;
            Ok((function, measured(function, &rounds, of.peak_kib)?))
        })
        .collect()
}

fn measured(function: &str, rounds: &[Round], peak_kib: u64) -> Result<Measured> {
    let work = |round: &Round| round.work.get(function).cloned().unwrap_or_default();
    let times: Vec<Duration> = rounds
        .iter()
        .map(|round| work(round).iter().filter_map(|work| work.milliseconds).sum())
        .map(Duration::from_millis)
        .collect();
    let trips: u64 = rounds.iter().flat_map(work).map(|work| work.round_trips).sum();
    Ok(Measured {
        median_us: Figures::of(&times).context("no order was written")?.median_us,
        peak_kib,
        round_trips: (trips * 100).checked_div(rounds.len() as u64),
    })
}
