//! `setup odoo` makes what is missing, once.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn what_is_missing_is_made_once_and_what_is_there_is_kept() -> Result<()> {
    let world = World::find().await?;
    let odoo = world.witness.books.odoo();
    let lines = json!([
        ["journal_id.code", "=", "HLKWD"],
        ["name", "=", "Other card"],
        ["payment_type", "=", "inbound"]
    ]);
    let model = "account.payment.method.line";
    let found = odoo.ids(model, lines.clone()).await?;
    ensure!(found.len() == 1, "{found:?}");
    odoo.call(model, "unlink", json!({"ids": found})).await?;

    let planned = world.run(&["setup", "odoo", "--dry-run"])?;
    let nothing_yet = odoo.ids(model, lines.clone()).await?.is_empty();
    let made = world.run(&["setup", "odoo"])?;
    let again = world.run(&["setup", "odoo"])?;
    ensure!(nothing_yet, "a dry run has made something");
    ensure!(planned.json["made"] == made.json["made"], "{planned:?} {made:?}");
    let what = made.json["made"].as_array().context("nothing was made")?;
    ensure!(what.len() == 1, "{made:?}");
    ensure!(
        what[0]["key"] == "merchant_accounts.main-kwd.method_lines",
        "{made:?}"
    );
    ensure!(odoo.ids(model, lines).await?.len() == 1);
    ensure!(again.code == 0 && again.json["made"] == json!([]), "{again:?}");
    ensure!(again.json["key"]["state"] == "kept", "{again:?}");
    Ok(())
}

#[tokio::test]
async fn a_contradiction_stops_it_with_the_key_that_is_wrong() -> Result<()> {
    let world = World::find().await?;
    let odoo = world.witness.books.odoo();
    let ids = odoo
        .ids("product.product", json!([["default_code", "=", "HL-FEE"]]))
        .await?;
    let kind = |kind: &str| json!({"ids": ids, "vals": {"type": kind}});
    odoo.call("product.product", "write", kind("consu")).await?;
    let ran = world.run(&["setup", "odoo"]);
    odoo.call("product.product", "write", kind("service")).await?;
    let ran = ran?;
    ensure!(
        ran.code == 1 && ran.said.contains("HL-FEE is no service"),
        "{ran:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_administrators_key_is_not_stored_as_the_bots() -> Result<()> {
    let world = World::find().await?;
    let odoo = world.description.odoo.as_ref();
    let admin = odoo
        .and_then(|odoo| odoo.admin.as_ref())
        .context("no administrator")?;
    let mut command = world.command()?;
    command
        .env("ODOO_BOT_KEY", &admin.api_key)
        .args(["setup", "odoo", "--key-days", "30"]);
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        output.status.code() == Some(2) && said.contains("another user's"),
        "{said}"
    );
    let kept = world.run(&["setup", "odoo"])?;
    ensure!(kept.json["key"]["state"] == "kept", "{kept:?}");
    Ok(())
}
