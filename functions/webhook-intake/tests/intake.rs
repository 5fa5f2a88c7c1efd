//! What is stored, what is handed on, what a shop is answered.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::merchant::Merchant;
use effects::{ManualClock, UnixMillis};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use runtime::{
    inbox::Inbox,
    items::MemoryItems,
    message::Via,
    queue::MemoryQueue,
    secrets::{MemorySecrets, Secrets},
    stores::{PayloadStore, Review, ReviewState, Reviews},
};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use webhook_intake::{Answer, Intake, Webhook};

const ORDER: &[u8] = include_bytes!("../../../events/woocommerce/order-usd-two-taxes.json");
const CARD: &[u8] = include_bytes!("../../../events/refused/woocommerce-card-number-in-note.json");

struct Bench {
    intake: Arc<Intake>,
    items: Arc<MemoryItems>,
    inbox: Arc<MemoryQueue>,
    secrets: Arc<MemorySecrets>,
    clock: Arc<ManualClock>,
}

fn merchant() -> &'static Merchant {
    runtime::merchant().unwrap()
}

fn shop_secret(webhook_secrets: &[&str]) -> Value {
    json!({"base_url": "https://shop.example", "consumer_key": "ck", "consumer_secret": "cs",
           "webhook_secrets": webhook_secrets})
}

fn bench() -> Bench {
    let clock = Arc::new(ManualClock::new(UnixMillis(1_795_446_000_000)));
    let items = Arc::new(MemoryItems::default());
    let inbox = Arc::new(MemoryQueue::default());
    let secrets = Arc::new(MemorySecrets::default());
    secrets.set("shop/woo", &shop_secret(&["old", "s3cr3t"]));
    let intake = Intake {
        merchant: merchant(),
        secrets: Arc::new(Secrets::new(secrets.clone(), clock.clone())),
        secret_prefix: "shop/".into(),
        inbox: Inbox {
            payloads: PayloadStore::new(items.clone(), clock.clone()),
            reviews: Reviews::new(items.clone(), clock.clone()),
            queue: inbox.clone(),
        },
        clock: clock.clone(),
    };
    Bench {
        intake: Arc::new(intake),
        items,
        inbox,
        secrets,
        clock,
    }
}

fn signed(body: &[u8], secret: &str) -> HeaderMap {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    HeaderMap::from_iter([(
        "x-wc-webhook-signature".parse().unwrap(),
        signature.parse().unwrap(),
    )])
}

impl Bench {
    async fn post(&self, body: &[u8], headers: &HeaderMap) -> Answer {
        self.intake
            .take(&Webhook {
                source: "woo",
                headers,
                body,
            })
            .await
    }

    async fn shop_sends(&self, body: &[u8]) -> Answer {
        self.post(body, &signed(body, "s3cr3t")).await
    }

    fn keys(&self) -> Vec<String> {
        self.items.all().into_iter().map(|item| item.pk).collect()
    }

    async fn reviews(&self) -> Vec<Review> {
        self.intake
            .inbox
            .reviews
            .list(ReviewState::Open, 10)
            .await
            .unwrap()
    }
}

fn changed(from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(ORDER).unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

fn order_id() -> String {
    serde_json::from_slice::<Value>(ORDER).unwrap()["id"].to_string()
}

#[test]
fn a_source_is_read_from_a_stores_own_path_and_from_any_other() {
    for (path, source) in [
        ("/webhooks/woo", "woo"),
        ("/prod/webhooks/own", "own"),
        ("/webhooks/", ""),
        ("", ""),
    ] {
        assert_eq!(webhook_intake::source(path), source);
    }
}

#[tokio::test]
async fn a_signed_order_is_stored_as_it_came_and_handed_on_by_its_id() {
    let bench = bench();
    let Answer::Taken(event) = bench.shop_sends(ORDER).await else {
        panic!()
    };
    let sent = bench.inbox.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].group.as_deref(),
        Some(format!("woo_{}", order_id()).as_str())
    );
    assert_eq!(sent[0].dedup.as_deref(), Some(event.as_str()));
    assert_eq!(
        sent[0].body,
        json!({"schema": 1, "event": event, "store": "woo", "via": "webhook"})
    );
    let kept = bench
        .intake
        .inbox
        .payloads
        .payload(event.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.body, ORDER);
}

