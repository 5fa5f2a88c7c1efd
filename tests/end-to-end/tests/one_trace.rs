//! What an operator sees of an order that went all the way: lines of every function with its ids, in one trace from the
//! webhook to the invoice, and its money counted once.

use anyhow::{Context, Result, ensure};
use domain::ids::OrderKey;
use end_to_end::{completed, place, witness, woo_order};
use sandbox::aws::{Execution, Logs};
use sandbox::witness::Witness;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// By their outputs' names, in the order of the journey.
const FUNCTIONS: [&str; 7] = [
    "WebhookIntake",
    "EventRouter",
    "PaymentCapture",
    "OrderWriter",
    "InvoiceWriter",
    "InventoryPusher",
    "OrderNotifier",
];
/// What is counted once on such a journey, and how much.
const COUNTED: [(&str, i64); 4] = [
    ("OrdersReceived", 1),
    ("AmountCaptured", 6223),
    ("AmountInvoiced", 6223),
    ("OrdersCompleted", 1),
];

/// Everything the functions have written about the event that opened a run: what they said, and what they measured.
#[derive(Debug, Default)]
struct Seen {
    said: BTreeMap<&'static str, Vec<Value>>,
    measured: Vec<Value>,
}

async fn seen(witness: &Witness, since_ms: i64, event: &Value) -> Result<Seen> {
    let logs = Logs::connect(&witness.deployed.endpoint).await;
    let mut seen = Seen::default();
    for function in FUNCTIONS {
        for text in logs.texts(&witness.deployed, function, since_ms).await? {
            let Ok(line) = serde_json::from_str::<Value>(&text) else {
                continue;
            };
            if line["event"] == *event && line.get("_aws").is_some() {
                seen.measured.push(line);
            } else if line["span"]["event"] == *event {
                seen.said.entry(function).or_default().push(line);
            }
        }
    }
    Ok(seen)
}

impl Seen {
    fn is_whole(&self) -> bool {
        FUNCTIONS.iter().all(|function| self.said.contains_key(function))
            && COUNTED.iter().all(|(name, _)| !self.values(name).is_empty())
    }

    fn values(&self, metric: &str) -> Vec<&Value> {
        self.measured.iter().filter_map(|line| line.get(metric)).collect()
    }

    fn check(&self, order: &OrderKey, run: &Execution) -> Result<()> {
        for (metric, value) in COUNTED {
            ensure!(
                self.values(metric) == [&json!(value)],
                "{metric}: {:?}",
                self.values(metric)
            );
        }
        let lines = self.said.values().flatten();
        let spans: Vec<&Value> = lines.map(|line| &line["span"]).collect();
        let traces: BTreeSet<String> = spans.iter().map(|span| span["trace"].to_string()).collect();
        ensure!(traces.len() == 1, "{traces:?}");
        ensure!(run.input["trace"].to_string() == *traces.first().context("no trace")?);
        for span in spans {
            ensure!(
                span["order"] == json!(order) && span["request"].is_string(),
                "{span}"
            );
        }
        let after_the_router = FUNCTIONS[2..]
            .iter()
            .filter_map(|function| self.said.get(function));
        for line in after_the_router.flatten() {
            ensure!(line["span"]["execution"] == json!(run.name), "{line}");
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_order_is_followed_from_its_webhook_to_its_invoice() -> Result<()> {
    let witness = witness().await?;
    let since_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    let order = place(&witness, &woo_order(&witness.gateway.store_card("visa").await?)).await?;
    let run = completed(&witness, &order).await?;
    let seen = witness
        .until("the lines of all functions", async || {
            let seen = seen(&witness, since_ms, &run.input["version"]).await?;
            Ok(seen.is_whole().then_some(seen))
        })
        .await?;
    seen.check(&order, &run)
}
