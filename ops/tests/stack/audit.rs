//! The audit trail as the operator's tool shows it.

use anyhow::{Context, Result, ensure};
use end_to_end::{completed, place, woo_order};
use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn an_orders_trail_is_shown_verified_and_exported() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    completed(witness, &order).await?;
    let name = order.to_string();
    let shown = witness
        .until("the trail of the order", async || {
            let ran = world.run(&["audit", "show", &name])?;
            let facts = ran.json["entries"].to_string();
            Ok((facts.contains("write-invoice") && facts.contains("completed")).then_some(ran))
        })
        .await?;
    ensure!(shown.code == 0, "{shown:?}");
    let verified = witness
        .until("a whole trail", async || {
            let ran = world.run(&["audit", "verify", &name])?;
            Ok((ran.code == 0).then_some(ran))
        })
        .await?;
    ensure!(verified.json["findings"] == json!([]), "{verified:?}");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("trail.jsonl");
    let path = file.to_str().context("a path")?;
    let exported = world.run(&["audit", "export", &name, "--to", path])?;
    ensure!(exported.code == 0, "{exported:?}");
    let text = std::fs::read_to_string(&file)?;
    for line in text.lines() {
        let row: Value = serde_json::from_str(line)?;
        ensure!(row["seal"].is_string(), "{row}");
    }
    ensure!(
        exported.json["rows"] == json!(text.lines().count()),
        "{exported:?}"
    );
    let again = world.run(&["audit", "export", &name, "--to", path])?;
    ensure!(
        again.code == 2 && again.said.contains("is there already"),
        "a file that is there is not overwritten: {again:?}"
    );
    let nobody = world.run(&["audit", "show", "woo/999999999999"])?;
    ensure!(nobody.code == 2, "{nobody:?}");
    let empty = folder.path().join("empty.jsonl");
    let path = empty.to_str().context("a path")?;
    let nobody = world.run(&["audit", "export", "woo/999999999999", "--to", path])?;
    ensure!(nobody.code == 2 && !empty.exists(), "{nobody:?}");
    let nobody = world.run(&["audit", "verify", "woo/999999999999"])?;
    ensure!(nobody.code == 2 && nobody.said.contains("no trail"), "{nobody:?}");
    Ok(())
}
