//! Messages that nobody should have sent, among good ones: the good ones go through, the bad ones end before a person.

use anyhow::Result;
use domain::ids::OrderKey;
use end_to_end::{Paid, cash, completed, fresh_id, place, witness, woo_order};
use sandbox::witness::Witness;
use serde_json::{Value, json};

async fn good_orders(witness: &Witness) -> Result<Vec<OrderKey>> {
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(place(witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?);
    }
    Ok(orders)
}

async fn all_complete(witness: &Witness, orders: &[OrderKey]) -> Result<()> {
    for order in orders {
        completed(witness, order).await?;
        cash(witness, order, None, &Paid::WOO).await?;
    }
    Ok(())
}

/// Waits for a review of a message that holds `mark`, or of one whose content nobody could read.
async fn reviewed(witness: &Witness, mark: &str) -> Result<Value> {
    witness
        .until(&format!("a review about {mark}"), async || {
            Ok(witness.reviews_of(mark).await?.into_iter().next())
        })
        .await
}

fn work(action: &str, id: u64) -> Value {
    json!({
        "schema": 1, "action": action, "order": format!("woo/{id}"), "generation": 1,
        "version": format!("woo_{id}_1790000000"), "token": format!("nobody-waits-{id}"),
    })
}

async fn all_queues_empty(witness: &Witness) -> Result<()> {
    for queue in [
        "Inbox",
        "OrderWork",
        "InvoiceWork",
        "InboxDlq",
        "OrderWorkDlq",
        "InvoiceWorkDlq",
    ] {
        witness
            .until(&format!("the end of {queue}"), async || {
                Ok((witness.aws.depth(&witness.deployed, queue).await? == (0, 0)).then_some(()))
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn garbage_in_the_work_queues_stops_nobody_else() -> Result<()> {
    let witness = witness().await?;
    let before = witness.reviews_of("work-message/").await?.len();
    let garbage = [
        json!("no object"),
        json!({"schema": 1, "action": "write-order"}),
        json!([1, 2, 3]),
    ];
    let mut good = Vec::new();
    for queue in ["OrderWork", "InvoiceWork"] {
        for message in &garbage {
            witness.aws.send(&witness.deployed, queue, message, None).await?;
        }
        good.extend(good_orders(&witness).await?);
    }
    all_complete(&witness, &good).await?;
    let reviewed = witness
        .until("a review for each message", async || {
            let all = witness.reviews_of("work-message/").await?;
            Ok((all.len() >= before + 2 * garbage.len()).then_some(all))
        })
        .await?;
    assert!(
        reviewed.iter().all(|review| review["why"]["remedy"].is_string()),
        "{reviewed:?}"
    );
    all_queues_empty(&witness).await
}

#[tokio::test]
async fn work_for_an_order_nobody_knows_ends_before_a_person() -> Result<()> {
    let witness = witness().await?;
    let (order, invoice) = (fresh_id(), fresh_id());
    witness
        .aws
        .send(&witness.deployed, "OrderWork", &work("write-order", order), None)
        .await?;
    witness
        .aws
        .send(
            &witness.deployed,
            "InvoiceWork",
            &work("write-invoice", invoice),
            None,
        )
        .await?;
    let good = good_orders(&witness).await?;
    all_complete(&witness, &good).await?;
    for id in [order, invoice] {
        let found = reviewed(&witness, &format!("woo/{id}")).await?;
        assert_eq!(found["state"], json!("open"), "{found}");
        assert!(
            found["why"]["what"].as_str().is_some_and(|what| !what.is_empty()),
            "{found}"
        );
        assert!(
            !found.to_string().contains("nobody-waits"),
            "a token is nobody's business: {found}"
        );
    }
    all_queues_empty(&witness).await
}

#[tokio::test]
async fn garbage_in_the_inbox_stops_nobody_else() -> Result<()> {
    let witness = witness().await?;
    let id = fresh_id();
    let event = format!("woo_{id}_1790000000");
    let unknown = json!({"schema": 1, "event": event, "store": "woo", "via": "webhook"});
    let (group, dedup) = (format!("woo_{id}"), format!("garbage-{id}"));
    witness
        .aws
        .send(
            &witness.deployed,
            "Inbox",
            &json!({"hello": id}),
            Some((&group, &dedup)),
        )
        .await?;
    witness
        .aws
        .send(&witness.deployed, "Inbox", &unknown, Some((&group, &event)))
        .await?;
    let good = good_orders(&witness).await?;
    all_complete(&witness, &good).await?;
    let found = reviewed(&witness, &event).await?;
    assert_eq!(found["why"]["name"], json!("Refused"), "{found}");
    let found = reviewed(&witness, "inbox-message/").await?;
    assert!(found["why"]["remedy"].is_string(), "{found}");
    all_queues_empty(&witness).await
}
