//! Entries whose time is over, keys that were rotated, a store that fails.

use super::Bench;
use crate::suite::{KEEP_S, World};
use audit::{HEAD_PLACE, Keys, Kind, MemoryTrail, Recorder};
use std::sync::Arc;

#[tokio::test]
async fn what_the_table_forgets_in_its_time_is_not_missed_and_what_goes_earlier_is() {
    let bench = Bench::of_six().await;
    bench.world.clock.advance_ms(1_000 * 24 * 3_600_000);
    let later = bench.world.story("notify/paid", &["Intended"]);
    bench.world.recorder.record(&later).await.unwrap();
    bench.world.clock.advance_ms((KEEP_S - 1_001 * 24 * 3600) * 1000);
    for seq in [1, 2, 4] {
        bench.take_entry(seq);
    }
    let missing = [1, 4].map(|first| (Some(first), Kind::Missing));
    assert_eq!(bench.found().await, missing);
    // A day later the time of the first six is over.
    bench.world.clock.advance_ms(24 * 3_600_000);
    let report = bench.report().await;
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!((report.entries, report.expired), (4, 3));
    // The last one goes with its head, in any order.
    bench.world.clock.advance_ms(1_000 * 24 * 3_600_000);
    for seq in [3, 5, 6] {
        bench.take_entry(seq);
    }
    bench.take(HEAD_PLACE);
    assert_eq!(bench.found().await, []);
}

#[tokio::test]
async fn a_rotated_key_still_verifies_what_it_sealed() {
    let bench = Bench::of_six().await;
    let keys = Keys::new("2", "a newer key").with_previous("1", "a key");
    let mut world = World::new(bench.memory.clone());
    world.order.clone_from(&bench.world.order);
    world.recorder = Recorder {
        keys: keys.clone(),
        ..world.recorder
    };
    let more = world.story("notify/paid", &["Intended"]);
    world.recorder.record(&more).await.unwrap();
    let mut auditor = bench.world.auditor.clone();
    assert_eq!(
        auditor.verify(&bench.world.chain()).await.unwrap().findings.len(),
        2,
        "without the newer key neither its entry nor the head can be believed"
    );
    auditor.keys = keys;
    auditor.source = world.source.clone();
    for kind in ["authorize", "capture"] {
        let there = bench
            .world
            .auditor
            .source
            .get(&[bench.world.effect(kind)])
            .await
            .unwrap();
        world
            .source
            .set(&bench.world.effect(kind), there.into_iter().next());
    }
    let report = auditor.verify(&bench.world.chain()).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.entries, 7);
}

#[tokio::test]
async fn a_store_that_does_not_answer_loses_nothing() {
    let memory = Arc::new(MemoryTrail::default());
    let world = World::new(memory.clone());
    let story = world.story("capture", &["Intended", "Sent", "Applied"]);
    memory.fail_next(1);
    world.recorder.record(&story).await.unwrap_err();
    world.recorder.record(&story).await.unwrap();
    let report = world.auditor.verify(&world.chain()).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.entries, 3);
}
