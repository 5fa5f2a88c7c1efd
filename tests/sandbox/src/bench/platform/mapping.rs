//! Batches of a queue, handed to a function: so many at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::pool::Pool;
use super::queue::{Message, Queue};
use super::runtime_api::Reply;
use crate::progress;

/// Hands the messages of a queue to a function, for ever. What is not handled comes again when it is visible.
pub async fn run(queue: Arc<Queue>, pool: Arc<Pool>, most: usize, window: Duration) {
    loop {
        let batch = queue.receive(most, window).await;
        match pool.invoke(&queue.event(&batch)).await {
            Ok(Reply::Answer(answer)) => queue.delete(&handled(&batch, &answer)),
            Ok(Reply::Error(why)) => progress::say(format!("a batch of {} failed: {why}", queue.name())),
            Err(error) => progress::say(format!("a batch of {} failed: {error:#}", queue.name())),
        }
    }
}

fn handled(batch: &[Message], answer: &Value) -> BTreeSet<String> {
    let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
    let failed: Vec<&str> = failures
        .filter_map(|failure| failure["itemIdentifier"].as_str())
        .collect();
    let ids = batch.iter().map(|message| message.id.clone());
    ids.filter(|id| !failed.contains(&id.as_str())).collect()
}
