//! Many orders at once: made up, placed, waited for, and looked at in every system.

mod audit;
mod draft;

pub use audit::{Audit, audit, check_complete};

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::ids::OrderKey;
use futures::{StreamExt, TryStreamExt, stream};

use crate::progress;
use crate::shop::Kind;
use crate::witness::Witness;
pub(crate) use draft::{Goods, order as draft, order_of as draft_of};

/// How many orders are placed, or looked at, at the same time.
const AT_ONCE: usize = 8;
/// How often somebody who waits says how far it is.
const NEWS: Duration = Duration::from_secs(5);

/// An order of a backlog.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Which.
    pub order: OrderKey,
    /// What it costs, in cents.
    pub total_minor: u64,
}

/// An order id that no other test uses, in this process or in another.
pub fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(std::process::id());
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    // Grows by 1,000 each second and process, and by one within.
    (now % 1_000_000) * 10_000_000 + (process % 10_000) * 1_000 + NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Puts so many orders of two or three lines into the shop at once; its webhooks go out.
///
/// # Errors
/// When the gateway or the shop refuses one.
pub async fn place(witness: &Witness, count: u64) -> Result<Vec<Placed>> {
    let orders = (0..count).map(|number| async move {
        let token = witness.gateway.store_card("visa").await?;
        let (draft, total_minor) = draft(fresh_id(), number, &token);
        let id = witness.shop.place(&draft).await?;
        let order = format!("{}/{id}", Kind::Woo.store())
            .parse()
            .context("the shop's order id")?;
        Ok(Placed { order, total_minor })
    });
    stream::iter(orders).buffer_unordered(AT_ONCE).try_collect().await
}

/// Waits until the runs of these orders have ended; says how far it is.
///
/// # Errors
/// When some still run after `patience`, named.
pub async fn ended(witness: &Witness, orders: &[Placed], patience: Duration) -> Result<()> {
    let names: BTreeSet<String> = orders
        .iter()
        .map(|placed| format!("{}-1", placed.order.slug()))
        .collect();
    let begun = Instant::now();
    let mut told = begun;
    loop {
        let runs = witness.aws.states(&witness.deployed).await?;
        let ours = names.iter().filter_map(|name| runs.get(name));
        let (running, over): (Vec<_>, Vec<_>) = ours.partition(|status| status.as_str() == "RUNNING");
        if over.len() == names.len() {
            return Ok(());
        }
        if told.elapsed() > NEWS {
            told = Instant::now();
            let waiting = names.len() - running.len() - over.len();
            progress::say(format!(
                "{} orders have ended, {} are under way, {waiting} wait",
                over.len(),
                running.len()
            ));
        }
        if begun.elapsed() > patience {
            let late = names
                .iter()
                .filter(|name| runs.get(*name).is_none_or(|status| status.as_str() == "RUNNING"));
            bail!(
                "after {} s these runs have not ended: {:?}",
                patience.as_secs(),
                late.collect::<Vec<_>>()
            );
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Waits until so many of these orders are in Odoo.
///
/// # Errors
/// When they are not after the witnesses' patience.
pub async fn in_odoo(witness: &Witness, orders: &[Placed], count: usize) -> Result<()> {
    witness
        .until("the first orders in Odoo", async || {
            let items = witness
                .aws
                .items(&witness.deployed, "effect/write-order/")
                .await?;
            let written = items.iter().filter(|item| {
                let ours = |placed: &Placed| {
                    item["pk"]
                        .as_str()
                        .is_some_and(|pk| pk.contains(&format!("/{}/", placed.order)))
                };
                item["state"] == "Applied" && orders.iter().any(ours)
            });
            Ok((written.count() >= count).then_some(()))
        })
        .await
}

/// How many dead letters wait, queue by queue. Those that were taken have become reviews.
///
/// # Errors
/// When a queue does not answer.
pub async fn dead_letters(witness: &Witness) -> Result<Vec<(usize, usize)>> {
    let queues = [
        "InboxDlq",
        "OrderWorkDlq",
        "InvoiceWorkDlq",
        "AsyncDlq",
        "LastResort",
    ];
    let mut found = Vec::new();
    for queue in queues {
        found.push(witness.aws.depth(&witness.deployed, queue).await?);
    }
    Ok(found)
}
