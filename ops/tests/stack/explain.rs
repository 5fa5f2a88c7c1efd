//! `explain` and `orders` tell what really happened to an order, and what it waits for.

use anyhow::{Context, Result, ensure};
use end_to_end::{Paid, cash, completed, decide, parked, place, unknown_sku_order, woo_order};
use serde_json::json;

use super::world::{World, lines, says, text};

#[tokio::test]
async fn a_completed_order_is_told_from_the_webhook_to_the_invoice_under_every_name() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    completed(witness, &order).await?;
    let cash = cash(witness, &order, None, &Paid::WOO).await?;

    let ran = world.run(&["explain", &order.to_string()])?;
    let (json, outlook) = (&ran.json, &ran.json["outlook"]);
    ensure!(
        ran.code == 0 && outlook["stands"] == "completed: paid and invoiced",
        "{outlook:#}"
    );
    ensure!(outlook["missing"] == json!([]), "{outlook:#}");
    ensure!(json["events"][0]["via"] == "webhook", "{:#}", json["events"]);
    let steps = &json["run"]["said"]["steps"];
    let states = steps
        .as_array()
        .context("no steps")?
        .iter()
        .map(|step| text(&step["state"]));
    let states: Vec<String> = states.collect();
    ensure!(
        states
            == [
                "Authorize",
                "WriteOrder",
                "Capture",
                "WriteInvoice",
                "PushStock",
                "TellShop"
            ],
        "{states:?}"
    );
    ensure!(
        json["payments"]["said"][0]["id"] == json!(cash.transaction.id),
        "{:#}",
        json["payments"]
    );
    let documents = json["documents"]["said"].to_string();
    for number in [&cash.order.name, &cash.invoice.name, &cash.payment.name] {
        ensure!(
            documents.contains(number.as_str()),
            "{number} is not in {documents}"
        );
    }
    ensure!(
        json["shop"]["said"]["status"] == "processing",
        "{:#}",
        json["shop"]
    );

    let event = text(&json["events"][0]["event"]);
    let names = [
        format!("{}-1", order.slug()),
        event,
        cash.transaction.id.clone(),
        cash.order.name.clone(),
        cash.invoice.name.clone(),
        cash.payment.name.clone(),
    ];
    for name in names {
        let found = world.run(&["explain", &name])?;
        ensure!(found.json["order"] == json!(order), "{name}: {found:?}");
    }
    let told = world.told(&["explain", &order.to_string()])?;
    for words in [
        "Journey",
        "reserving the money at Heartland",
        "Ledger",
        cash.invoice.name.as_str(),
    ] {
        ensure!(told.contains(words), "{told}");
    }
    let listed = world.run(&["orders", "--state", "completed", "--limit", "1000"])?;
    ensure!(
        listed.json.to_string().contains(&format!("\"{order}\"")),
        "{listed:?}"
    );
    let open = world.run(&["orders", "--limit", "1000"])?;
    ensure!(
        !open.json.to_string().contains(&format!("\"{order}\"")),
        "{open:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_declined_order_is_told_as_declined() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let order = place(
        witness,
        &woo_order(&witness.gateway.store_card("declined").await?),
    )
    .await?;
    completed(witness, &order).await?;
    let ran = world.run(&["explain", &order.to_string()])?;
    let outlook = &ran.json["outlook"];
    ensure!(
        ran.code == 0 && outlook["stands"] == "closed: declined",
        "{outlook:#}"
    );
    ensure!(
        says(&lines(&outlook["next"]), "another run begins"),
        "{outlook:#}"
    );
    ensure!(
        ran.json["documents"]["said"] == json!([]),
        "{:#}",
        ran.json["documents"]
    );
    let step = &ran.json["run"]["said"]["steps"][0];
    ensure!(step["failure"]["name"] == "PaymentDeclined", "{step:#}");
    let listed = world.run(&[
        "orders", "--state", "declined", "--store", "woo", "--limit", "1000",
    ])?;
    let ours = listed.json["orders"].as_array().cloned().unwrap_or_default();
    ensure!(
        ours.iter()
            .any(|row| row["order"] == json!(order) && row["state"] == "declined"),
        "{listed:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_parked_order_is_told_with_what_to_mend_and_until_when() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let token = witness.gateway.store_card("visa").await?;
    let (order, review) = parked(witness, &unknown_sku_order(&token)).await?;
    let ran = world.run(&["explain", &order.to_string()])?;
    let outlook = &ran.json["outlook"];
    ensure!(ran.code == 1 && outlook["needs_person"] == true, "{outlook:#}");
    ensure!(
        text(&outlook["stands"]).starts_with("parked since"),
        "{outlook:#}"
    );
    let next = lines(&outlook["next"]);
    let id = text(&review["id"]);
    for words in [
        id.as_str(),
        "to do:",
        "the money is let go",
        "the authorization lapses on",
    ] {
        ensure!(says(&next, words), "{words}: {next:#?}");
    }
    ensure!(
        says(&lines(&outlook["missing"]), "no confirmed sales order"),
        "{outlook:#}"
    );
    ensure!(
        ran.json["payments"]["said"][0]["status"] == "PREAUTHORIZED",
        "{:#}",
        ran.json["payments"]
    );
    let listed = world.run(&["orders", "--state", "in-review", "--limit", "1000"])?;
    let ours = listed.json["orders"].as_array().cloned().unwrap_or_default();
    let row = ours
        .iter()
        .find(|row| row["order"] == json!(order))
        .context("it is not listed")?;
    ensure!(row["review"] == json!(id) && row["step"] == "Park", "{row:#}");
    decide(witness, &review, "drop").await?;
    end_to_end::let_go(witness, &order).await
}

#[tokio::test]
async fn a_name_that_is_nobodys_is_a_wrong_name() -> Result<()> {
    let world = World::find().await?;
    let ran = world.run(&["explain", "S99999999"])?;
    ensure!(
        ran.code == 2 && ran.said.contains("no order goes by the name"),
        "{ran:?}"
    );
    let ran = world.run(&["orders", "--store", "nope"])?;
    ensure!(
        ran.code == 2 && ran.said.contains("there is no store nope"),
        "{ran:?}"
    );
    let ran = world.run(&["explain", "woo/999999999999"])?;
    ensure!(
        ran.code == 2 && ran.said.contains("there is no order woo/999999999999"),
        "{ran:?}"
    );
    Ok(())
}
