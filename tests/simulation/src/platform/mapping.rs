//! Event source mappings: batches of a queue for a function, so many at once.

use crate::{
    function::Function,
    platform::queue::{QueueTwin, Received},
    set_up::MappingSetUp,
    time::pass,
    world::World,
};
use effects::Clock;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hands the messages of a queue to a function, for ever.
pub async fn run(world: Arc<World>, queue: Arc<QueueTwin>, set_up: MappingSetUp) {
    let at_once = Arc::new(Semaphore::new(set_up.at_once));
    loop {
        let now = world.clock.now().0;
        match queue.next_at() {
            Some(at) if at <= now => {}
            Some(at) => {
                tokio::select! {
                    biased;
                    () = queue.changed.notified() => {}
                    () = tokio::time::sleep_until(world.clock.instant(at)) => {}
                }
                continue;
            }
            None => {
                queue.changed.notified().await;
                continue;
            }
        }
        let Ok(permit) = at_once.clone().acquire_owned().await else {
            return;
        };
        // Messages gather for a moment.
        pass(world.chance.between(1, 120)).await;
        let batch = queue.receive(set_up.batch);
        if batch.is_empty() {
            continue;
        }
        let (world, queue) = (world.clone(), queue.clone());
        drop(tokio::spawn(async move {
            handle(&world, &queue, set_up.function, batch).await;
            drop(permit);
            // What this batch has held back of its groups can be had now.
            queue.changed.notify_one();
        }));
    }
}

async fn handle(world: &Arc<World>, queue: &QueueTwin, function: Function, batch: Vec<Received>) {
    let records: Vec<Value> = batch.iter().map(record).collect();
    let Ok(answer) = world.invoke(function, json!({ "Records": records })).await else {
        // All of them are visible again when their time is up.
        return;
    };
    let failed: Vec<&str> = answer["batchItemFailures"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|failure| failure["itemIdentifier"].as_str())
        .collect();
    for message in batch
        .iter()
        .filter(|message| !failed.contains(&message.id.as_str()))
    {
        queue.delete(&message.receipt);
    }
}

fn record(message: &Received) -> Value {
    let mut attributes = json!({ "ApproximateReceiveCount": message.receives.to_string() });
    if let Some(group) = &message.group {
        attributes["MessageGroupId"] = json!(group);
    }
    json!({
        "messageId": message.id, "receiptHandle": message.receipt, "body": message.body,
        "attributes": attributes, "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "eu-central-1",
    })
}
