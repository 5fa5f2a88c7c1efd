//! Stories of messages that go back to their queue.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Value, json};

use super::Bench;
use super::proofs::{now_ms, place};
use crate::aws::Logs;
use crate::shop::Kind;
use crate::witness::Witness;

/// Work for Odoo.
pub(super) struct Work {
    queue: &'static str,
    function: &'static str,
    action: &'static str,
}

pub(super) const ORDER_WORK: Work = Work {
    queue: "OrderWork",
    function: "OrderWriter",
    action: "cancel-order",
};
pub(super) const INVOICE_WORK: Work = Work {
    queue: "InvoiceWork",
    function: "InvoiceWriter",
    action: "write-invoice",
};

/// What the router says of an event that may be the echo of a status write that is under way.
const TOO_EARLY: &str = "our own status write may have caused this event, and its version is not known yet";

/// While Odoo is away, work for it goes back, and comes again long before the queue would bring it.
pub(super) async fn given_back(bench: &Bench, work: Work) -> Result<()> {
    let witness = &bench.witness;
    let order = place(witness, "woocommerce/order-unknown-sku", "amex").await?;
    witness.open_review(&order).await?;
    let run = witness.aws.execution(&witness.run_arn(&order, 1)?).await?;
    let mut message = run.input;
    message["action"] = json!(work.action);
    message["token"] = json!("nobody-waits");
    message["payment"] = json!({"transaction": "TRN_none", "amount_minor": 1, "currency": "USD", "state": "captured",
        "brand": "VISA", "owned": true});
    message["draft"] = json!({"id": 1, "customer": 1});
    bench.world.kill_odoo().await?;
    let came_again = comes_again(witness, &work, &message).await;
    witness.aws.purge(&witness.deployed, work.queue).await?;
    bench.world.start_odoo().await?;
    came_again
}

/// Sends the message and waits until the function has met it twice.
async fn comes_again(witness: &Witness, work: &Work, message: &Value) -> Result<()> {
    let since_ms = now_ms()?;
    let logs = Logs::connect(&witness.deployed.endpoint).await;
    witness
        .aws
        .send(&witness.deployed, work.queue, message, None)
        .await?;
    witness
        .until("the message for the second time", async || {
            let batches = logs
                .lines(&witness.deployed, work.function, "batch worked off", since_ms)
                .await?;
            let tried = batches.iter().filter(|batch| batch["later"] == json!(1)).count();
            let down = "Odoo is down: the batch goes back";
            let not_tried = logs
                .lines(&witness.deployed, work.function, down, since_ms)
                .await?
                .len();
            Ok((tried + not_tried >= 2).then_some(()))
        })
        .await
}

/// While a status is being written to the shop, what looks like a contradiction goes back, and comes again long before
/// the queue would bring it.
pub(super) async fn event_given_back(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-unknown-sku", "amex").await?;
    witness.open_review(&order).await?;
    let (since_ms, item) = (now_ms()?, format!("order/{order}"));
    witness
        .aws
        .rewrite(&witness.deployed, &item, |body| {
            body["telling_since_ms"] = json!(since_ms);
        })
        .await?;
    let logs = Logs::connect(&witness.deployed.endpoint).await;
    let came_again = witness
        .until("an event for the second time", async || {
            let met = logs
                .lines(&witness.deployed, "EventRouter", TOO_EARLY, since_ms)
                .await?;
            if met.is_empty() {
                // The shop's versions are told apart by the second: one of these is a new one.
                let cancelled = json!({"status": "cancelled"});
                witness
                    .shop
                    .edit(Kind::Woo, order.id.as_str(), &cancelled)
                    .await?;
            }
            Ok(is_met_twice(&met).then_some(()))
        })
        .await;
    witness.aws.purge(&witness.deployed, "Inbox").await?;
    came_again
}

/// Whether two of these lines are about one message.
fn is_met_twice(lines: &[Value]) -> bool {
    let mut messages = BTreeSet::new();
    let of = |line: &Value| line["span"]["message_id"].as_str().map(str::to_owned);
    lines
        .iter()
        .filter_map(of)
        .any(|message| !messages.insert(message))
}
