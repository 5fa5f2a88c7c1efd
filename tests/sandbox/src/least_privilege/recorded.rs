//! Stories of the audit trail.

use anyhow::{Result, ensure};
use audit::{ChainId, HEAD_PLACE, Row};
use domain::ids::OrderKey;

use super::proofs::{ends_well, place};
use crate::witness::Witness;

/// An order ends, and the trail tells how.
pub(super) async fn recorded(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-declined-card", "declined").await?;
    ends_well(witness, &order, "failed").await?;
    told(witness, &order, "order closed").await
}

/// Somebody takes the head of a chain away: the trail goes on behind it, and says so.
pub(super) async fn behind_a_broken_head(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-declined-card", "declined").await?;
    ends_well(witness, &order, "failed").await?;
    told(witness, &order, "order closed").await?;
    let head = Row {
        chain: ChainId::order(&order).to_string(),
        place: HEAD_PLACE.to_owned(),
        ..Row::default()
    };
    witness.aws.remove_row(&witness.deployed, &head).await?;
    let item = format!("order/{order}");
    witness
        .aws
        .change_by_hand(&witness.deployed, &item, "note", "by hand")
        .await?;
    told(witness, &order, "order changed").await
}

async fn told(witness: &Witness, order: &OrderKey, fact: &str) -> Result<()> {
    let trail = witness.aws.trail(&witness.deployed).await?;
    let chain = ChainId::order(order);
    let entries = witness
        .until("the entry in the audit trail", async || {
            let entries = trail.entries(&chain).await?;
            Ok(entries.iter().any(|entry| entry.fact == fact).then_some(entries))
        })
        .await?;
    ensure!(entries.iter().all(|entry| entry.chain == chain), "{entries:?}");
    Ok(())
}
