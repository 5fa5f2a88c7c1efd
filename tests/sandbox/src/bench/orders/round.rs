//! A round: so many orders at once, from the shop's webhooks to paid invoices.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use asl::Status;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::backlog;
use crate::bench::platform::{Cloud, OdooWork, Ran, Remotes, Running};
use crate::odoo::Caller;
use crate::shop::{Draft, Kind};

/// Orders placed at the same time.
const AT_ONCE: usize = 8;
/// No order takes longer.
const PATIENCE: Duration = Duration::from_secs(600);
/// The functions that call Odoo.
pub const WRITERS: [&str; 3] = ["order-writer", "invoice-writer", "inventory-pusher"];

/// What a round came to.
pub struct Round {
    /// From an order's first webhook to its paid invoice.
    pub latencies: Vec<Duration>,
    /// From the first webhook of all to the last paid invoice.
    pub took: Duration,
    /// State transitions of all runs.
    pub transitions: u64,
    /// Work with Odoo, by function.
    pub work: BTreeMap<&'static str, Vec<OdooWork>>,
}

/// Places so many orders, each of a new customer, and waits until all are paid, invoiced and told.
///
/// # Errors
/// As [`play_drafts`].
pub async fn play(running: &mut Running, remotes: &Remotes, orders: u64) -> Result<Round> {
    let draft = |id: u64, number: u64, token: &str| {
        // The peers write a new customer for each order, too.
        let (draft, _) = backlog::draft(id, number, token);
        draft.customer(id, &format!("customer{id}@example.com"))
    };
    play_drafts(running, remotes, orders, &draft).await
}

/// Places so many orders and waits until all are paid, invoiced and told. `draft` makes an order of its id, its place in
/// the round, and a token.
///
/// # Errors
/// When an order does not come to its end, or Odoo does not hold one paid invoice for each.
pub async fn play_drafts(
    running: &mut Running,
    remotes: &Remotes,
    orders: u64,
    draft: &impl Fn(u64, u64, &str) -> Draft,
) -> Result<Round> {
    let odoo = remotes.odoo.as_ref().context("a round needs an Odoo")?.as_bot()?;
    let paid_before = paid_invoices(&odoo).await?;
    let work_before = counts(&running.cloud)?;
    place(remotes, orders, draft).await?;
    let mut ran = Vec::new();
    while ran.len() < usize::try_from(orders)? {
        let next = tokio::time::timeout(PATIENCE, running.ran.recv()).await;
        let next = next.context("an order does not come to its end")?;
        ran.push(next.context("the cloud has ended")??);
    }
    let paid = paid_invoices(&odoo).await? - paid_before;
    ensure!(
        paid == orders,
        "{orders} orders, but {paid} paid invoices in Odoo"
    );
    let mut round = summed(running, &ran)?;
    for (function, before) in work_before {
        let work = running.cloud.pool(function)?.odoo_work();
        round.work.insert(function, work[before..].to_vec());
    }
    Ok(round)
}

fn summed(running: &Running, ran: &[Ran]) -> Result<Round> {
    let mut latencies = Vec::with_capacity(ran.len());
    let mut span: Option<(Instant, Instant)> = None;
    for run in ran {
        if run.status != Some(Status::Succeeded) {
            bail!("{} ended as {:?}", run.name, run.status);
        }
        let order = run.name.split(['_', '-']).nth(1).unwrap_or_default();
        let arrived = running.endpoint.arrived(order).context("no webhook came")?;
        let invoiced = run.invoiced.context("no invoice was written")?;
        latencies.push(invoiced.duration_since(arrived));
        span = Some(span.map_or((arrived, invoiced), |(first, last)| {
            (first.min(arrived), last.max(invoiced))
        }));
    }
    let (first, last) = span.context("nothing ran")?;
    Ok(Round {
        latencies,
        took: last.duration_since(first),
        transitions: ran.iter().map(|run| u64::from(run.transitions)).sum(),
        work: BTreeMap::new(),
    })
}

fn counts(cloud: &Cloud) -> Result<Vec<(&'static str, usize)>> {
    let counts = WRITERS
        .iter()
        .map(|function| Ok((*function, cloud.pool(function)?.odoo_work().len())));
    counts.collect()
}

async fn place(remotes: &Remotes, orders: u64, draft: &impl Fn(u64, u64, &str) -> Draft) -> Result<()> {
    let (shop, gateway) = (remotes.shop.control(), remotes.gateway.control());
    let (shop, gateway) = (&shop, &gateway);
    let drafts = (0..orders).map(|number| async move {
        let token = gateway.store_card("visa").await?;
        anyhow::Ok(shop.place(&draft(backlog::fresh_id(), number, &token)).await?)
    });
    let placed: Vec<String> = stream::iter(drafts)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    ensure!(placed.len() as u64 == orders, "not all orders were placed");
    Ok(())
}

async fn paid_invoices(odoo: &Caller) -> Result<u64> {
    let paid = json!([
        ["move_type", "=", "out_invoice"],
        ["state", "=", "posted"],
        ["payment_state", "in", ["paid", "in_payment"]]
    ]);
    let count = odoo
        .call("account.move", "search_count", json!({"domain": paid}))
        .await?;
    count.as_u64().context("a count is a number")
}

/// Has the shop tell its orders to the endpoint from now on.
///
/// # Errors
/// When the shop does not answer.
pub async fn listen(running: &Running, remotes: &Remotes) -> Result<()> {
    let url = format!("{}/{}", running.endpoint.url, Kind::Woo.store());
    Ok(remotes.shop.control().subscribe(Kind::Woo, &url).await?)
}
