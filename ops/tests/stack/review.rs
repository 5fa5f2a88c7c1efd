//! What an operator decides: orders corrected and redriven, many at once, messages nobody took.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use domain::ids::OrderKey;
use end_to_end::{NOT_SOLD, completed, parked, unknown_sku_order};
use sandbox::witness::Witness;
use serde_json::{Value, json};

use super::world::{World, text};

/// What the order should have asked for.
const SOLD: &str = "HL-MUG-BLUE";

async fn unknown_sku(witness: &Witness) -> Result<(OrderKey, String)> {
    let token = witness.gateway.store_card("visa").await?;
    let (order, review) = parked(witness, &unknown_sku_order(&token)).await?;
    Ok((order, text(&review["id"])))
}

/// The order as `review show --input` prints it, with another article.
fn with_the_right_article(world: &World, review: &str) -> Result<String> {
    let shown = world.run(&["review", "show", review, "--input"])?;
    let input = shown.json["input_text"]
        .as_str()
        .with_context(|| format!("{shown:?}"))?;
    ensure!(input.contains(NOT_SOLD), "{input}");
    Ok(input.replace(NOT_SOLD, SOLD))
}

#[tokio::test]
async fn an_order_for_an_unknown_article_is_corrected_and_goes_all_the_way() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let (order, review) = unknown_sku(witness).await?;
    let listed = world.run(&["review", "list", "--order", &order.to_string()])?;
    ensure!(
        listed.code == 1 && listed.json["reviews"][0]["id"] == json!(review),
        "{listed:?}"
    );
    let shown = world.run(&["review", "show", &review])?;
    ensure!(
        shown.json["can"].get("edit").is_some() && shown.json.get("input_text").is_none(),
        "{shown:?}"
    );

    let folder = tempfile::tempdir()?;
    let file = folder.path().join("order.json");
    let path = file.to_str().context("a path")?;
    let edit = [
        "review",
        "edit",
        &review,
        "--reason",
        "sold under a new number",
        "--file",
        path,
    ];
    let right = with_the_right_article(&world, &review)?;
    // Another total is not the customer's: refused before anything is accepted.
    let mut dearer: Value = serde_json::from_str(&right)?;
    dearer["total_minor"] = json!(dearer["total_minor"].as_i64().unwrap_or_default() + 100);
    std::fs::write(&file, dearer.to_string())?;
    let refused = world.run(&edit)?;
    ensure!(
        refused.code == 1 && refused.said.contains("agreed to pay"),
        "{refused:?}"
    );
    std::fs::write(&file, &right)?;
    let edited = world.run(&edit)?;
    ensure!(
        edited.code == 0 && edited.json["fields"][0] == "lines[0].sku",
        "{edited:?}"
    );

    let redriven = world.run(&["review", "redrive", &review, "--reason", "corrected"])?;
    ensure!(redriven.json["came_to"] == "the run goes on", "{redriven:?}");
    let run = completed(witness, &order).await?;
    ensure!(run.name.ends_with("-1"), "in the same workflow: {}", run.name);
    let paid = end_to_end::charge(witness, &order).await?;
    ensure!(paid == "CAPTURED", "{paid}");
    let kept = world.run(&["review", "show", &review])?;
    ensure!(
        kept.json["state"] == "redriven" && kept.json["reason"] == "corrected",
        "{kept:?}"
    );
    let edit = &kept.json["edits"][0];
    ensure!(
        edit["reason"] == "sold under a new number" && text(&edit["by"]).starts_with("arn:"),
        "{edit}"
    );
    ensure!(kept.json["decided_by"] == edit["by"], "{kept:?}");
    // What came stays as it came.
    let item = witness
        .aws
        .item(&witness.deployed, &format!("order/{order}"))
        .await?;
    let item: Value = serde_json::from_str(
        item.context("no order item")?["body"]
            .as_str()
            .unwrap_or_default(),
    )?;
    let came = format!("content/{order}/{}", text(&item["opened_by"]));
    let came = witness
        .aws
        .item(&witness.deployed, &came)
        .await?
        .context("it is gone")?;
    ensure!(text(&came["body"]).contains(NOT_SOLD), "{came}");
    Ok(())
}

