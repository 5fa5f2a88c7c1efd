//! Entries changed, taken away, put in, moved.

use super::{Bench, edited, rewritten};
use audit::{Entry, Kind, Row};
use serde_json::json;

#[tokio::test]
async fn a_chain_nobody_touched_is_whole() {
    let report = Bench::of_six().await.report().await;
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!((report.entries, report.expired), (6, 0));
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    for (pointer, value) in [
        ("/by", json!("somebody")),
        ("/at_ms", json!(1)),
        ("/fact", json!("effect capture Refused")),
        ("/after/fields/state", json!("Refused")),
        ("/expires_at_s", json!(1)),
    ] {
        let bench = Bench::of_six().await;
        let row = bench.take_entry(4);
        bench.memory.put(edited(&row, pointer, value));
        assert_eq!(bench.found().await, [(Some(4), Kind::Changed)], "{pointer}");
    }
}

#[tokio::test]
async fn an_entry_that_would_be_forgotten_early_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.take_entry(4);
    bench.memory.put(Row {
        ttl_s: Some(1_800_000_000),
        ..row
    });
    assert_eq!(bench.found().await, [(Some(4), Kind::Changed)]);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_any_more_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.take_entry(1);
    bench.memory.put(Row {
        body: "rubbish".to_owned(),
        ..row
    });
    assert_eq!(bench.found().await, [(Some(1), Kind::Changed)]);
}

#[tokio::test]
async fn an_entry_written_anew_without_the_key_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.take_entry(4);
    let by = |entry: &mut Entry| "somebody".clone_into(&mut entry.by);
    bench.memory.put(rewritten(&row, by, "another key"));
    // The next one names the hash of the genuine one, but a forged entry proves nothing about its neighbours.
    assert_eq!(bench.found().await, [(Some(4), Kind::Forged)]);
}

#[tokio::test]
async fn a_chain_hashed_anew_from_an_entry_on_is_named_from_there_on() {
    let bench = Bench::of_six().await;
    let mut previous = None;
    for seq in 3..=6 {
        let row = bench.take_entry(seq);
        let change = |entry: &mut Entry| match &previous {
            None => "somebody".clone_into(&mut entry.by),
            Some(hash) => entry.previous.hash.clone_from(hash),
        };
        let row = rewritten(&row, change, "another key");
        previous = Some(row.hash.clone());
        bench.memory.put(row);
    }
    let forged: Vec<_> = (3..=6).map(|seq| (Some(seq), Kind::Forged)).collect();
    assert_eq!(bench.found().await, forged);
}

#[tokio::test]
async fn an_entry_under_a_key_of_somebody_elses_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.take_entry(2);
    let key = |entry: &mut Entry| "2".clone_into(&mut entry.key);
    bench.memory.put(rewritten(&row, key, "another key"));
    assert_eq!(bench.found().await, [(Some(2), Kind::UnknownKey)]);
}

#[tokio::test]
async fn a_missing_entry_is_named_wherever_it_was() {
    for seq in 1..=6 {
        let bench = Bench::of_six().await;
        bench.take_entry(seq);
        let found = bench.found().await;
        assert!(found.contains(&(Some(seq), Kind::Missing)), "{seq}: {found:?}");
        // With the last entry on an item its last word is gone, too.
        let others = found.iter().filter(|(at, _)| *at != Some(seq));
        assert!(
            others.clone().all(|(_, kind)| *kind == Kind::Differs),
            "{seq}: {found:?}"
        );
        assert_eq!(others.count(), usize::from(seq % 3 == 0), "{seq}: {found:?}");
    }
}

#[tokio::test]
async fn a_tail_that_was_cut_off_is_named() {
    let bench = Bench::of_six().await;
    for seq in 4..=6 {
        bench.take_entry(seq);
    }
    let found = bench.report().await.findings;
    assert_eq!(found[0].to_string(), "entries 4 to 6: missing");
    assert_eq!(found[0].kind, Kind::Missing);
    assert_eq!(
        found[1..].iter().map(|found| found.kind).collect::<Vec<_>>(),
        [Kind::Unrecorded]
    );
}

#[tokio::test]
async fn an_entry_put_at_the_end_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.memory.all()[5].clone();
    let next = |entry: &mut Entry| {
        entry.seq = 7;
        entry.previous.hash.clone_from(&row.hash);
    };
    bench.memory.put(rewritten(&row, next, "another key"));
    assert_eq!(bench.found().await, [(Some(7), Kind::Inserted)]);
}

#[tokio::test]
async fn a_row_that_is_no_place_of_a_chain_is_named() {
    for place in [
        "7",
        "000000000000",
        "0000000000001",
        "1000000000000",
        "18446744073709551615",
        "note",
        "zzz",
    ] {
        let bench = Bench::of_six().await;
        let row = bench.memory.all()[5].clone();
        bench.memory.put(Row {
            place: place.to_owned(),
            ..row
        });
        assert_eq!(bench.found().await, [(None, Kind::Inserted)], "{place}");
    }
}

#[tokio::test]
async fn reordered_entries_are_named() {
    let bench = Bench::of_six().await;
    let (second, fifth) = (bench.take_entry(2), bench.take_entry(5));
    bench.memory.put(Row {
        place: Entry::place(5),
        ..second
    });
    bench.memory.put(Row {
        place: Entry::place(2),
        ..fifth
    });
    assert_eq!(
        bench.found().await,
        [(Some(2), Kind::Moved), (Some(5), Kind::Moved)]
    );
}

#[tokio::test]
async fn an_entry_of_another_order_is_named() {
    let bench = Bench::of_six().await;
    let other = crate::suite::World::new(bench.memory.clone());
    other
        .recorder
        .record(&other.story("capture", &["Intended"]))
        .await
        .unwrap();
    let mut foreign = bench
        .memory
        .remove(other.chain().as_str(), &Entry::place(1))
        .unwrap();
    bench.take_entry(1);
    bench.world.chain().as_str().clone_into(&mut foreign.chain);
    bench.memory.put(foreign);
    assert_eq!(bench.found().await, [(Some(1), Kind::Moved)]);
}
