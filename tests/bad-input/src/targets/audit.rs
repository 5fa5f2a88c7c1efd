//! The audit trail: whatever the table's stream brings, and whatever somebody has made of the trail's own table.

use crate::{
    mutate::Input,
    parts::{NOW, at_once},
    secrets::{CARDS, PERSONS, TOKENS, found_in},
};
use audit::{ChainId, Keys, MemoryTrail, Row, verify};
use audit_recorder::{AuditRecorder, StreamEvent};
use effects::ManualClock;
use runtime::secrets::{MemorySecrets, Secrets};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

/// What no id can be. A token of the gateway can: it has the letters of one.
fn hidden() -> impl Iterator<Item = &'static str> {
    CARDS.into_iter().chain(PERSONS).chain([TOKENS[2]])
}

fn keys() -> Keys {
    Keys::new("1", "a key")
}

/// Any batch is recorded, once, in chains that are whole, and shows nothing of a person or a card.
pub fn stream(input: &Input) {
    let Ok(event) = serde_json::from_slice::<StreamEvent>(&input.body) else {
        return;
    };
    let clock = Arc::new(ManualClock::new(NOW));
    let secrets = Arc::new(MemorySecrets::default());
    secrets.set("key", &json!({"key_id": "1", "key": "a key"}));
    let trail = Arc::new(MemoryTrail::default());
    let recorder = AuditRecorder {
        trail: trail.clone(),
        secrets: Arc::new(Secrets::new(secrets, clock.clone())),
        key_secret: "key".to_owned(),
        clock,
        keep_days: 2557,
    };
    let record = || at_once(recorder.handle(event.clone())).unwrap_or_else(|failure| panic!("{failure}"));
    let first = record();
    let rows = trail.all();
    let again = record();
    assert_eq!(again.appended, 0, "{first:?}, then {again:?}");
    assert_eq!(rows, trail.all());
    let chains: BTreeSet<&str> = rows.iter().map(|row| row.chain.as_str()).collect();
    for chain in chains {
        let ours: Vec<Row> = rows.iter().filter(|row| row.chain == chain).cloned().collect();
        let report = verify(&ChainId::stored(chain), &ours, &keys(), NOW.seconds().0);
        // The stream itself never leaves a change out; here it may.
        let broken: Vec<_> = report
            .findings
            .iter()
            .filter(|found| found.kind != audit::Kind::Skipped)
            .collect();
        assert!(broken.is_empty(), "{broken:?}");
    }
    // The keys of items are ours; an order's id may be any number.
    let shown = rows.iter().map(|row| row.body.as_str());
    for text in shown {
        let mut entry: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        entry["chain"] = json!("");
        entry["item"] = json!("");
        let text = entry.to_string();
        assert_eq!(found_in(&text, hidden()), None, "{text}");
    }
}

/// Rows that anybody may have written: verifying them ends, and believes none of them.
pub fn rows(input: &Input) {
    let text = input.text();
    let rows: Vec<Row> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let chain = ChainId::stored("order/woo/1001");
    let keys = Keys::new("1", "a key that sealed none of them");
    let report = verify(&chain, &rows, &keys, NOW.seconds().0);
    assert_eq!(report.entries, 0, "{rows:?}");
    assert!(rows.is_empty() || !report.is_whole(), "{rows:?}");
}
