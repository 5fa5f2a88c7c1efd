//! Rows put where the recorder will write next: it goes on, and every one of them is named.

use super::{Bench, edited, rewritten};
use audit::{Entry, Finding, HEAD_PLACE, Kind, Row};
use serde_json::json;

/// A row without the key where the entry of that number goes.
fn stray(bench: &Bench, seq: u64) -> Row {
    let row = bench.memory.all()[0].clone();
    rewritten(&row, |entry| entry.seq = seq, "another key")
}

/// Records three more changes, one by one.
async fn three_more(bench: &Bench) {
    for change in bench.world.story("notify/paid", &["Intended", "Sent", "Applied"]) {
        let done = bench.world.recorder.record(std::slice::from_ref(&change)).await;
        assert_eq!(done.unwrap().appended, 1);
    }
}

async fn names(bench: &Bench) -> Vec<String> {
    let found = bench.report().await.findings;
    let name = |found: &Finding| match (found.seq, &found.about) {
        (Some(seq), _) => format!("{seq} {:?}", found.kind),
        (None, about) => format!("{} {:?}", about.as_deref().unwrap_or_default(), found.kind),
    };
    found.iter().map(name).collect()
}

#[tokio::test]
async fn a_row_at_the_next_number_and_one_that_is_no_number_do_not_stop_the_trail() {
    for (place, named) in [
        ("a", "a Inserted"),
        ("000000000007x", "000000000007x Inserted"),
        ("999999999999", "999999999999 Inserted"),
    ] {
        let bench = Bench::of_six().await;
        bench.memory.put(Row {
            place: place.to_owned(),
            ..stray(&bench, 7)
        });
        bench.memory.put(stray(&bench, 7));
        three_more(&bench).await;
        let report = bench.report().await;
        assert_eq!(
            (report.entries, report.findings.len()),
            (10, 3),
            "{:?}",
            report.findings
        );
        let found = names(&bench).await;
        for what in [named, "7 Forged", "8 HeadMended"] {
            assert!(found.contains(&what.to_owned()), "{place}: {found:?}");
        }
    }
}

#[tokio::test]
async fn nor_do_they_when_the_head_is_not_to_be_believed() {
    for place in ["a", "000000000007x", "999999999999"] {
        let bench = Bench::of_six().await;
        bench.memory.put(Row {
            place: place.to_owned(),
            ..stray(&bench, 7)
        });
        bench.memory.put(stray(&bench, 7));
        let head = bench.take(HEAD_PLACE);
        bench.memory.put(edited(&head, "/seq", json!(4)));
        three_more(&bench).await;
        let found = names(&bench).await;
        let expected = [
            format!("{place} Inserted"),
            "7 Forged".to_owned(),
            "8 HeadMended".to_owned(),
        ];
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            expected.iter().all(|what| found.contains(what)),
            "{place}: {found:?}"
        );
    }
}

#[tokio::test]
async fn rows_among_the_next_numbers_only_make_the_trail_go_around_them() {
    let bench = Bench::of_six().await;
    for seq in [8, 9, 11] {
        bench.memory.put(stray(&bench, seq));
    }
    let story: Vec<_> = (0..5)
        .flat_map(|n| bench.world.story(&format!("notify/{n}"), &["Intended"]))
        .collect();
    let done = bench.world.recorder.record(&story).await.unwrap();
    assert_eq!((done.appended, done.known), (5, 0));
    let again = bench.world.recorder.record(&story).await.unwrap();
    assert_eq!((again.appended, again.known), (0, 5));
    let found = names(&bench).await;
    let expected = [
        "8 Forged",
        "9 Forged",
        "10 HeadMended",
        "11 Forged",
        "12 HeadMended",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn of_more_rows_than_are_looked_at_in_one_go_all_are_passed() {
    let bench = Bench::of_six().await;
    for seq in 7..=2_000 {
        bench.memory.put(stray(&bench, seq));
    }
    let change = bench.world.story("notify/paid", &["Intended"]);
    // The stream brings again what failed; each attempt goes on where the last one stood.
    let mut attempts = 1;
    while bench.world.recorder.record(&change).await.is_err() {
        attempts += 1;
    }
    assert!((2..=3).contains(&attempts), "{attempts}");
    let report = bench.report().await;
    let forged = report.findings.iter().filter(|found| found.kind == Kind::Forged);
    assert_eq!(
        (forged.count(), report.findings.len(), report.entries),
        (1_994, 1_995, 8)
    );
}

#[tokio::test]
async fn a_row_far_away_is_one_finding_and_no_gap() {
    let bench = Bench::of_six().await;
    bench.memory.put(stray(&bench, 999_999_999_999));
    assert_eq!(names(&bench).await, ["999999999999 Inserted"]);
    // A genuine entry cannot be that far; were it, all that is missing before it is one finding.
    let row = bench.take_entry(6);
    let far = |entry: &mut Entry| entry.seq = 999_999_999_999;
    bench.memory.put(rewritten(&row, far, "a key"));
    let missing = bench.report().await.findings;
    let missing: Vec<_> = missing
        .iter()
        .filter(|found| found.kind == Kind::Missing)
        .collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].through, Some(999_999_999_998));
}
