use super::*;
use crate::items::MemoryItems;
use async_trait::async_trait;
use domain::failure::FailureName;
use effects::SystemClock;
use secrecy::ExposeSecret;
use serde_json::json;
use std::sync::{Arc, Mutex};

fn message(id: &str, received: u32, effect: &str) -> Record {
    Record {
        message_id: id.to_owned(),
        receipt: SecretString::from(format!("receipt-{id}")),
        received,
        group: None,
        trace: None,
        body: json!({ "effect": effect }),
    }
}

fn in_group(id: &str, group: &str) -> Record {
    Record {
        group: Some(group.to_owned()),
        ..message(id, 1, "e")
    }
}

fn failed(response: &SqsBatchResponse) -> Vec<&str> {
    response
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.as_str())
        .collect()
}

fn effect(record: &Record) -> String {
    record.body["effect"].as_str().unwrap_or_default().to_owned()
}

fn refusal() -> Failure {
    Failure::new(FailureName::SystemUnavailable, "down")
}

#[test]
fn an_event_of_the_queue_is_read() {
    let event: SqsEvent = serde_json::from_value(json!({"Records": [
        {"messageId": "1", "receiptHandle": "r", "body": "{\"a\":1}",
         "attributes": {"ApproximateReceiveCount": "3", "MessageGroupId": "g"}},
        {"messageId": "2", "receiptHandle": "r", "body": "no json", "attributes": {}},
    ]}))
    .unwrap();
    let records = records(event);
    assert_eq!(
        (records[0].received, records[0].group.as_deref(), &records[0].body),
        (3, Some("g"), &json!({"a": 1}))
    );
    assert_eq!((records[1].received, &records[1].body), (1, &json!("no json")));
    assert!(!format!("{records:?}").contains("\"r\""));
}

#[tokio::test]
async fn a_panic_gives_back_one_message_and_the_later_ones_of_its_group() {
    let batch = vec![
        in_group("1", "a"),
        in_group("2", "b"),
        in_group("3", "a"),
        in_group("4", "b"),
    ];
    let handled = Mutex::new(Vec::new());
    let response = one_by_one(batch, None, |record| {
        handled.lock().unwrap().push(record.message_id.clone());
        async move {
            assert_ne!(record.message_id, "1", "the bad record");
            Ok(())
        }
    })
    .await;
    assert_eq!(failed(&response), ["1", "3"]);
    assert_eq!(*handled.lock().unwrap(), ["1", "2", "4"]);
}

fn in_progress() -> Failure {
    Failure::new(FailureName::InProgress, "somebody else is at it")
}

fn hidden(id: &str, seconds: u32) -> (String, u32) {
    (format!("receipt-{id}"), seconds)
}

#[tokio::test]
async fn what_is_in_progress_comes_again_soon_and_the_later_ones_of_its_group_with_it() {
    let batch = vec![
        in_group("1", "a"),
        in_group("2", "b"),
        message("3", 3, "e"),
        in_group("4", "a"),
        in_group("5", "b"),
        in_group("6", "c"),
    ];
    let queue = MemoryGiveBack::default();
    let response = one_by_one(batch, Some(&queue), |record| async move {
        match record.message_id.as_str() {
            "1" | "3" => Err(in_progress()),
            "2" => Err(refusal()),
            _ => Ok(()),
        }
    })
    .await;
    assert_eq!(failed(&response), ["1", "2", "3", "4", "5"]);
    assert_eq!(
        queue.hidden(),
        [hidden("1", 5), hidden("3", 20), hidden("4", 5)],
        "the queue's own wait for all else"
    );
}

#[tokio::test]
async fn a_group_comes_again_when_its_first_message_does() {
    for (received, soon_s) in [(2, Some(10)), (6, None)] {
        let first = Record {
            received,
            ..in_group("1", "a")
        };
        let queue = MemoryGiveBack::default();
        let response = one_by_one(vec![first, in_group("2", "a")], Some(&queue), |_| async {
            Err(in_progress())
        })
        .await;
        assert_eq!(failed(&response), ["1", "2"]);
        let expected: Vec<_> = soon_s
            .into_iter()
            .flat_map(|soon_s| [hidden("1", soon_s), hidden("2", soon_s)])
            .collect();
        assert_eq!(queue.hidden(), expected, "received {received} times");
    }
}

/// A queue that cannot be asked for anything.
struct Deaf;

#[async_trait]
impl GiveBack for Deaf {
    async fn hide(&self, _: &SecretString, _: u32) -> Result<(), Failure> {
        Err(refusal())
    }
}

