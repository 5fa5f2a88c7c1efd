//! Messages where they lie: the emulator shows them to anybody, without taking them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Deployed;

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The queue's name.
    pub queue: String,
    /// The queue's id of it.
    pub id: String,
    /// What it says.
    pub body: String,
    /// How often it was received.
    pub received: u32,
    /// When it was sent, seconds since 1970.
    pub sent_s: i64,
    /// Whether it may be received now; otherwise somebody has it in hand.
    pub visible: bool,
}

/// By account, region and queue URL.
#[derive(Deserialize)]
struct Shown {
    messages: BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<Row>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    message_id: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    receive_count: u32,
    #[serde(default)]
    sent_timestamp: i64,
    #[serde(default)]
    is_visible: bool,
}

/// All messages of all queues, those in flight included. Looking changes nothing: no receive is counted.
///
/// # Errors
/// When the emulator does not answer.
pub async fn messages(http: &reqwest::Client, deployed: &Deployed) -> Result<Vec<Message>> {
    let url = format!("{}/_ministack/sqs/messages", deployed.endpoint);
    let answer = http.get(url).send().await.context("looking into the queues")?;
    let shown: Shown = answer
        .json()
        .await
        .context("the emulator shows queues otherwise")?;
    let queues = shown
        .messages
        .into_values()
        .flat_map(BTreeMap::into_values)
        .flatten();
    let messages = queues.flat_map(|(url, rows)| {
        let queue = url.rsplit('/').next().unwrap_or_default().to_owned();
        rows.into_iter().map(move |row| Message {
            queue: queue.clone(),
            id: row.message_id,
            body: row.body,
            received: row.receive_count,
            sent_s: row.sent_timestamp,
            visible: row.is_visible,
        })
    });
    Ok(messages.collect())
}
