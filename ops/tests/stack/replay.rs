//! An event let in again, or only looked at.

use anyhow::{Context, Result, ensure};
use end_to_end::{completed, place, woo_order};
use serde_json::Value;

use super::world::{World, text};

/// Every item that speaks of the order, with its version: what has been written since would show.
async fn items(world: &World, slug: &str, order: &str) -> Result<Vec<Value>> {
    let witness = &world.witness;
    let mut all = Vec::new();
    for prefix in [
        "order/",
        "content/",
        "payload/",
        "review/",
        "effect/",
        "breaker/",
        "payment-used/",
    ] {
        let found = witness.aws.items(&witness.deployed, prefix).await?;
        let ours = |item: &Value| item.to_string().contains(slug) || item.to_string().contains(order);
        all.extend(found.into_iter().filter(ours));
    }
    all.sort_by_key(|item| text(&item["pk"]));
    Ok(all)
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_done_and_touches_nothing() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    completed(witness, &order).await?;
    let payloads = witness
        .aws
        .items(&witness.deployed, &format!("payload/{}_", order.slug()))
        .await?;
    let first = payloads
        .iter()
        .map(|item| text(&item["pk"]))
        .min()
        .context("no event was kept")?;
    let event = first.trim_start_matches("payload/");
    // The echoes of our own writes are let in before it is looked at.
    witness
        .until("a quiet inbox", async || {
            Ok((witness.aws.depth(&witness.deployed, "Inbox").await? == (0, 0)).then_some(()))
        })
        .await?;
    let before = items(&world, &order.slug(), &order.to_string()).await?;
    let ran = world.run(&["replay", "--dry-run", event])?;
    ensure!(ran.code == 0 && ran.json["replayed"] == false, "{ran:?}");
    ensure!(
        ran.json["decision"] == "ignore" && ran.json["order"] == order.to_string(),
        "{ran:?}"
    );
    let told = world.told(&["replay", "--dry-run", event])?;
    ensure!(
        told.contains("would: do nothing") && told.contains("nothing was touched"),
        "{told}"
    );
    let after = items(&world, &order.slug(), &order.to_string()).await?;
    ensure!(before == after, "something was written");

    let asked = world.run(&["replay", event, "--reason", "a test"])?;
    ensure!(asked.code == 2 && asked.said.contains("--yes"), "{asked:?}");
    let ran = world.run(&["replay", event, "--reason", "a test", "--yes"])?;
    ensure!(ran.code == 0 && ran.json["replayed"] == true, "{ran:?}");
    let unknown = world.run(&["replay", "--dry-run", "woo_1_1"])?;
    ensure!(
        unknown.code == 2 && unknown.said.contains("no payload"),
        "{unknown:?}"
    );
    Ok(())
}