#[tokio::test]
async fn an_editor_gets_the_order_in_a_private_file() -> Result<()> {
    let world = World::find().await?;
    let (_, review) = unknown_sku(&world.witness).await?;
    // Without a terminal nobody can edit, and nothing hangs.
    let mut command = world.command()?;
    command
        .args(["review", "edit", &review, "--reason", "r"])
        .stdin(Stdio::null());
    let output = command.output()?;
    ensure!(output.status.code() == Some(2), "{output:?}");
    ensure!(
        String::from_utf8_lossy(&output.stderr).contains("--file"),
        "{output:?}"
    );
    let dropped = world.run(&[
        "review",
        "drop",
        &review,
        "--reason",
        "not sold any more",
        "--yes",
    ])?;
    ensure!(dropped.code == 0, "{dropped:?}");
    Ok(())
}

#[tokio::test]
async fn all_of_a_kind_are_redriven_at_once_and_those_that_cannot_be_are_left() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let mut orders = Vec::new();
    for _ in 0..3 {
        let (order, review) = unknown_sku(witness).await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("order.json");
        std::fs::write(&file, with_the_right_article(&world, &review)?)?;
        let path = file.to_str().context("a path")?;
        let edited = world.run(&["review", "edit", &review, "--reason", "r", "--file", path])?;
        ensure!(edited.code == 0, "{edited:?}");
        orders.push((order, review));
    }
    let all = [
        "review",
        "redrive",
        "--all",
        "--step",
        "write-order",
        "--error",
        "Refused",
        "--reason",
        "mended",
    ];
    let asked = world.run(&all)?;
    ensure!(asked.code == 2 && asked.said.contains("--yes"), "{asked:?}");
    let ran = world.run(&[&all[..], &["--rate", "10", "--yes"]].concat())?;
    let done = ran.json["done"].as_array().cloned().unwrap_or_default();
    for (order, review) in &orders {
        ensure!(
            done.iter().any(|one| one["id"] == json!(review)),
            "{review} is not in {ran:?}"
        );
        completed(witness, order).await?;
        ensure!(end_to_end::charge(witness, order).await? == "CAPTURED");
    }
    Ok(())
}

#[tokio::test]
async fn a_message_of_the_last_resort_is_seen_handed_over_and_thrown_away() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    witness.aws.purge(&witness.deployed, "LastResort").await?;
    let call = json!({"requestContext": {"functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST"},
                      "requestPayload": {"schema": 1, "action": "sweep", "token": "s3cr3t"}});
    witness
        .aws
        .send(&witness.deployed, "LastResort", &call, None)
        .await?;
    witness
        .aws
        .send_text(&witness.deployed, "LastResort", "Jane Doe, 12 Main Street", None)
        .await?;
    let listed = world.run(&["review", "list"])?;
    let letters: Vec<String> = listed.json["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|message| message["queue"] == "LastResort")
        .map(|message| text(&message["id"]))
        .collect();
    ensure!(listed.code == 1 && letters.len() == 2, "{listed:?}");
    let mut of_nobody = None;
    for id in &letters {
        let shown = world.run(&["review", "show", id])?;
        let body = shown.json["body"].to_string();
        ensure!(!body.contains("s3cr3t") && !body.contains("Jane"), "{body}");
        let ran = world.run(&["review", "redrive", id, "--reason", "the desk is mended"])?;
        match body.contains("requestPayload") {
            true => ensure!(text(&ran.json["came_to"]).contains("review desk"), "{ran:?}"),
            false => {
                ensure!(ran.code == 2, "{ran:?}");
                of_nobody = Some(id);
            }
        }
    }
    let of_nobody = of_nobody.context("the other message")?;
    let dropped = world.run(&[
        "review",
        "drop",
        of_nobody,
        "--reason",
        "nobody sends such",
        "--yes",
    ])?;
    ensure!(dropped.code == 0, "{dropped:?}");
    ensure!(witness.aws.depth(&witness.deployed, "LastResort").await? == (0, 0));
    let given_up = world.run(&[
        "review",
        "list",
        "--state",
        "dropped",
        "--step",
        "read-dead-letter",
    ])?;
    ensure!(
        given_up.json.to_string().contains("nobody sends such"),
        "{given_up:?}"
    );
    let gone = world.run(&["review", "show", of_nobody])?;
    ensure!(gone.code == 2, "{gone:?}");
    Ok(())
}
