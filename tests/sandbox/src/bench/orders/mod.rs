//! Order to cash against the real Odoo: the functions, a plain client, and Odoo's own ORM, in one run.

mod round;
mod sweep;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use super::build::Built;
use super::figures::Figures;
use super::peers::{self, Peer};
use super::platform::{OdooWork, Remotes, Running, Settings};
use crate::odoo::{Access, RunningOdoo, WORKERS};
use crate::places::Places;
use crate::progress;

pub use round::{Round, WRITERS, listen, play, play_drafts};
pub use sweep::{Extent, Sweep, sweep};

/// Orders outstanding at once, and how many rounds of them.
const OUTSTANDING: [(u64, usize); 4] = [(1, 5), (10, 1), (100, 1), (500, 1)];
/// The same, to try the measuring.
const QUICK: [(u64, usize); 2] = [(1, 3), (20, 1)];
/// Orders that plain clients write, each of which takes two seconds.
const PLAIN_ORDERS: usize = 14;
/// Orders that the ORM writes.
const ORM_ORDERS: usize = 40;
/// The same, to try the measuring.
const QUICK_PEER_ORDERS: usize = 6;
/// Orders of the ORM in one transaction: as in our batches, and the same number for each process.
const ORM_BATCH: usize = 10;
/// What is ordered, and how much of it there is.
const GOODS: [&str; 3] = ["HL-COFFEE-1KG", "HL-FILTER-100", "HL-MUG-BLUE"];
const STOCK: u32 = 100_000;
/// Orders that warm everything up.
const WARM_UP: u64 = 4;

/// Our functions at some load.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Orders outstanding at the beginning of a round.
    pub outstanding: u64,
    /// Rounds.
    pub rounds: usize,
    /// Orders in all.
    pub orders: u64,
    /// Orders per 100 seconds, over all rounds.
    pub per_100_s: u64,
    /// From webhook to paid invoice.
    pub latency: Figures,
    /// Hundredths of requests to Odoo per order, by function.
    pub round_trips: BTreeMap<&'static str, u64>,
    /// Hundredths of messages in a batch, by function.
    pub batch: BTreeMap<&'static str, u64>,
    /// Milliseconds that the writers spent with their batches, per order.
    pub writer_ms: u64,
    /// State transitions per order, hundredths.
    pub transitions: u64,
}

impl Row {
    /// Hundredths of requests to Odoo per order.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.values().sum()
    }
}

/// Everything that was measured with the real Odoo.
#[derive(Clone, Debug, Serialize)]
pub struct Orders {
    /// Odoo's workers.
    pub workers: u32,
    /// Ours.
    pub rows: Vec<Row>,
    /// A plain client, one order after the other.
    pub plain: Peer,
    /// Plain clients, as many as Odoo has workers.
    pub plain_parallel: Peer,
    /// Odoo's own ORM, as many processes as it has workers.
    pub floor: Peer,
}

/// Measures all of it.
///
/// # Errors
/// When a part does not start, or an order does not come to its end.
pub async fn measure(places: &Places, built: &Built, quick: bool) -> Result<Orders> {
    let mut odoo = RunningOdoo::start(places, "bench").await?;
    let rounds = if quick { &QUICK[..] } else { &OUTSTANDING[..] };
    let of_peer = |full| if quick { QUICK_PEER_ORDERS } else { full };
    let workers = usize::try_from(WORKERS)?;
    let access = anew(&mut odoo).await?;
    let plain = progress::step(
        "plain client",
        peers::plain(places, &access, of_peer(PLAIN_ORDERS), 1),
    )
    .await?;
    anew(&mut odoo).await?;
    let plain_parallel = peers::plain(places, &access, of_peer(PLAIN_ORDERS), workers);
    let plain_parallel = progress::step("plain clients side by side", plain_parallel).await?;
    anew(&mut odoo).await?;
    let floor = peers::floor(places, &odoo, of_peer(ORM_ORDERS), workers, ORM_BATCH);
    let floor = progress::step("Odoo's own ORM", floor).await?;
    anew(&mut odoo).await?;
    let remotes = Remotes::start(Some(access)).await?;
    let rows = ours(built, &remotes, Settings::default(), rounds).await?;
    Ok(Orders {
        workers: WORKERS,
        rows,
        plain,
        plain_parallel,
        floor,
    })
}

