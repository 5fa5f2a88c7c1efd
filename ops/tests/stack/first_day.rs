//! The first day with the tool: five orders are stuck for five reasons; each is found and mended as the runbooks say.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use domain::ids::OrderKey;
use end_to_end::{Paid, cash, charge, completed};
use sandbox::first_day::{MISTYPED_RATE, MISTYPED_SKU, NOT_A_NUMBER, stuck};

use super::world::{World, says, text};

/// After an outage and a renewed key, the breaker and a message given back to its queue each wait for minutes.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test]
async fn five_orders_are_stuck_and_each_is_found_and_mended() -> Result<()> {
    let mut world = World::find().await?;
    world.witness.patience = PATIENCE;
    let witness = &world.witness;
    let stuck = stuck(witness, &world.remote()).await?;

    let away = world.run(&["doctor", "--only", "odoo"])?;
    ensure!(away.code == 1, "{away:?}");
    world.remote().start_odoo().await?;
    let refuses = world.run(&["doctor", "--only", "odoo"])?;
    let found = refuses.failures("odoo");
    ensure!(says(&found, "setup odoo --new-key"), "{found:#?}");
    let waits = world.run(&["explain", &stuck.expired_key.to_string()])?;
    let outlook = &waits.json["outlook"];
    ensure!(
        outlook["needs_person"] == true
            && text(&outlook["stands"]).contains("does not accept our credentials"),
        "{outlook:#}"
    );
    let renewed = world.run(&["setup", "odoo", "--new-key"])?;
    ensure!(renewed.code == 0, "{renewed:?}");
    let well = world.run(&["doctor", "--only", "odoo"])?;
    ensure!(well.code == 0, "{well:?}");

    corrected(&world, &stuck.unknown_sku, MISTYPED_SKU, "HL-MUG-BLUE").await?;
    corrected(&world, &stuck.mismatched_tax, MISTYPED_RATE, "US-NJ-STATE-1").await?;
    corrected(&world, &stuck.poison, &format!("\"{NOT_A_NUMBER}\""), "3").await?;

    for order in [
        &stuck.expired_key,
        &stuck.mismatched_tax,
        &stuck.odoo_down,
        &stuck.poison,
        &stuck.unknown_sku,
    ] {
        completed(witness, order).await?;
        ensure!(charge(witness, order).await? == "CAPTURED", "{order}");
        let told = world.run(&["explain", &order.to_string()])?;
        ensure!(
            told.json["outlook"]["missing"] == serde_json::json!([]),
            "{:#}",
            told.json["outlook"]
        );
    }
    cash(witness, &stuck.expired_key, None, &Paid::WOO).await?;
    Ok(())
}

/// Finds the review of an order, corrects its input and sends it on its way.
async fn corrected(world: &World, order: &OrderKey, wrong: &str, right: &str) -> Result<()> {
    let told = world.run(&["explain", &order.to_string()])?;
    let review = text(&told.json["reviews"][0]["id"]);
    let shown = world.run(&["review", "show", &review, "--input"])?;
    let input = shown.json["input_text"]
        .as_str()
        .with_context(|| format!("{shown:?}"))?;
    ensure!(input.contains(wrong), "{input}");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("order.json");
    std::fs::write(&file, input.replace(wrong, right))?;
    let path = file.to_str().context("a path")?;
    let edited = world.run(&[
        "review",
        "edit",
        &review,
        "--reason",
        "a slip of the shop",
        "--file",
        path,
    ])?;
    ensure!(edited.code == 0, "{edited:?}");
    let redriven = world.run(&["review", "redrive", &review, "--reason", "corrected"])?;
    ensure!(redriven.code == 0, "{redriven:?}");
    Ok(())
}