#[tokio::test]
async fn messages_go_back_whether_or_not_the_queue_can_be_told_how_soon() {
    let batch = || vec![in_group("1", "a"), in_group("2", "a"), in_group("3", "b")];
    for queue in [None, Some(&Deaf as &dyn GiveBack)] {
        let response = one_by_one(batch(), queue, |record| async move {
            match record.message_id.as_str() {
                "1" => Err(in_progress()),
                _ => Ok(()),
            }
        })
        .await;
        assert_eq!(failed(&response), ["1", "2"]);
    }
}

#[derive(Default)]
struct Worker {
    calls: Mutex<Vec<Vec<String>>>,
}

impl Worker {
    fn called(&self) -> Vec<Vec<String>> {
        self.calls.lock().unwrap().clone()
    }

    fn saw(&self, pieces: &[Piece]) {
        self.calls
            .lock()
            .unwrap()
            .push(pieces.iter().map(|piece| piece.key.clone()).collect());
    }
}

fn all_done(pieces: &[Piece]) -> BTreeMap<String, Verdict> {
    pieces
        .iter()
        .map(|piece| (piece.key.clone(), Verdict::Done))
        .collect()
}

struct Fixture {
    queue: MemoryGiveBack,
    marks: CrashMarks,
    items: Arc<MemoryItems>,
    worker: Worker,
}

fn fixture() -> Fixture {
    let items = Arc::new(MemoryItems::default());
    let marks = CrashMarks::new(items.clone(), Arc::new(SystemClock));
    Fixture {
        queue: MemoryGiveBack::default(),
        marks,
        items,
        worker: Worker::default(),
    }
}

impl Fixture {
    fn batch(&self) -> Batch<'_> {
        Batch {
            give_back: &self.queue,
            crash_marks: &self.marks,
        }
    }
}

#[tokio::test]
async fn messages_of_one_effect_are_one_piece_with_several_tokens() {
    let f = fixture();
    let records = vec![message("1", 1, "x"), message("2", 1, "y"), message("3", 1, "x")];
    let response = f
        .batch()
        .in_pieces(records, effect, |pieces| {
            f.worker.saw(&pieces);
            let tokens: Vec<usize> = pieces.iter().map(|piece| piece.records.len()).collect();
            assert_eq!(tokens, [2, 1]);
            async move { Ok(BTreeMap::from([("x".to_owned(), Verdict::Done)])) }
        })
        .await;
    assert_eq!(f.worker.called(), [["x", "y"]]);
    assert_eq!(failed(&response), ["2"], "a piece nobody mentions comes again");
    assert_eq!(f.queue.hidden()[0].0, "receipt-2");
}

#[tokio::test]
async fn an_outage_of_days_leaves_the_backlog_in_batches() {
    let f = fixture();
    let backlog = || {
        (0..10)
            .map(|n| message(&n.to_string(), 200, &n.to_string()))
            .collect::<Vec<_>>()
    };
    let response = f
        .batch()
        .in_pieces(backlog(), effect, |_| async { Err(refusal()) })
        .await;
    assert_eq!(failed(&response).len(), 10);
    f.batch()
        .in_pieces(backlog(), effect, |pieces| {
            f.worker.saw(&pieces);
            async move { Ok(all_done(&pieces)) }
        })
        .await;
    assert_eq!(f.worker.called().len(), 1, "{:?}", f.worker.called());
    assert!(f.items.all().is_empty());
}

#[tokio::test]
async fn what_was_in_a_crash_is_handled_alone_and_only_the_poison_comes_again() {
    let f = fixture();
    let records = || {
        vec![
            message("1", 3, "good"),
            message("2", 3, "bad"),
            message("3", 3, "fine"),
        ]
    };
    let work = |pieces: Vec<Piece>| {
        f.worker.saw(&pieces);
        async move {
            assert!(pieces.iter().all(|piece| piece.key != "bad"), "poison");
            Ok(all_done(&pieces))
        }
    };
    assert_eq!(
        failed(&f.batch().in_pieces(records(), effect, work).await),
        ["1", "2", "3"]
    );
    assert_eq!(failed(&f.batch().in_pieces(records(), effect, work).await), ["2"]);
    assert_eq!(
        f.worker.called(),
        [
            vec!["good", "bad", "fine"],
            vec!["good"],
            vec!["bad"],
            vec!["fine"]
        ]
    );
}

#[tokio::test]
async fn messages_given_back_wait_longer_each_time_up_to_a_quarter_of_an_hour() {
    for (received, most) in [(1, 15), (2, 30), (4, 120), (7, 900), (500, 900), (u32::MAX, 900)] {
        let wait = wait_s("a-message", received);
        assert!((most / 2..=most).contains(&wait), "received {received}: {wait} s");
    }
    let f = fixture();
    f.batch().all_later(vec![message("1", 400, "x")]).await;
    assert!(f.queue.hidden()[0].1 >= 450);
    assert_eq!(message("1", 1, "x").receipt.expose_secret(), "receipt-1");
}
