//! Breakers and queues.

use super::facts::Facts;

/// Longest a breaker is open before it lets somebody try, and how far clocks may be apart.
const OPEN_MS_MAX: i64 = 300_000 + SKEW_MS;
/// Longest such a try is waited for.
const PROBE_MS_MAX: i64 = 60_000 + SKEW_MS;
const SKEW_MS: i64 = 60_000;

pub fn breakers_close(facts: &Facts) -> Vec<String> {
    let now = facts.now.0;
    let stuck = facts.table.breakers.iter().filter(|(_, breaker)| {
        breaker
            .open_until_ms
            .is_some_and(|until| until > now + OPEN_MS_MAX)
            || breaker
                .probe_until_ms
                .is_some_and(|until| until > now + PROBE_MS_MAX)
    });
    stuck
        .map(|(system, _)| format!("{system} is open for longer than any breaker may be"))
        .collect()
}

pub fn no_message_is_lost(facts: &Facts) -> Vec<String> {
    let losing = facts.queues.iter().filter(|queue| queue.lost > 0);
    losing
        .map(|queue| format!("{} of {}", queue.lost, queue.name))
        .collect()
}

pub fn queues_are_empty(facts: &Facts) -> Vec<String> {
    let full = facts.queues.iter().filter(|queue| queue.present > 0);
    full.map(|queue| format!("{} in {}", queue.present, queue.name))
        .collect()
}

pub fn table_can_be_read(facts: &Facts) -> Vec<String> {
    facts.table.unreadable.iter().cloned().collect()
}
