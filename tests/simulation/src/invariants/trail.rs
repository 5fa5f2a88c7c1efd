//! The audit trail of a world: its stream is brought to the recorder as AWS would bring it, in batches, at least once, in
//! order for each item only, by two shards at a time, with a store that fails now and then.

use super::Violation;
use crate::{chance::Chance, world::World};
use audit::{Auditor, ChainId, Change, Keys, MemorySource, MemoryTrail, Recorder, StoreError};
use effects::{Clock, State};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const INVARIANT: &str = "the audit trail is whole, and tells of every settled effect once";
/// As the template has it.
const KEEP_S: i64 = 2557 * 24 * 3600;
/// Changes of a batch, at most.
const BATCH_MAX: i64 = 40;

/// What is wrong with the trail of a world that has come to its end.
pub async fn trail(world: &World, seed: u64) -> Vec<Violation> {
    let found = match record_and_verify(world, &Chance::of(seed)).await {
        Ok(found) => found,
        Err(error) => vec![error.to_string()],
    };
    let violation = |what| Violation {
        invariant: INVARIANT,
        what,
    };
    found.into_iter().map(violation).collect()
}

async fn record_and_verify(world: &World, chance: &Chance) -> Result<Vec<String>, StoreError> {
    let memory = Arc::new(MemoryTrail::default());
    let clock: Arc<dyn Clock> = Arc::new(world.clock);
    let keys = Keys::new("1", "a key of seals");
    let recorder = Recorder {
        trail: memory.clone(),
        keys: keys.clone(),
        clock: clock.clone(),
        keep_s: KEEP_S,
    };
    let changes = world.stream.changes();
    let mut shards = shards(&changes);
    while let Some(shard) = next(&mut shards, chance) {
        let length = usize::try_from(chance.between(1, BATCH_MAX)).unwrap_or(1);
        let batch: Vec<Change> = shard[..length.min(shard.len())].to_vec();
        if chance.hits(1_000) {
            memory.fail_next(1);
        }
        // A batch that failed, or whose answer was lost, comes again as a whole.
        if recorder.record(&batch).await.is_ok() && !chance.hits(2_000) {
            shard.drain(..batch.len());
        }
    }
    memory.fail_next(0);
    let source = Arc::new(MemorySource::default());
    for (pk, item) in world.stream.items() {
        source.set(&pk, Some(item));
    }
    let auditor = Auditor {
        trail: memory,
        source,
        keys,
        clock,
        keep_s: KEEP_S,
    };
    let mut found = Vec::new();
    let mut chains = BTreeSet::new();
    let overview = auditor
        .verify_all(|report| {
            chains.insert(report.chain.clone());
            found.extend(
                report
                    .findings
                    .iter()
                    .map(|what| format!("{}: {what}", report.chain)),
            );
        })
        .await?;
    found.extend(
        overview
            .unrecorded
            .iter()
            .map(|(chain, what)| format!("{chain}: {what}")),
    );
    found.extend(settled_once(world, &auditor, &chains).await?);
    Ok(found)
}

/// Two shards, as items fall to them: the order of changes is kept for each item, not between them.
fn shards(changes: &[Change]) -> [Vec<Change>; 2] {
    let (a, b) = changes
        .iter()
        .cloned()
        .partition(|change| change.item.len() % 2 == 0);
    [a, b]
}

fn next<'a>(shards: &'a mut [Vec<Change>; 2], chance: &Chance) -> Option<&'a mut Vec<Change>> {
    let first = chance.place(2);
    let which = if shards[first].is_empty() {
        1 - first
    } else {
        first
    };
    Some(&mut shards[which]).filter(|shard| !shard.is_empty())
}

/// Every effect of the ledger that is done is told to be done, as often as it was.
async fn settled_once(
    world: &World,
    auditor: &Auditor,
    chains: &BTreeSet<ChainId>,
) -> Result<Vec<String>, StoreError> {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for chain in chains {
        for entry in auditor.entries(chain).await? {
            if entry.fact.starts_with("effect ") && entry.fact.ends_with(" Applied") {
                *told.entry(entry.item).or_default() += 1;
            }
        }
    }
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    let mut before: BTreeMap<String, State> = BTreeMap::new();
    for record in world.ledger.since(0) {
        let item = format!("effect/{}", record.effect);
        let was = before.insert(item.clone(), record.state);
        if record.state == State::Applied && was != Some(State::Applied) {
            *done.entry(item).or_default() += 1;
        }
    }
    Ok(if told == done {
        Vec::new()
    } else {
        vec![format!("told {told:?}, done {done:?}")]
    })
}
