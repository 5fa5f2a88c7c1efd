//! Idempotency keys. One space for all actions: the key of a sale is used up for its capture as well.

use super::{errors::ApiError, switches::WhileRunning, world::World};
use std::collections::HashMap;

/// The keys that were seen.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, Seen>);

struct Seen {
    at_ms: i64,
    end: End,
}

enum End {
    /// Still running.
    Running,
    /// Made this, in this status.
    Made(String, Option<String>),
    /// Refused with 4xx.
    Refused,
}

/// Claims a key for a request that is about to be carried out.
pub(super) fn claim(world: &mut World, key: &str) -> Result<(), ApiError> {
    let now = world.now_ms();
    let window_ms = world.switches.key_window_s.saturating_mul(1000);
    let seen = world.keys.0.get(key).filter(|seen| now - seen.at_ms < window_ms);
    match seen.map(|seen| &seen.end) {
        Some(End::Made(id, status)) => return Err(ApiError::duplicate(id, status.as_deref())),
        Some(End::Refused) if world.switches.errors_consume_key => {
            return Err(ApiError::duplicate("", Some("")));
        }
        Some(End::Running) if world.switches.while_running == WhileRunning::Conflict => {
            let text = "Idempotency Key seen before: the first request is still being processed";
            return Err(ApiError::new(409, "DUPLICATE_ACTION", "40039", text));
        }
        _ => {}
    }
    world.keys.0.insert(
        key.to_owned(),
        Seen {
            at_ms: now,
            end: End::Running,
        },
    );
    Ok(())
}

/// Remembers how a claimed key ended: with an id and a status, or refused.
pub(super) fn settle(world: &mut World, key: &str, made: Option<(String, Option<String>)>) {
    let end = made.map_or(End::Refused, |(id, status)| End::Made(id, status));
    if let Some(seen) = world.keys.0.get_mut(key) {
        seen.end = end;
    }
}

/// Forgets a claimed key whose request never was carried out.
pub(super) fn release(world: &mut World, key: &str) {
    if world
        .keys
        .0
        .get(key)
        .is_some_and(|seen| matches!(seen.end, End::Running))
    {
        world.keys.0.remove(key);
    }
}
