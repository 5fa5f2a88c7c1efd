//! What starts by itself: the poller and the sweep.

use crate::{function::Function, set_up::SWEEP_EVERY_MS, time::pass, world::World};
use serde_json::json;
use std::sync::Arc;

/// Starts the poller at its rate, for ever.
pub async fn polls(world: Arc<World>, every_ms: i64) {
    loop {
        pass(every_ms).await;
        world.invoke_later(Function::ChangePoller, json!({"schema": 1, "action": "poll"}));
    }
}

/// Starts the sweep every hour, for ever.
pub async fn sweeps(world: Arc<World>) {
    loop {
        pass(SWEEP_EVERY_MS).await;
        world.invoke_later(Function::ReviewDesk, json!({"schema": 1, "action": "sweep"}));
    }
}
