//! Reading: pages, and what is exported.

use super::World;
use audit::{Appended, Entry, HEAD_PLACE, Keys, Row, verify};
use effects::Clock;

pub async fn a_long_chain_is_read_page_by_page(world: World) {
    for n in 0..20 {
        let story = world.story(&format!("notify/{n}"), &["Intended"]);
        world.recorder.record(&story).await.unwrap();
    }
    let lines = world.auditor.export(&world.chain()).await.unwrap();
    assert_eq!(lines.len(), 21);
    let places: Vec<String> = lines
        .iter()
        .map(|line| serde_json::from_str::<Row>(line).unwrap().place)
        .collect();
    assert!(places.is_sorted());
    assert_eq!(places[0], "000000000001");
    assert_eq!(places[20], HEAD_PLACE);
    let mut all = Vec::new();
    world.auditor.export_all(|line| all.push(line)).await.unwrap();
    let ours: Vec<&String> = all.iter().filter(|line| lines.contains(line)).collect();
    assert_eq!(ours.len(), 21);
}

pub async fn what_was_exported_can_be_verified_elsewhere(world: World) {
    world
        .recorder
        .record(&world.story("capture", &["Intended", "Sent", "Applied"]))
        .await
        .unwrap();
    let lines = world.auditor.export(&world.chain()).await.unwrap();
    let rows: Vec<Row> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let keys = Keys::from_secret(r#"{"key_id":"1","key":"a key"}"#).unwrap();
    let report = verify(&world.chain(), &rows, &keys, world.clock.now().seconds().0);
    assert!(report.is_whole(), "{:?}", report.findings);
    assert_eq!(report.entries, 3);
}

pub async fn the_end_of_a_chain_is_read_from_its_last_number(world: World) {
    for n in 0..20 {
        let story = world.story(&format!("notify/{n}"), &["Intended"]);
        world.recorder.record(&story).await.unwrap();
    }
    let (trail, chain) = (&world.trail, world.chain());
    let head = trail.head(&chain).await.unwrap().unwrap();
    let stray = Row {
        place: "a".to_owned(),
        ..head.clone()
    };
    let put = trail.append(Some(&head), &[stray], &head).await.unwrap();
    assert_eq!(put, Appended::Done);
    let (mut places, mut from) = (Vec::new(), None);
    loop {
        let page = trail.last(&chain, from).await.unwrap();
        places.extend(page.rows.into_iter().map(|row| row.place));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (1..=20).rev().map(Entry::place).collect();
    assert_eq!(places, expected);
    let row = trail.entry(&chain, 20).await.unwrap().unwrap();
    assert_eq!(row.place, expected[0]);
    assert_eq!(trail.entry(&chain, 21).await.unwrap(), None);
}
