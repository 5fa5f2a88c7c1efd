//! A system that is paused: orders wait, and go on when it is resumed.

use anyhow::{Result, ensure};
use end_to_end::{Paid, cash, completed, nothing_in_odoo, place, woo_order};
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn orders_wait_while_odoo_is_paused_and_go_on_when_it_is_resumed() -> Result<()> {
    let world = World::find().await?;
    let witness = &world.witness;
    let paused = world.run(&["pause", "odoo", "--reason", "an upgrade"])?;
    ensure!(
        paused.code == 0 && paused.json["paused"]["reason"] == "an upgrade",
        "{paused:?}"
    );
    ensure!(
        paused.json["note"]
            .as_str()
            .unwrap_or_default()
            .contains("two days"),
        "{paused:?}"
    );
    let played = async {
        let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
        // The payment is reserved; the order for Odoo waits in its queue, given back to it.
        witness
            .until("an order that waits for Odoo", async || {
                let charged = witness.transactions(&order).await?;
                let (waiting, taken) = witness.aws.depth(&witness.deployed, "OrderWork").await?;
                Ok((charged.len() == 1 && waiting + taken > 0).then_some(()))
            })
            .await?;
        nothing_in_odoo(witness, &order).await?;
        Ok(order)
    };
    let order: Result<_> = played.await;
    let resumed = world.run(&["resume", "odoo"])?;
    let order = order?;
    ensure!(
        resumed.code == 0 && resumed.json["was_paused"]["reason"] == "an upgrade",
        "{resumed:?}"
    );
    completed(witness, &order).await?;
    cash(witness, &order, None, &Paid::WOO).await?;
    ensure!(witness.open_reviews(&order).await?.is_empty());
    let again = world.run(&["resume", "odoo"])?;
    ensure!(again.code == 1 && again.said.contains("not paused"), "{again:?}");
    let unknown = world.run(&["pause", "nobody", "--reason", "r"])?;
    ensure!(
        unknown.code == 2 && unknown.said.contains("shop-woo"),
        "{unknown:?}"
    );
    ensure!(unknown.json == json!(null), "{unknown:?}");
    Ok(())
}
