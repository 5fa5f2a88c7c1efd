//! The same orders through one function after the other, each driven by itself: the own time of those that need no Odoo.
//! What one function hands on is what the next is given.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::build::{Built, EMPTY};
use super::platform::{Function, InstantAws, Log, Remotes, request};
use crate::backlog;

/// So many events warm a function up; they do not count.
pub const WARM_UP: usize = 50;

/// A start of a process and its first event.
#[derive(Clone, Copy)]
pub struct ColdStart {
    /// From the start of the process to the first question for an event.
    pub start: Duration,
    /// From the first event to its answer.
    pub event: Duration,
}

/// What a function was driven through.
pub struct Driven {
    /// The function, and what it did.
    pub name: &'static str,
    /// Processes that had one event.
    pub kept: Vec<ColdStart>,
    /// The same, but every connection they had opened while they started was closed before the event.
    pub closed: Vec<ColdStart>,
    /// One process: one for each event.
    pub times: Vec<Duration>,
    /// The most memory it had resident, KiB.
    pub peak_kib: u64,
}

/// Systems that answer at once, and the functions between them.
pub struct Spine<'a, F: Fn(&str) -> PathBuf> {
    /// AWS.
    pub aws: &'a InstantAws,
    /// Everything else.
    pub remotes: &'a Remotes,
    /// Where a function is.
    pub executable: F,
    /// Starts of each function with an event, for each of the two ways.
    pub starts: usize,
}

/// A spine for what one process does with one event after the other: starts do not count.
pub fn warm_spine<'a>(
    built: &'a Built,
    remotes: &'a Remotes,
    aws: &'a InstantAws,
) -> Spine<'a, impl Fn(&str) -> PathBuf> {
    Spine {
        aws,
        remotes,
        executable: |function: &str| built.executable(function),
        starts: 0,
    }
}

impl<F: Fn(&str) -> PathBuf> Spine<'_, F> {
    /// Takes so many orders through the functions, one after the other.
    ///
    /// # Errors
    /// When a function does not start, or fails with an event.
    pub async fn drive(&self, events: usize) -> Result<Vec<Driven>> {
        let events = 2 * self.starts + WARM_UP + events;
        let nothing = vec![Value::Null; events];
        let (empty, _) = self.through(EMPTY, EMPTY, &nothing).await?;

        let webhooks = self.webhooks(events).await?;
        let (intake, _) = self
            .through("webhook-intake", "webhook-intake", &webhooks)
            .await?;

        let events = self.arrived()?;
        let (router, _) = self.through("event-router", "event-router", &events).await?;

        let mut runs = Vec::new();
        for _ in &events {
            runs.push(self.aws.next_started().await.input);
        }
        let asked = steps(&runs, &runs, |_| json!({"action": "authorize"}));
        let name = "payment-capture, authorize";
        let (authorize, payments) = self.through("payment-capture", name, &asked).await?;

        let asked = steps(
            &runs,
            &payments,
            |payment| json!({"action": "capture", "payment": payment}),
        );
        let name = "payment-capture, capture";
        let (capture, payments) = self.through("payment-capture", name, &asked).await?;

        let asked = steps(&runs, &payments, |payment| {
            json!({"action": "notify", "outcome": "paid", "close": "completed", "payment": payment,
                   "sale_order": {"id": 42, "name": "S00042"}, "invoice": {"id": 77, "name": "INV/2026/00042"}})
        });
        let (notify, _) = self.through("order-notifier", "order-notifier", &asked).await?;
        Ok(vec![empty, intake, router, authorize, capture, notify])
    }

    /// The first events to a new process each, the rest to one, one after the other: how long each took without those
    /// that warm it up, and all answers.
    ///
    /// # Errors
    /// When the function does not start, or fails with an event.
    pub async fn through(
        &self,
        function: &str,
        name: &'static str,
        events: &[Value],
    ) -> Result<(Driven, Vec<Value>)> {
        let environment = self.remotes.environment(&self.aws.url, function);
        let log = Arc::<Log>::default();
        let executable = (self.executable)(function);
        let (first, rest) = events.split_at((2 * self.starts).min(events.len()));
        let (mut kept, mut closed, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for (event, close) in first.iter().zip([false, true].into_iter().cycle()) {
            self.aws.connections.close_after_answers(close);
            let process = Function::start(&executable, &environment, &log).await;
            self.aws.connections.close_after_answers(false);
            let mut process = process?;
            let (took, reply) = process.invoke(event).await.context(name)?;
            answers.push(reply.answer().context(name)?);
            let starts = if close { &mut closed } else { &mut kept };
            starts.push(ColdStart {
                start: process.started_in,
                event: took,
            });
        }
        let mut process = Function::start(&executable, &environment, &log).await?;
        let mut times = Vec::new();
        for event in rest {
            let (took, reply) = process.invoke(event).await.context(name)?;
            times.push(took);
            answers.push(reply.answer().context(name)?);
        }
        let driven = Driven {
            name,
            kept,
            closed,
            times: times.split_off(WARM_UP.min(times.len())),
            peak_kib: process.peak_kib()?,
        };
        Ok((driven, answers))
    }

    /// What the intake has put into the inbox, taken out of it: an event of one message each.
    ///
    /// # Errors
    /// When there is no inbox.
    pub fn arrived(&self) -> Result<Vec<Value>> {
        let inbox = self.aws.queue("inbox.fifo").context("there is no inbox")?;
        let messages = inbox.drain();
        let events = messages.iter();
        Ok(events
            .map(|message| inbox.event(std::slice::from_ref(message)))
            .collect())
    }

    /// Orders of the shop as its webhooks bring them, each signed.
    async fn webhooks(&self, count: usize) -> Result<Vec<Value>> {
        let (shop, gateway) = (self.remotes.shop.control(), self.remotes.gateway.control());
        let card = gateway.store_card("visa").await?;
        let mut events = Vec::new();
        for number in 0..u64::try_from(count)? {
            let (draft, _) = backlog::draft(backlog::fresh_id(), number, &card);
            shop.place(&draft).await?;
            events.push(signed(self.remotes, &draft.order().to_string())?);
        }
        Ok(events)
    }
}

/// What a step of a run is asked: the run's input, and what its state adds to it.
fn steps(runs: &[Value], results: &[Value], adds: impl Fn(&Value) -> Value) -> Vec<Value> {
    let step = |(run, result): (&Value, &Value)| {
        let mut input = run.clone();
        if let (Value::Object(input), Value::Object(more)) = (&mut input, adds(result)) {
            input.extend(more);
        }
        input
    };
    runs.iter().zip(results).map(step).collect()
}

/// A webhook of the shop with this body, as API Gateway hands it to a function.
///
/// # Errors
/// When the shop has no secret to sign with.
pub fn signed(remotes: &Remotes, body: &str) -> Result<Value> {
    let secret = remotes.shop.woo.webhook_secrets.last();
    let secret = SecretString::from(secret.context("the shop signs nothing")?.clone());
    Ok(webhook(
        &::shop::woocommerce::sign(&secret, body.as_bytes()),
        body,
    ))
}

/// A webhook with this signature and body.
pub fn webhook(signature: &str, body: &str) -> Value {
    let headers = [
        ("content-type", "application/json"),
        ("x-wc-webhook-topic", "order.created"),
        ("x-wc-webhook-signature", signature),
        ("x-wc-webhook-id", "4"),
    ];
    let headers: Map<String, Value> = headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    request("/webhooks/woo", &headers, body)
}
