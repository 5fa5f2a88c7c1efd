//! What no webhook brings, the poller finds. These tests switch the shop's webhook off and on: one at a time.

use anyhow::Result;
use end_to_end::{Paid, cash, completed, place, witness, woo_order};
use sandbox::shop::Kind;
use sandbox::witness::Witness;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Whoever changes the shop's webhook holds it.
static WEBHOOK: Mutex<()> = Mutex::const_new(());

/// Runs a test with the shop's webhook in its hands, and leaves it switched on whatever happens.
async fn with_the_webhook(test: impl AsyncFnOnce(&Witness) -> Result<()>) -> Result<()> {
    let _held = WEBHOOK.lock().await;
    let witness = witness().await?;
    let done = test(&witness).await;
    witness
        .shop
        .subscribe(Kind::Woo, &witness.deployed.webhook_url(Kind::Woo.store())?)
        .await?;
    // A finding about the webhook is closed by the next poll.
    poll(&witness).await?;
    done
}

async fn poll(witness: &Witness) -> Result<Value> {
    let answer = witness
        .aws
        .invoke(witness.deployed.output("ChangePoller")?, &json!({"schema": 1}))
        .await?;
    assert_eq!(
        (&answer["stores"], &answer["failed"]),
        (&json!(2), &json!(0)),
        "{answer}"
    );
    Ok(answer)
}

async fn findings(witness: &Witness) -> Result<Vec<Value>> {
    let about = format!("webhook-off/{}", Kind::Woo.store());
    let found = witness.reviews_of(&about).await?;
    Ok(found
        .into_iter()
        .filter(|review| review["state"] == "open")
        .collect())
}

#[tokio::test]
async fn an_order_whose_webhook_never_came_is_found_and_completes() -> Result<()> {
    with_the_webhook(async |witness| {
        witness.shop.unsubscribe(Kind::Woo, true).await?;
        let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
        assert!(poll(witness).await?["events"].as_u64() >= Some(1));
        completed(witness, &order).await?;
        cash(witness, &order, None, &Paid::WOO).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_webhook_and_poller_both_bring_is_one_order() -> Result<()> {
    with_the_webhook(async |witness| {
        let order = place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
        poll(witness).await?;
        completed(witness, &order).await?;
        // Once more when our own write is what has changed.
        poll(witness).await?;
        cash(witness, &order, None, &Paid::WOO).await?;
        assert!(
            witness.aws.execution(&witness.run_arn(&order, 2)?).await.is_err(),
            "a second run"
        );
        assert_eq!(witness.reviews_of(&order.slug()).await?, Vec::<Value>::new());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_webhook_that_was_switched_off_is_one_finding_until_it_is_on() -> Result<()> {
    with_the_webhook(async |witness| {
        witness.shop.switch_off(Kind::Woo).await?;
        poll(witness).await?;
        let first = findings(witness).await?;
        assert!(!first.is_empty(), "nobody noticed");
        assert!(
            first.iter().all(|found| found["why"]["name"] == "Misconfigured"),
            "{first:?}"
        );
        poll(witness).await?;
        assert_eq!(
            findings(witness).await?.len(),
            first.len(),
            "it was noticed before"
        );
        witness
            .shop
            .subscribe(Kind::Woo, &witness.deployed.webhook_url(Kind::Woo.store())?)
            .await?;
        poll(witness).await?;
        assert_eq!(findings(witness).await?, Vec::<Value>::new(), "it is on again");
        Ok(())
    })
    .await
}
