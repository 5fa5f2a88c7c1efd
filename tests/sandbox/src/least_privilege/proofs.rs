//! The cheapest story for each statement: one that cannot go well without it.

use anyhow::{Context, Result, ensure};
use domain::ids::OrderKey;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::Bench;
use super::given_back::{INVOICE_WORK, ORDER_WORK, event_given_back, given_back};
use super::recorded::{behind_a_broken_head, recorded};
use crate::aws::{Logs, Statement};
use crate::shop::{Draft, Kind};
use crate::witness::Witness;

/// A story, and how it goes. An error says what did not go well.
pub(super) struct Proof {
    /// Its name in the table.
    pub name: &'static str,
    /// Plays it.
    pub play: for<'a> fn(&'a Bench) -> LocalBoxFuture<'a, Result<()>>,
}

/// All of them.
pub(super) static PROOFS: [Proof; 13] = [
    Proof {
        name: "sold",
        play: |b| Box::pin(sold(&b.witness)),
    },
    Proof {
        name: "declined",
        play: |b| Box::pin(declined(&b.witness)),
    },
    Proof {
        name: "parked and dropped",
        play: |b| Box::pin(parked(&b.witness)),
    },
    Proof {
        name: "paid again meanwhile",
        play: |b| Box::pin(paid_again(&b.witness)),
    },
    Proof {
        name: "found by the poller",
        play: |b| Box::pin(polled(&b.witness)),
    },
    Proof {
        name: "event let in again",
        play: |b| Box::pin(let_in_again(&b.witness)),
    },
    Proof {
        name: "run started again",
        play: |b| Box::pin(started_again(&b.witness)),
    },
    Proof {
        name: "measured",
        play: |b| Box::pin(measured(&b.witness)),
    },
    Proof {
        name: "recorded",
        play: |b| Box::pin(recorded(&b.witness)),
    },
    Proof {
        name: "recorded behind a broken head",
        play: |b| Box::pin(behind_a_broken_head(&b.witness)),
    },
    Proof {
        name: "order work given back",
        play: |b| Box::pin(given_back(b, ORDER_WORK)),
    },
    Proof {
        name: "invoice work given back",
        play: |b| Box::pin(given_back(b, INVOICE_WORK)),
    },
    Proof {
        name: "event given back",
        play: |b| Box::pin(event_given_back(&b.witness)),
    },
];

/// The story that needs a statement. A statement that is new gets the story that uses most.
pub(super) fn proof_of(statement: &Statement) -> &'static str {
    match (statement.role.as_str(), statement.sid.as_str()) {
        ("EventRouterRole", "PostponeMessages") => "event given back",
        ("OrderWriterRole", "PostponeMessages") => "order work given back",
        ("InvoiceWriterRole", "PostponeMessages") => "invoice work given back",
        ("OrderNotifierRole", "SendToInbox") => "paid again meanwhile",
        ("ReviewDeskRole", "SendToInbox") => "event let in again",
        ("ReviewDeskRole", "StartRunsAgain" | "LookAtRuns" | "RedriveRuns") => "run started again",
        ("ReviewDeskRole", "SeeWhenCredentialsLapse") => "measured",
        ("AuditRecorderRole", "FindEndOfChain") => "recorded behind a broken head",
        ("AuditRecorderRole", _) => "recorded",
        ("ReviewDeskRole", _) => "parked and dropped",
        ("ChangePollerRole", _) => "found by the poller",
        ("WebhookIntakeRole" | "EventRouterRole" | "PaymentCaptureRole" | "OrderNotifierRole", _) => {
            "declined"
        }
        _ => "sold",
    }
}

/// Places an order paid with `card`.
pub(super) async fn place(witness: &Witness, sample: &str, card: &str) -> Result<OrderKey> {
    let token = witness.gateway.store_card(card).await?;
    let milliseconds = std::time::UNIX_EPOCH.elapsed()?.as_millis();
    let draft = Draft::sample(sample)
        .id(u64::try_from(milliseconds)?)
        .token(&token);
    let id = witness.shop.place(&draft).await?;
    format!("{}/{id}", draft.kind().store())
        .parse()
        .context("the shop's order id")
}

pub(super) async fn ends_well(witness: &Witness, order: &OrderKey, status: &str) -> Result<()> {
    let run = witness.run_ended(order, 1).await?;
    ensure!(run.status.as_str() == "SUCCEEDED", "the run is {}", run.status);
    let found = witness.shop.status(Kind::Woo, order.id.as_str()).await?;
    ensure!(
        found.as_deref() == Some(status),
        "the shop's order is {found:?}, not {status}"
    );
    Ok(())
}

/// An order paid by card goes all the way by itself.
async fn sold(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-usd-two-taxes", "visa").await?;
    ends_well(witness, &order, "processing").await?;
    let path = witness.aws.path(&witness.run_arn(&order, 1)?).await?;
    ensure!(
        path.last().is_some_and(|state| state == "TellShop"),
        "it went {path:?}"
    );
    Ok(())
}

/// The issuer says no, and the shop is told.
async fn declined(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-declined-card", "declined").await?;
    ends_well(witness, &order, "failed").await
}

