//! Batches as the stream brings them, recorded and verified.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use audit::{Auditor, ChainId, Keys, MemorySource, MemoryTrail};
use audit_recorder::{AuditRecorder, Recorded, StreamEvent};
use domain::failure::FailureName;
use effects::{Clock, ManualClock, UnixMillis};
use runtime::{
    metrics,
    secrets::{MemorySecrets, Secrets},
};
use serde_json::{Value, json};
use std::sync::Arc;

const NOW_MS: i64 = 1_800_000_000_000;

struct Bench {
    recorder: AuditRecorder,
    trail: Arc<MemoryTrail>,
    secrets: Arc<MemorySecrets>,
    clock: Arc<ManualClock>,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(UnixMillis(NOW_MS)));
        let secrets = Arc::new(MemorySecrets::default());
        secrets.set("key", &json!({"key_id": "1", "key": "a key"}));
        let trail = Arc::new(MemoryTrail::default());
        let recorder = AuditRecorder {
            trail: trail.clone(),
            secrets: Arc::new(Secrets::new(secrets.clone(), clock.clone())),
            key_secret: "key".to_owned(),
            clock: clock.clone(),
            keep_days: 2557,
        };
        Self {
            recorder,
            trail,
            secrets,
            clock,
        }
    }

    fn auditor(&self) -> Auditor {
        Auditor {
            trail: self.trail.clone(),
            source: Arc::new(MemorySource::default()),
            keys: Keys::new("1", "a key"),
            clock: self.clock.clone(),
            keep_s: 1,
        }
    }

    async fn facts(&self, chain: &str) -> Vec<String> {
        let entries = self.auditor().entries(&ChainId::stored(chain)).await.unwrap();
        entries.into_iter().map(|entry| entry.fact).collect()
    }
}

fn batch(records: &[Value]) -> StreamEvent {
    serde_json::from_value(json!({"Records": records})).unwrap()
}

/// A record as AWS writes it down, of an order.
fn record(event: &str, old: Option<Value>, new: Option<Value>) -> Value {
    let image = |body: &Value| json!({"pk": {"S": "order/woo/1001"}, "body": {"S": body.to_string()}, "version": {"N": "1"}});
    let mut dynamodb = json!({
        "ApproximateCreationDateTime": NOW_MS / 1000 - 5, "Keys": {"pk": {"S": "order/woo/1001"}},
        "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, body) in [("OldImage", old), ("NewImage", new)] {
        if let Some(body) = body {
            dynamodb[name] = image(&body);
        }
    }
    json!({"eventID": event, "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1", "dynamodb": dynamodb})
}

fn open() -> Value {
    json!({"state": "open", "generation": 1})
}

#[tokio::test]
async fn a_batch_becomes_entries_once_and_its_age_is_measured() {
    let bench = Bench::new();
    let completed = json!({"state": "completed", "generation": 1});
    let event = batch(&[
        record("a", None, Some(open())),
        record("b", Some(open()), Some(completed)),
    ]);
    let (done, lines) = metrics::captured(bench.recorder.handle(event.clone())).await;
    assert_eq!(done.unwrap().appended, 2);
    assert_eq!(
        bench.facts("order/woo/1001").await,
        ["order opened", "order completed"]
    );
    assert!(
        lines.iter().any(|line| line["AuditLagSeconds"] == json!(5.0)),
        "{lines:?}"
    );
    assert_eq!(bench.recorder.handle(event.clone()).await.unwrap().known, 2);
    let report = audit::verify(
        &ChainId::stored("order/woo/1001"),
        &bench.trail.all(),
        &Keys::new("1", "a key"),
        bench.clock.now().seconds().0,
    );
    assert!(report.is_whole(), "{:?}", report.findings);
}

#[tokio::test]
async fn what_the_table_forgot_is_no_fact_and_what_a_hand_removed_is() {
    let bench = Bench::new();
    let mut forgotten = record("b", Some(open()), None);
    forgotten["userIdentity"] = json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
    let event = batch(&[
        record("a", None, Some(open())),
        forgotten,
        record("c", Some(open()), None),
    ]);
    let expected = Recorded {
        appended: 2,
        no_fact: 1,
        ..Recorded::default()
    };
    assert_eq!(bench.recorder.handle(event.clone()).await.unwrap(), expected);
    assert_eq!(
        bench.facts("order/woo/1001").await,
        ["order opened", "order removed"]
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_read_keeps_no_other_waiting() {
    let bench = Bench::new();
    let event = batch(&[
        json!({"eventID": 1}),
        json!("rubbish"),
        record("a", None, Some(open())),
    ]);
    let done = bench.recorder.handle(event.clone()).await.unwrap();
    assert_eq!((done.appended, done.unreadable), (1, 2));
}

#[tokio::test]
async fn a_silent_trail_or_a_wrong_key_fails_under_its_name_and_the_batch_comes_again() {
    let bench = Bench::new();
    let event = batch(&[record("a", None, Some(open()))]);
    bench.trail.fail_next(1);
    let failure = bench.recorder.handle(event.clone()).await.unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert_eq!(bench.recorder.handle(event.clone()).await.unwrap().appended, 1);
    bench.secrets.set("key", &json!({"key_id": "1"}));
    bench.clock.advance_ms(3_600_000);
    let failure = bench.recorder.handle(event.clone()).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Misconfigured);
    assert_eq!(failure.field.as_deref(), Some("key"));
}
