//! Odoo dies in the middle of a backlog and comes back: everything completes by itself, nothing twice.
//! Runs alone: while it runs nobody else can use Odoo.

use std::time::Duration;

use anyhow::Result;
use end_to_end::{backlog, witness};
use sandbox::progress;
use sandbox::witness::Witness;
use sandbox::world::Remote;

const ORDERS: u64 = 50;
/// How many orders Odoo has when it dies.
const WRITTEN: usize = 10;
const AWAY: Duration = Duration::from_secs(20);
/// Breaker, messages given back and steps repeated all wait for a minute or two after such an outage.
const PATIENCE: Duration = Duration::from_secs(480);

#[tokio::test]
async fn odoo_dies_in_the_middle_and_everything_completes() -> Result<()> {
    let witness = witness().await?;
    let world = Remote::find()?;
    let letters_before = dead_letters(&witness).await?;
    let orders = backlog::place(&witness, ORDERS).await?;
    in_odoo(&witness, &orders).await?;
    world.kill_odoo().await?;
    progress::say("Odoo is killed");
    tokio::time::sleep(AWAY).await;
    world.start_odoo().await?;
    progress::say("Odoo is back");
    backlog::ended(&witness, &orders, PATIENCE).await?;
    backlog::check_complete(&witness, &orders).await?;
    for placed in &orders {
        let reviews = witness.reviews_of(placed.order.id.as_str()).await?;
        assert!(reviews.is_empty(), "a person was needed: {reviews:?}");
    }
    assert_eq!(dead_letters(&witness).await?, letters_before, "dead letters");
    Ok(())
}

/// Waits until some of the orders are in Odoo.
async fn in_odoo(witness: &Witness, orders: &[backlog::Placed]) -> Result<()> {
    witness
        .until("the first orders in Odoo", async || {
            let items = witness
                .aws
                .items(&witness.deployed, "effect/write-order/")
                .await?;
            let written = items.iter().filter(|item| {
                let ours = |placed: &&backlog::Placed| {
                    item["pk"]
                        .as_str()
                        .is_some_and(|pk| pk.contains(&format!("/{}/", placed.order)))
                };
                orders.iter().find(ours).is_some() && item["state"] == "Applied"
            });
            Ok((written.count() >= WRITTEN).then_some(()))
        })
        .await
}

/// How many dead letters wait, queue by queue. Those that were taken have become reviews.
async fn dead_letters(witness: &Witness) -> Result<Vec<(usize, usize)>> {
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
