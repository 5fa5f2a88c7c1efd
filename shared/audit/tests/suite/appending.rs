//! Appending.

use super::World;
use audit::{Appended, HEAD_PLACE, Kind, Recorded};
use effects::Clock;
use futures::future::join_all;
use serde_json::json;

pub async fn entries_follow_each_other_and_say_who_when_and_what(world: World) {
    let changes = world.story("capture", &["Intended", "Sent", "Applied"]);
    let done = world.recorder.record(&changes).await.unwrap();
    assert_eq!(done.appended, 3);
    let entries = world.auditor.entries(&world.chain()).await.unwrap();
    let facts: Vec<&str> = entries.iter().map(|entry| entry.fact.as_str()).collect();
    assert_eq!(
        facts,
        [
            "effect capture Intended",
            "effect capture Sent",
            "effect capture Applied"
        ]
    );
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let last = &entries[2];
    assert_eq!(last.by, "payment-capture");
    assert_eq!(last.at_ms, world.clock.now().0);
    assert_eq!(last.request.as_deref(), Some("r-1"));
    let execution = world.order.replace('/', "_") + "-1";
    assert_eq!(last.execution.as_deref(), Some(execution.as_str()));
    assert_eq!(last.before.as_ref().unwrap().fields["state"], json!("Sent"));
    let after = last.after.as_ref().unwrap();
    assert_eq!(after.fields["result.transaction"], json!("TRN_1"));
    assert_ne!(after.digest, last.before.as_ref().unwrap().digest);
    let report = world.auditor.verify(&world.chain()).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!((report.entries, report.pending), (3, 0));
}

pub async fn a_change_that_is_brought_again_is_recorded_once(world: World) {
    let changes = world.story("capture", &["Intended", "Sent", "Applied"]);
    world.recorder.record(&changes[..2]).await.unwrap();
    let again = world.recorder.record(&changes).await.unwrap();
    let expected = Recorded {
        appended: 1,
        known: 2,
        no_fact: 0,
    };
    assert_eq!(again, expected);
    // A day later, with something new in between.
    world.clock.advance_ms(23 * 3_600_000);
    world
        .recorder
        .record(&world.story("notify/paid", &["Intended"]))
        .await
        .unwrap();
    assert_eq!(world.recorder.record(&changes).await.unwrap().known, 3);
    assert_eq!(world.auditor.entries(&world.chain()).await.unwrap().len(), 4);
}

pub async fn of_many_appenders_each_gets_in(world: World) {
    let kinds = [
        "authorize",
        "capture",
        "write-order",
        "write-invoice",
        "notify/paid",
    ];
    let stories: Vec<_> = kinds
        .iter()
        .map(|kind| world.story(kind, &["Intended", "Sent", "Applied"]))
        .collect();
    let appended = join_all(stories.iter().map(|story| world.recorder.record(story))).await;
    assert!(
        appended.iter().all(|done| done.as_ref().unwrap().appended == 3),
        "{appended:?}"
    );
    let report = world.auditor.verify(&world.chain()).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.entries, 15);
}

pub async fn a_head_that_was_put_back_is_told_from_one_that_moved(world: World) {
    let changes = world.story("capture", &["Intended", "Sent"]);
    world.recorder.record(&changes[..1]).await.unwrap();
    let chain = world.chain();
    let first = world.trail.head(&chain).await.unwrap().unwrap();
    let row = world.trail.last(&chain, None).await.unwrap().rows.remove(0);
    let taken = world
        .trail
        .append(Some(&first), std::slice::from_ref(&row), &first)
        .await;
    assert_eq!(taken.unwrap(), Appended::Taken);
    world.recorder.record(&changes[1..]).await.unwrap();
    let moved = world.trail.append(Some(&first), &[], &first).await;
    assert_eq!(moved.unwrap(), Appended::Moved);
    let absent = world.trail.append(None, &[], &first).await;
    assert_eq!(absent.unwrap(), Appended::Moved);
    assert!(world.auditor.verify(&chain).await.unwrap().is_whole());
}

pub async fn more_than_a_transaction_holds_is_appended_in_several(world: World) {
    let changes: Vec<_> = (0..120)
        .flat_map(|n| world.story(&format!("notify/{n}"), &["Intended"]))
        .collect();
    world.recorder.record(&changes).await.unwrap();
    let report = world.auditor.verify(&world.chain()).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.entries, 120);
    assert!(report.findings.iter().all(|found| found.kind != Kind::Missing));
    let head = world.trail.head(&world.chain()).await.unwrap().unwrap();
    assert_eq!(head.place, HEAD_PLACE);
}
