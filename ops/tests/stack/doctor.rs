//! `doctor` is content with a healthy world, and names what is wrong with a sick one.

use anyhow::{Result, ensure};
use sandbox::shop::Kind;
use serde_json::{Value, json};

use super::world::{World, says};

/// What waits, for people or for a system, comes and goes with what other tests leave behind, and nobody's mail is
/// subscribed here; everything else has to be well.
const FOR_PEOPLE: [&str; 5] = ["alarms", "reviews", "queues", "breakers", "people"];

#[tokio::test]
async fn a_healthy_world_is_well() -> Result<()> {
    let world = World::find().await?;
    let ran = world.run(&["doctor"])?;
    let findings = ran.json["findings"].as_array().cloned().unwrap_or_default();
    let wrong: Vec<&Value> = findings
        .iter()
        .filter(|f| f["level"] == "failure" && !FOR_PEOPLE.iter().any(|check| f["check"] == *check))
        .collect();
    ensure!(wrong.is_empty(), "{wrong:#?}\n{}", ran.said);
    for check in [
        "credentials",
        "clock",
        "stack",
        "table",
        "audit",
        "queues",
        "functions",
        "workflow",
        "schedules",
        "secrets",
        "breakers",
        "odoo",
        "heartland",
        "shops",
        "alarms",
        "reviews",
        "people",
    ] {
        ensure!(
            findings.iter().any(|f| f["check"] == check),
            "{check} was not checked: {findings:#?}"
        );
    }
    let only = world.run(&[
        "doctor",
        "--only",
        "odoo",
        "--only",
        "shops",
        "--only",
        "heartland",
    ])?;
    ensure!(only.code == 0, "{only:?}");
    let told = world.told(&["doctor", "--only", "stack"])?;
    ensure!(told.contains("everything works"), "{told}");
    Ok(())
}

#[tokio::test]
async fn an_archived_journal_is_named_with_its_key() -> Result<()> {
    let world = World::find().await?;
    let odoo = world.witness.books.odoo();
    let ids = odoo
        .ids("account.journal", json!([["code", "=", "HLKWD"]]))
        .await?;
    let active = |is: bool| json!({"ids": ids, "vals": {"active": is}});
    odoo.call("account.journal", "write", active(false)).await?;
    let ran = world.run(&["doctor", "--only", "odoo"]);
    odoo.call("account.journal", "write", active(true)).await?;
    let ran = ran?;
    let wrong = ran.failures("odoo");
    ensure!(ran.code == 1 && wrong.len() == 1, "{ran:?}");
    ensure!(
        says(&wrong, "merchant_accounts.main-kwd.journal") && says(&wrong, "HLKWD"),
        "{wrong:?}"
    );
    ensure!(world.run(&["doctor", "--only", "odoo"])?.code == 0);
    Ok(())
}

#[tokio::test]
async fn a_webhook_that_was_switched_off_is_named_and_set_up_again() -> Result<()> {
    let world = World::find().await?;
    world.witness.shop.switch_off(Kind::Woo).await?;
    let ran = world.run(&["doctor", "--only", "shops"])?;
    let planned = world.run(&["setup", "shop", "woo", "--dry-run"])?;
    let still_off = !world.witness.shop.hook_is_active(Kind::Woo).await?;
    let mended = world.run(&["setup", "shop", "woo"])?;
    ensure!(
        ran.code == 1 && says(&ran.failures("shops"), "switched off"),
        "{ran:?}"
    );
    ensure!(
        says(&ran.failures("shops"), "odoo-heartland setup shop woo"),
        "{ran:?}"
    );
    ensure!(
        still_off && planned.json["shops"][0]["done"] == mended.json["shops"][0]["done"],
        "{planned:?}"
    );
    ensure!(
        mended.code == 0 && world.witness.shop.hook_is_active(Kind::Woo).await?,
        "{mended:?}"
    );
    ensure!(world.run(&["doctor", "--only", "shops"])?.code == 0);
    let again = world.run(&["setup", "shop"])?;
    ensure!(again.json["shops"][1]["done"] == json!([]), "{again:?}");
    Ok(())
}

#[tokio::test]
async fn a_key_that_odoo_does_not_accept_is_named_and_replaced() -> Result<()> {
    let world = World::find().await?;
    world.remote().expire_odoo_keys().await?;
    let ran = world.run(&["doctor", "--only", "odoo"])?;
    let renewed = world.run(&["setup", "odoo"])?;
    let wrong = ran.failures("odoo");
    ensure!(
        ran.code == 1 && says(&wrong, "odoo-heartland setup odoo --new-key"),
        "{ran:?}"
    );
    ensure!(
        renewed.code == 0 && renewed.json["key"]["state"] == "stored",
        "{renewed:?}"
    );
    ensure!(renewed.json["made"] == json!([]), "{renewed:?}");
    let healthy = world.run(&["doctor", "--only", "odoo", "--only", "secrets"])?;
    ensure!(healthy.code == 0, "{healthy:?}");
    // The day it ends is written on the secret, so nothing is left to warn of.
    let secrets = healthy.json["findings"].to_string();
    ensure!(!secrets.contains("nobody knows when"), "{secrets}");
    Ok(())
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_a_wrong_name() -> Result<()> {
    let world = World::find().await?;
    let ran = world.run(&["--stack", "nobody-s", "doctor"])?;
    ensure!(ran.code == 2 && ran.said.contains("--stack"), "{ran:?}");
    let ran = world.run(&["--endpoint-url", "http://127.0.0.1:9", "doctor"])?;
    ensure!(ran.code == 3, "{ran:?}");
    Ok(())
}
