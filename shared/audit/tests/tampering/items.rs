//! Items of the table changed without an entry.

use super::Bench;
use crate::suite::image;
use audit::{Kind, RECORDED_WITHIN_MS};
use effects::Clock;
use serde_json::{Value, json};

fn item(bench: &Bench, kind: &str, change: impl FnOnce(&mut Value)) -> audit::Image {
    let change_of = bench.world.change(kind, None, "Applied");
    let mut value = serde_json::to_value(change_of.after.unwrap()).unwrap();
    change(&mut value);
    image(value)
}

#[tokio::test]
async fn an_item_changed_gone_or_unknown_is_named() {
    let bench = Bench::of_six().await;
    let capture = bench.world.effect("capture");
    let old = bench.world.clock.now().0 - RECORDED_WITHIN_MS;
    let aged = |value: &mut Value| value["at_ms"] = json!({"N": old.to_string()});
    let changed = item(&bench, "capture", aged);
    bench.world.source.set(&capture, Some(changed));
    assert_eq!(bench.found().await, [(None, Kind::Differs)]);
    bench.world.source.set(&capture, None);
    assert_eq!(bench.found().await, [(None, Kind::Gone)]);
    let void = item(&bench, "void", aged);
    bench.world.source.set(&bench.world.effect("void"), Some(void));
    assert_eq!(
        bench.found().await,
        [(None, Kind::Gone), (None, Kind::Unrecorded)]
    );
}

#[tokio::test]
async fn what_was_written_just_now_may_still_be_on_its_way() {
    let bench = Bench::of_six().await;
    bench.world.change("capture", None, "Applied");
    bench.world.change("void", None, "Intended");
    let report = bench.report().await;
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.pending, 2);
}

#[tokio::test]
async fn an_item_the_table_has_forgotten_in_its_time_is_not_missed() {
    let bench = Bench::new();
    let mut change = bench.world.change("capture", None, "Applied");
    let mut value = serde_json::to_value(change.after.take().unwrap()).unwrap();
    let ttl_s = bench.world.clock.now().seconds().0 + 60;
    value["ttl"] = json!({"N": ttl_s.to_string()});
    change.after = Some(image(value));
    bench
        .world
        .recorder
        .record(std::slice::from_ref(&change))
        .await
        .unwrap();
    bench.world.source.set(&change.item, None);
    assert_eq!(bench.found().await, [(None, Kind::Gone)]);
    bench.world.clock.advance_ms(60_000);
    assert_eq!(bench.found().await, []);
}

#[tokio::test]
async fn a_change_by_hand_is_recorded_as_one() {
    let bench = Bench::new();
    let mut change = bench.world.change("capture", None, "Sent");
    bench
        .world
        .recorder
        .record(std::slice::from_ref(&change))
        .await
        .unwrap();
    let before = change.after.take().unwrap();
    let mut value = serde_json::to_value(&before).unwrap();
    value["state"] = json!({"S": "Applied"});
    change.before = Some(before);
    change.after = Some(image(value));
    change.event = "by hand".to_owned();
    change.seen_at_ms += 5_000;
    bench
        .world
        .recorder
        .record(std::slice::from_ref(&change))
        .await
        .unwrap();
    let entries = bench.world.auditor.entries(&bench.world.chain()).await.unwrap();
    assert_eq!(entries[0].by, "payment-capture");
    let by_hand = &entries[1];
    assert_eq!(
        (by_hand.by.as_str(), by_hand.fact.as_str()),
        (audit::UNKNOWN, "effect capture Applied")
    );
    assert_eq!(
        (by_hand.at_ms, by_hand.request.as_deref()),
        (change.seen_at_ms, None)
    );
}

#[tokio::test]
async fn a_change_that_never_came_is_named_by_the_next_one() {
    let bench = Bench::new();
    let story = bench
        .world
        .story("capture", &["Intended", "Sent", "Unknown", "Applied"]);
    for change in [&story[0], &story[1], &story[3]] {
        bench
            .world
            .recorder
            .record(std::slice::from_ref(change))
            .await
            .unwrap();
    }
    assert_eq!(bench.found().await, [(Some(3), Kind::Skipped)]);
    // Nor is the beginning of an item forgotten in silence.
    let bench = Bench::new();
    let story = bench.world.story("capture", &["Intended", "Sent"]);
    bench.world.recorder.record(&story[1..]).await.unwrap();
    assert_eq!(bench.found().await, [(Some(1), Kind::Skipped)]);
}

#[tokio::test]
async fn verifying_everything_names_every_broken_chain_and_every_item_without_one() {
    let bench = Bench::of_six().await;
    let other = crate::suite::World::new(bench.memory.clone());
    other
        .recorder
        .record(&other.story("capture", &["Intended"]))
        .await
        .unwrap();
    let whole = Bench::of_six().await;
    for row in whole.memory.all() {
        bench.memory.put(row);
    }
    bench.take_entry(2);
    let orphan =
        image(json!({"pk": {"S": "order/own/9"}, "body": {"S": r#"{"state":"open","generation":1}"#}}));
    bench.world.source.set("order/own/9", Some(orphan));
    let mut broken = Vec::new();
    let overview = bench
        .world
        .auditor
        .verify_all(|report| {
            if !report.is_whole() {
                broken.push(report.chain.clone());
            }
        })
        .await
        .unwrap();
    assert_eq!(overview.chains, 3);
    assert!(broken.contains(&bench.world.chain()), "{broken:?}");
    let unrecorded: Vec<_> = overview
        .unrecorded
        .iter()
        .map(|(chain, _)| chain.as_str())
        .collect();
    assert_eq!(unrecorded, ["order/own/9"]);
}