/// An unknown product: parked, people are told, somebody drops it, the shop is told.
async fn parked(witness: &Witness) -> Result<()> {
    let since_ms = now_ms()?;
    let order = place(witness, "woocommerce/order-unknown-sku", "amex").await?;
    drop_review(witness, &order).await?;
    ends_well(witness, &order, "cancelled").await?;
    let logs = Logs::connect(&witness.deployed.endpoint).await;
    let said = logs.texts(&witness.deployed, "ReviewDesk", since_ms).await?;
    let untold = said.iter().find(|text| text.contains("nobody could be told"));
    ensure!(
        untold.is_none(),
        "{}",
        untold.map(String::as_str).unwrap_or_default()
    );
    Ok(())
}

async fn drop_review(witness: &Witness, order: &OrderKey) -> Result<()> {
    let review = witness.open_review(order).await?;
    let request = json!({"action": "drop", "review": review["id"], "reason": "not sold any more"});
    witness.review_desk(&request).await.map(drop)
}

/// The customer changes the order while its run waits; when the run is over, somebody looks at the new version.
async fn paid_again(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-unknown-sku", "amex").await?;
    witness.open_review(&order).await?;
    let id = order.id.as_str();
    let token = witness.gateway.store_card("visa").await?;
    let paid_again = paid_by("woocommerce/order-unknown-sku", &token)?;
    // The shop's versions are told apart by the second.
    let newer = witness
        .until("a newer version of the order", async || {
            let edited = witness.shop.edit(Kind::Woo, id, &paid_again).await?;
            let item = witness
                .aws
                .item(&witness.deployed, &format!("order/{order}"))
                .await?;
            let body: Value =
                serde_json::from_str(item.unwrap_or_default()["body"].as_str().unwrap_or_default())?;
            Ok((body["newest"] != body["opened_by"]).then_some(edited))
        })
        .await?;
    ensure!(newer["id"].is_u64(), "the shop has no such order");
    drop_review(witness, &order).await?;
    ends_well(witness, &order, "cancelled").await
}

/// The change of an order like this sample whose customer pays with another token.
fn paid_by(sample: &str, token: &str) -> Result<Value> {
    let draft = Draft::sample(sample).token(token);
    let meta = draft.order()["meta_data"].as_array().context("no meta_data")?;
    let at = meta.iter().position(|entry| entry["value"] == token);
    let at = at.context("no token in it")?.to_string();
    Ok(json!({"status": "pending", "meta_data": {at: {"value": token}}}))
}

/// A webhook that never came: the poller finds the order.
async fn polled(witness: &Witness) -> Result<()> {
    witness.shop.unsubscribe(Kind::Woo, true).await?;
    let order = place(witness, "woocommerce/order-declined-card", "declined").await?;
    let poller = witness.deployed.output("ChangePoller")?;
    let answer = witness.aws.invoke(poller, &json!({"schema": 1})).await?;
    ensure!(answer["failed"] == json!(0), "the poller answers {answer}");
    ends_well(witness, &order, "failed").await?;
    let url = witness.deployed.webhook_url(Kind::Woo.store())?;
    Ok(witness.shop.subscribe(Kind::Woo, &url).await?)
}

/// A dead letter of the inbox becomes a review, and is let in again.
async fn let_in_again(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-declined-card", "declined").await?;
    ends_well(witness, &order, "failed").await?;
    let prefix = format!("payload/{}_", order.slug());
    let payloads = witness.aws.items(&witness.deployed, &prefix).await?;
    let event = payloads
        .first()
        .and_then(|item| item["pk"].as_str()?.strip_prefix("payload/"));
    let event = event.context("the webhook was not kept")?;
    let letter = json!({"schema": 1, "event": event, "store": Kind::Woo.store(), "via": "webhook"});
    witness
        .aws
        .send(&witness.deployed, "InboxDlq", &letter, Some((event, event)))
        .await?;
    let about = format!("event/{event}");
    let review = witness
        .until("a review of the dead letter", async || {
            Ok(witness.reviews_of(&about).await?.into_iter().next())
        })
        .await?;
    let redriven = witness
        .review_desk(&json!({"action": "redrive", "review": review["id"]}))
        .await;
    redriven.map(drop)
}

/// A run that ended without closing its order becomes a review, and is started again.
async fn started_again(witness: &Witness) -> Result<()> {
    let order = place(witness, "woocommerce/order-unknown-sku", "amex").await?;
    witness.open_review(&order).await?;
    let arn = witness.run_arn(&order, 1)?;
    witness.aws.stop(&arn).await?;
    let run = witness.aws.execution(&arn).await?;
    let detail = json!({"name": run.name, "status": "ABORTED", "input": run.input.to_string()});
    let told = witness
        .review_desk(&json!({"source": "aws.states", "detail": detail}))
        .await?;
    witness
        .review_desk(&json!({"action": "redrive", "review": told["review"]}))
        .await?;
    let again = format!("{arn}-r1");
    witness
        .until("the run that was started again", async || {
            Ok(witness.aws.execution(&again).await.ok())
        })
        .await?;
    Ok(())
}

/// The gauges are read, all of them.
async fn measured(witness: &Witness) -> Result<()> {
    let values = witness.review_desk(&json!({"action": "measure"})).await?;
    ensure!(values["ReviewsOpen"].is_number(), "measured: {values}");
    Ok(())
}

pub(super) fn now_ms() -> Result<i64> {
    Ok(i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?)
}