#[tokio::test]
async fn nothing_of_an_order_is_in_the_message() {
    let bench = bench();
    bench.shop_sends(ORDER).await;
    let order: Value = serde_json::from_slice(ORDER).unwrap();
    let message = bench.inbox.sent()[0].body.to_string();
    for field in ["email", "first_name", "last_name", "address_1"] {
        let personal = order["billing"][field].as_str().unwrap();
        assert!(!message.contains(personal), "{field}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_are_one_event() {
    let bench = Arc::new(bench());
    let all: Vec<_> = (0..20)
        .map(|_| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.shop_sends(ORDER).await })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap().status(), 200);
    }
    assert_eq!(bench.inbox.sent().len(), 1);
    assert_eq!(bench.keys().len(), 1);
}

#[tokio::test]
async fn a_known_event_is_accepted_again_without_effect() {
    let bench = bench();
    let first = bench.shop_sends(ORDER).await;
    bench.clock.advance_ms(3_600_000);
    assert_eq!(bench.shop_sends(ORDER).await, first);
    assert_eq!(bench.inbox.sent().len(), 1);
    assert!(bench.reviews().await.is_empty());
}

#[tokio::test]
async fn a_crash_between_storing_and_handing_on_is_healed_by_the_shops_retry() {
    let bench = bench();
    bench.inbox.fail_next(1);
    assert_eq!(bench.shop_sends(ORDER).await, Answer::TryAgain);
    assert_eq!(bench.keys().len(), 1);
    assert_eq!(bench.shop_sends(ORDER).await.status(), 200);
    assert_eq!(bench.inbox.sent().len(), 1);
}

#[tokio::test]
async fn a_table_that_is_down_is_for_the_shop_to_retry() {
    let bench = bench();
    bench.items.fail_next(1);
    let answer = bench.shop_sends(ORDER).await;
    assert_eq!(
        (answer.status(), answer.body()),
        (503, json!({"error": "try again"}))
    );
    assert_eq!(bench.shop_sends(ORDER).await.status(), 200);
}

#[tokio::test]
async fn every_valid_secret_is_good_and_a_rotated_one_is_noticed() {
    let bench = bench();
    for secret in ["old", "s3cr3t"] {
        assert_eq!(bench.post(ORDER, &signed(ORDER, secret)).await.status(), 200);
    }
    bench.secrets.set("shop/woo", &shop_secret(&["n3w"]));
    bench.clock.advance_ms(61_000);
    assert_eq!(bench.post(ORDER, &signed(ORDER, "n3w")).await.status(), 200);
}

#[tokio::test]
async fn what_is_not_signed_by_the_shop_is_refused_and_leaves_no_trace() {
    let bench = bench();
    let wrong = bench.post(ORDER, &signed(ORDER, "wrong")).await;
    assert_eq!(
        (wrong.status(), wrong.body()),
        (401, json!({"error": "mismatch"}))
    );
    let none = bench.post(ORDER, &HeaderMap::new()).await;
    assert_eq!(
        (none.status(), none.body()),
        (401, json!({"error": "no-signature"}))
    );
    let tampered = changed("\"status\"", "\"Status\"");
    assert_eq!(
        bench.post(&tampered, &signed(ORDER, "s3cr3t")).await.status(),
        401
    );
    assert!(bench.keys().is_empty() && bench.inbox.sent().is_empty());
}

