//! The table's stream: changes that are audited, in batches, to the function that records them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use audit::AUDITED;
use futures::future::join_all;
use serde_json::{Value, json};
use simulation::set_up::STREAM;

use super::aws::InstantAws;
use super::pool::Pool;
use super::runtime_api::Reply;
use super::table::Change;
use crate::progress;

/// Hands changes to the recorder, those of a window together, for ever.
pub async fn run(aws: Arc<InstantAws>, recorder: Arc<Pool>, window: Duration) {
    let mut number = 0;
    loop {
        tokio::time::sleep(window).await;
        let changes = aws.take_changes();
        let records: Vec<Value> = changes
            .iter()
            .filter(|change| AUDITED.iter().any(|prefix| change.pk.starts_with(prefix)))
            .map(|change| {
                number += 1;
                record(number, change)
            })
            .collect();
        // One shard does not wait for another: their batches meet at the chain of an order.
        let shards = (0..STREAM.shards).map(|shard| {
            let of_shard = records.iter().filter(move |record| shard_of(record) == shard);
            record_all(&recorder, of_shard.collect())
        });
        join_all(shards).await;
    }
}

async fn record_all(recorder: &Pool, of_shard: Vec<&Value>) {
    for batch in of_shard.chunks(STREAM.batch) {
        match recorder.invoke(&json!({"Records": batch})).await {
            Ok(Reply::Answer(_)) => {}
            Ok(Reply::Error(why)) => progress::say(format!("changes were not recorded: {why}")),
            Err(error) => progress::say(format!("changes were not recorded: {error:#}")),
        }
    }
}

/// The shard that an item's changes come in.
fn shard_of(record: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    record["dynamodb"]["Keys"]["pk"]["S"].as_str().hash(&mut hasher);
    hasher.finish() % STREAM.shards
}

/// As good as random, like the stream's own: what looks like the one before deflates to nothing.
fn event_id(number: u64) -> String {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (number, salt).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(1), half(2))
}

fn record(number: u64, change: &Change) -> Value {
    let seconds = jiff::Timestamp::now().as_second();
    let mut stream = json!({
        "ApproximateCreationDateTime": seconds, "Keys": {"pk": {"S": change.pk}},
        "SequenceNumber": number.to_string(), "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, image) in [("OldImage", &change.before), ("NewImage", &change.after)] {
        if let Some(image) = image {
            stream[name] = image.clone();
        }
    }
    json!({"eventID": event_id(number), "eventVersion": "1.1", "eventSource": "aws:dynamodb",
           "awsRegion": "us-east-1", "dynamodb": stream})
}
