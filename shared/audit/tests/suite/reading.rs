//! Reading: pages, and what is exported.

use super::World;
use audit::{HEAD_PLACE, Keys, Row, verify};
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