#[tokio::test]
async fn a_secret_is_bound_to_its_path() {
    let bench = bench();
    bench.secrets.set("shop/own", &shop_secret(&["whsec_b3RoZXI="]));
    let headers = signed(ORDER, "s3cr3t");
    let answer = bench
        .intake
        .take(&Webhook {
            source: "own",
            headers: &headers,
            body: ORDER,
        })
        .await;
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn unknown_sources_are_turned_away_unread() {
    let bench = bench();
    let headers = signed(ORDER, "s3cr3t");
    for source in ["nobody", "", "WOO", "../woo", &"w".repeat(500)] {
        let answer = bench
            .intake
            .take(&Webhook {
                source,
                headers: &headers,
                body: ORDER,
            })
            .await;
        assert_eq!(
            (answer.status(), answer.body()),
            (404, json!({"error": "unknown source"})),
            "{source}"
        );
    }
    assert_eq!(bench.secrets.fetched(), 0);
}

#[tokio::test]
async fn an_order_too_large_to_be_kept_is_refused_and_a_person_hears_of_a_signed_one() {
    let bench = bench();
    let mut large = ORDER.to_vec();
    large.resize(shop::BODY_BYTES_MAX + 1, b' ');
    assert_eq!(bench.post(&large, &HeaderMap::new()).await.status(), 413);
    assert!(bench.reviews().await.is_empty());
    for _ in 0..2 {
        assert_eq!(bench.shop_sends(&large).await.status(), 413);
    }
    let reviews = bench.reviews().await;
    assert_eq!(reviews.len(), 1);
    assert!(
        reviews[0].about.starts_with("too-large/woo_"),
        "{}",
        reviews[0].about
    );
    assert!(bench.inbox.sent().is_empty() && bench.items.all().iter().all(|item| item.bytes.is_none()));
}

#[tokio::test]
async fn the_activation_ping_is_answered() {
    let bench = bench();
    assert_eq!(
        bench.post(b"webhook_id=12", &HeaderMap::new()).await.status(),
        200
    );
    assert!(bench.keys().is_empty() && bench.inbox.sent().is_empty());
}

#[tokio::test]
async fn a_card_number_is_kept_nowhere_and_the_shop_is_not_annoyed() {
    let bench = bench();
    assert_eq!(bench.shop_sends(CARD).await.status(), 200);
    assert!(bench.inbox.sent().is_empty());
    let reviews = bench.reviews().await;
    assert_eq!(reviews.len(), 1);
    let digits: String = String::from_utf8_lossy(CARD)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    for item in bench.items.all() {
        assert!(item.bytes.is_none());
        let shown: String = item
            .body
            .to_string()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let leaked = digits.as_bytes().windows(12).any(|run| {
            let run = std::str::from_utf8(run).unwrap();
            run.starts_with('4') && shown.contains(run)
        });
        assert!(!leaked, "{}", item.body);
    }
    assert_eq!(bench.shop_sends(CARD).await.status(), 200);
    assert_eq!(bench.reviews().await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_for_the_router_to_judge() {
    let bench = bench();
    for body in [&b"{}"[..], b"not json", b"\xff\xfe", b"[]", b""] {
        let Answer::Taken(event) = bench.shop_sends(body).await else {
            panic!("{body:?}")
        };
        assert!(event.as_str().starts_with("woo_raw_"));
    }
    assert_eq!(bench.inbox.sent().len(), 5);
}

#[tokio::test]
async fn the_same_event_with_another_body_goes_on_after_the_first_under_a_name_of_its_own() {
    let bench = bench();
    let Answer::Taken(event) = bench.shop_sends(ORDER).await else {
        panic!()
    };
    let other = changed("\"pending\"", "\"cancelled\"");
    for _ in 0..2 {
        assert_eq!(bench.shop_sends(&other).await, Answer::Taken(event.clone()));
    }
    let sent = bench.inbox.sent();
    assert_eq!(sent.len(), 2, "the other one once");
    assert_eq!(
        (&sent[0].body["event"], &sent[0].group),
        (&json!(event), &sent[1].group)
    );
    let beside = sent[1].body["event"].as_str().unwrap();
    assert!(beside.starts_with(&format!("{event}-")), "{beside}");
    let payloads = &bench.intake.inbox.payloads;
    for (event, body) in [(event.as_str(), ORDER), (beside, &other)] {
        assert_eq!(payloads.payload(event).await.unwrap().unwrap().body, body);
    }
    assert!(bench.reviews().await.is_empty(), "what it means is decided later");
}

#[tokio::test]
async fn whichever_call_fails_both_bodies_of_one_event_go_on() {
    let mut failed = 0;
    for call in 0..6 {
        let bench = bench();
        bench.shop_sends(ORDER).await;
        let other = changed("\"pending\"", "\"cancelled\"");
        bench.items.fail_after(call, 1);
        failed += usize::from(bench.shop_sends(&other).await == Answer::TryAgain);
        bench.items.fail_next(0);
        assert_eq!(bench.shop_sends(&other).await.status(), 200);
        let names: std::collections::BTreeSet<_> = bench
            .inbox
            .sent()
            .iter()
            .map(|sent| sent.body["event"].to_string())
            .collect();
        assert_eq!(names.len(), 2, "call {call}");
    }
    assert!(failed >= 3, "{failed}");
}

#[tokio::test]
async fn the_pollers_bytes_of_the_same_order_are_no_contradiction() {
    let bench = bench();
    let spaced = changed("{", "{ ");
    let store = "woo".parse().unwrap();
    let facts = shop::scheme(merchant().store(&store).unwrap()).facts(ORDER);
    let event = domain::event::EventId::derive(&store, facts.as_ref(), ORDER);
    bench
        .intake
        .inbox
        .payloads
        .store(event.as_str(), &store, Via::Poller, &spaced)
        .await
        .unwrap();
    assert_eq!(bench.shop_sends(ORDER).await.status(), 200);
    assert!(bench.reviews().await.is_empty());
    assert_eq!(bench.inbox.sent().len(), 1);
}