/// An Odoo without a document, and with goods for all orders: where goods run out, Odoo has less to do. How to reach it.
pub async fn anew(odoo: &mut RunningOdoo) -> Result<Access> {
    odoo.reset_database().await?;
    let access = odoo.access().clone();
    let admin = access.as_admin()?;
    let context = json!({"inventory_mode": true});
    let domain = json!([
        ["product_id.default_code", "in", GOODS],
        ["location_id.usage", "=", "internal"]
    ]);
    let quants = admin
        .call("stock.quant", "search", json!({"domain": domain}))
        .await?;
    let values = json!({"inventory_quantity": STOCK});
    admin
        .call(
            "stock.quant",
            "write",
            json!({"ids": quants, "vals": values, "context": context}),
        )
        .await?;
    admin
        .call(
            "stock.quant",
            "action_apply_inventory",
            json!({"ids": quants, "context": context}),
        )
        .await?;
    Ok(access)
}

/// Our functions, at these loads.
///
/// # Errors
/// As [`play`].
pub async fn ours(
    built: &Built,
    remotes: &Remotes,
    settings: Settings,
    loads: &[(u64, usize)],
) -> Result<Vec<Row>> {
    let mut running = Running::start(remotes, |function| built.executable(function), settings).await?;
    listen(&running, remotes).await?;
    play(&mut running, remotes, WARM_UP).await?;
    let mut rows = Vec::new();
    for &(outstanding, rounds) in loads {
        let name = format!("{outstanding} outstanding");
        rows.push(progress::step(&name, row(&mut running, remotes, outstanding, rounds)).await?);
    }
    Ok(rows)
}

async fn row(running: &mut Running, remotes: &Remotes, outstanding: u64, rounds: usize) -> Result<Row> {
    let (mut latencies, mut took, mut transitions) = (Vec::new(), Duration::ZERO, 0);
    let mut work: BTreeMap<&'static str, Vec<OdooWork>> = BTreeMap::new();
    for _ in 0..rounds {
        let round = play(running, remotes, outstanding).await?;
        latencies.extend(round.latencies);
        took += round.took;
        transitions += round.transitions;
        for (function, more) in round.work {
            work.entry(function).or_default().extend(more);
        }
    }
    let orders = latencies.len() as u64;
    let per_order = |total: u64| (total * 100).checked_div(orders).unwrap_or_default();
    let sum = |of: &[OdooWork], what: fn(&OdooWork) -> u64| of.iter().map(what).sum::<u64>();
    let batch = |of: &Vec<OdooWork>| {
        let messages = sum(of, |work| work.messages.unwrap_or_default());
        (messages * 100).checked_div(of.len() as u64).unwrap_or_default()
    };
    let milliseconds: u64 = work
        .values()
        .map(|work| sum(work, |work| work.milliseconds.unwrap_or_default()))
        .sum();
    Ok(Row {
        outstanding,
        rounds,
        orders,
        per_100_s: (orders * 100_000)
            .checked_div(u64::try_from(took.as_millis())?)
            .unwrap_or_default(),
        latency: Figures::of(&latencies).unwrap_or_default(),
        round_trips: work
            .iter()
            .map(|(function, work)| (*function, per_order(sum(work, |work| work.round_trips))))
            .collect(),
        batch: work
            .iter()
            .map(|(function, work)| (*function, batch(work)))
            .collect(),
        writer_ms: milliseconds.checked_div(orders).unwrap_or_default(),
        transitions: per_order(transitions),
    })
}
