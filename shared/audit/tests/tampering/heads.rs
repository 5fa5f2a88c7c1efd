//! The head changed, taken away, put back; and a recorder that meets such a head.

use super::Bench;
use audit::{HEAD_PLACE, Head, Keys, Kind, RECORDED_WITHIN_MS, Row};

#[tokio::test]
async fn a_missing_head_is_named() {
    let bench = Bench::of_six().await;
    bench.take(HEAD_PLACE);
    assert_eq!(bench.found().await, [(None, Kind::HeadMissing)]);
}

#[tokio::test]
async fn a_changed_or_forged_head_is_named() {
    let bench = Bench::of_six().await;
    let row = bench.take(HEAD_PLACE);
    bench.memory.put(super::edited(&row, "/seq", 4.into()));
    assert_eq!(bench.found().await, [(None, Kind::HeadChanged)]);
    let mut head: Head = serde_json::from_str(&row.body).unwrap();
    head.seq = 4;
    bench.memory.put(head.row(&Keys::new("1", "another key")));
    assert_eq!(bench.found().await, [(None, Kind::HeadForged)]);
}

#[tokio::test]
async fn an_older_head_that_was_put_back_is_named() {
    let bench = Bench::new();
    let story = bench.world.story("capture", &["Intended", "Sent", "Applied"]);
    bench.world.recorder.record(&story[..2]).await.unwrap();
    let older = bench.take(HEAD_PLACE);
    bench.memory.put(older.clone());
    bench.world.recorder.record(&story[2..]).await.unwrap();
    bench.memory.put(older);
    bench.world.clock.advance_ms(RECORDED_WITHIN_MS);
    assert_eq!(bench.found().await, [(None, Kind::HeadBehind)]);
    // With the entries behind it taken away, only the table still knows better.
    bench.take_entry(3);
    assert_eq!(bench.found().await, [(None, Kind::Differs)]);
}

#[tokio::test]
async fn the_recorder_goes_on_behind_a_broken_head_and_it_stays_a_finding() {
    let broken: [fn(Row) -> Option<Row>; 3] = [
        |_| None,
        |head| Some(super::edited(&head, "/seq", 4.into())),
        |head| {
            let mut older: Head = serde_json::from_str(&head.body).unwrap();
            older.seq = 4;
            Some(older.row(&Keys::new("1", "a key")))
        },
    ];
    for breaks in broken {
        let bench = Bench::of_six().await;
        let head = bench.take(HEAD_PLACE);
        breaks(head).into_iter().for_each(|row| bench.memory.put(row));
        let more = bench.world.story("notify/paid", &["Intended", "Sent", "Applied"]);
        for change in &more {
            bench
                .world
                .recorder
                .record(std::slice::from_ref(change))
                .await
                .unwrap();
        }
        let report = bench.report().await;
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|found| (found.seq, found.kind))
            .collect();
        assert_eq!(found, [(Some(7), Kind::HeadMended)]);
        assert_eq!(report.entries, 10);
    }
}
