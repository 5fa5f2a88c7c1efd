//! A backlog: a hundred orders sent at once, and what they cost Odoo.

use std::time::{Duration, Instant};

use anyhow::Result;
use end_to_end::{backlog, witness};
use sandbox::aws::Logs;
use sandbox::progress;
use sandbox::witness::Witness;

const ORDERS: u64 = 100;
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_hundred_orders_at_once_end_complete() -> Result<()> {
    let witness = witness().await?;
    let since_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    let begun = Instant::now();
    let orders = backlog::place(&witness, ORDERS).await?;
    progress::say(format!(
        "{ORDERS} orders are placed after {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    backlog::ended(&witness, &orders, PATIENCE).await?;
    let took = begun.elapsed().as_secs_f64();
    progress::say(format!(
        "{ORDERS} orders in {took:.1} s: {:.2} orders/s",
        ORDERS as f64 / took
    ));
    let costs = [
        cost(&witness, "OrderWriter", "batch worked off", since_ms).await?,
        cost(&witness, "InvoiceWriter", "batch worked off", since_ms).await?,
        cost(&witness, "InventoryPusher", "stock read", since_ms).await?,
    ];
    let round_trips: u64 = costs.iter().sum();
    progress::say(format!(
        "round trips to Odoo for one order: {:.2}",
        round_trips as f64 / ORDERS as f64
    ));
    backlog::check_complete(&witness, &orders).await
}

/// The calls to Odoo that a function has logged; tells the sizes of its batches.
async fn cost(witness: &Witness, function: &str, message: &str, since_ms: i64) -> Result<u64> {
    let logs = Logs::connect(&witness.deployed.endpoint).await;
    let lines = logs.lines(&witness.deployed, function, message, since_ms).await?;
    anyhow::ensure!(!lines.is_empty(), "{function} has not logged {message:?}");
    let numbers = |name: &str| {
        lines
            .iter()
            .filter_map(|line| line[name].as_u64())
            .collect::<Vec<_>>()
    };
    let round_trips = numbers("odoo_round_trips");
    let total: u64 = round_trips.iter().sum();
    let (sizes, times) = (numbers("messages"), numbers("milliseconds"));
    progress::say(format!(
        "{function}: {} × {message}, {total} round trips",
        lines.len()
    ));
    if !sizes.is_empty() {
        progress::say(format!(
            "  batch sizes {sizes:?}; milliseconds {times:?}; round trips {round_trips:?}"
        ));
    }
    Ok(total)
}
