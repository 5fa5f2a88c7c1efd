//! Whatever comes twice, is done once.

use anyhow::Result;
use end_to_end::{Paid, cash, completed, own_order, place, witness, woo_order};
use sandbox::aws::Execution;
use sandbox::shop::{Kind, Send};
use sandbox::witness::PATIENCE;
use serde_json::json;

#[tokio::test]
async fn twenty_deliveries_at_once_are_one_order() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    let url = witness.deployed.webhook_url(Kind::Woo.store())?;
    let made = witness
        .shop
        .send(&Send::order(Kind::Woo, &order.id, &url).times(20).at_once())
        .await?;
    let statuses: Vec<_> = made.iter().map(|delivery| delivery.status).collect();
    assert_eq!(statuses, vec![Some(200); 20]);
    completed(&witness, &order).await?;
    cash(&witness, &order, None, &Paid::WOO).await?;
    assert!(
        witness.aws.execution(&witness.run_arn(&order, 2)?).await.is_err(),
        "there may be no second run"
    );
    assert!(witness.open_reviews(&order).await?.is_empty());
    Ok(())
}

/// Two runs of one order side by side: the ledger is the truth, and the name of an execution only a help.
#[tokio::test]
async fn a_second_execution_of_the_same_run_does_nothing_twice() -> Result<()> {
    let witness = witness().await?;
    let order = place(&witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    let first = witness.run_arn(&order, 1)?;
    let seen: Execution = witness
        .until("the first run", async || {
            Ok(witness.aws.execution(&first).await.ok())
        })
        .await?;
    let name = format!("by-hand-{}", order.slug());
    let second = witness.aws.start(&witness.deployed, &name, &seen.input).await?;
    completed(&witness, &order).await?;
    let second = witness.aws.ended(&second, PATIENCE).await?;
    assert_eq!(second.status.as_str(), "SUCCEEDED", "{:?}", second.error);
    cash(&witness, &order, None, &Paid::WOO).await?;
    Ok(())
}

#[tokio::test]
async fn a_run_started_again_after_its_end_finds_everything_done() -> Result<()> {
    let witness = witness().await?;
    let order = place(
        &witness,
        &woo_order(&witness.gateway.store_card("mastercard").await?),
    )
    .await?;
    let first = completed(&witness, &order).await?;
    let before = cash(&witness, &order, None, &Paid::WOO).await?;
    let told = witness.shop.notes(Kind::Woo, order.id.as_str()).await?;
    let mut input = first.input.clone();
    input["redrive"] = json!(true);
    let again = witness
        .aws
        .start(&witness.deployed, &format!("again-{}", order.slug()), &input)
        .await?;
    let again = witness.aws.ended(&again, PATIENCE).await?;
    assert_eq!(again.status.as_str(), "SUCCEEDED", "{:?}", again.error);
    let after = cash(&witness, &order, None, &Paid::WOO).await?;
    assert_eq!(
        (before.order.id, before.invoice.id, before.payment.id),
        (after.order.id, after.invoice.id, after.payment.id)
    );
    assert_eq!(
        witness.shop.notes(Kind::Woo, order.id.as_str()).await?,
        told,
        "the shop is told once"
    );
    Ok(())
}

/// The shop announces our own writes, too: they open nothing.
#[tokio::test]
async fn the_echo_of_what_we_tell_the_shop_starts_nothing() -> Result<()> {
    let witness = witness().await?;
    for draft in [
        woo_order(&witness.gateway.store_card("visa").await?),
        own_order(&witness.gateway.store_card("declined").await?),
    ] {
        let kind = draft.kind();
        let order = place(&witness, &draft).await?;
        completed(&witness, &order).await?;
        let echoes = witness
            .until("the echo's webhook", async || {
                let all = witness.shop.deliveries(kind).await?;
                let ours: Vec<_> = all
                    .into_iter()
                    .filter(|d| d.order.as_deref() == Some(order.id.as_str()))
                    .collect();
                Ok((ours.len() > 1).then_some(ours))
            })
            .await?;
        assert!(echoes.iter().all(|echo| echo.status == Some(200)), "{echoes:?}");
        witness
            .until("an empty inbox", async || {
                Ok((witness.aws.depth(&witness.deployed, "Inbox").await? == (0, 0)).then_some(()))
            })
            .await?;
        assert!(
            witness.aws.execution(&witness.run_arn(&order, 2)?).await.is_err(),
            "{order}: a second run"
        );
        assert!(witness.open_reviews(&order).await?.is_empty(), "{order}");
        assert_eq!(witness.transactions(&order).await?.len(), 1, "{order}");
    }
    Ok(())
}
