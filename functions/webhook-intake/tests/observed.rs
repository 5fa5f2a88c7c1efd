//! What an operator sees of a webhook: its line with the ids, the trace its event goes on in, and refusals counted by
//! their reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::{Engine, prelude::BASE64_STANDARD};
use effects::{ManualClock, UnixMillis};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use runtime::{
    Invocation,
    inbox::Inbox,
    items::MemoryItems,
    metrics,
    queue::MemoryQueue,
    secrets::{MemorySecrets, Secrets},
    stores::{PayloadStore, Reviews},
    telemetry,
    trace::Trace,
    work::Work,
};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use webhook_intake::{Answer, Intake, Webhook};

const ORDER: &[u8] = include_bytes!("../../../events/woocommerce/order-usd-two-taxes.json");
const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const NOW: UnixMillis = UnixMillis(1_795_446_000_000);

fn intake() -> (Intake, Arc<MemoryQueue>, Arc<MemoryItems>) {
    let clock = Arc::new(ManualClock::new(NOW));
    let (items, queue) = (Arc::new(MemoryItems::default()), Arc::new(MemoryQueue::default()));
    let secrets = Arc::new(MemorySecrets::default());
    let secret = json!({
        "base_url": "https://shop.example", "consumer_key": "ck", "consumer_secret": "cs", "webhook_secrets": ["s3cr3t"],
    });
    secrets.set("shop/woo", &secret);
    let intake = Intake {
        merchant: runtime::merchant().unwrap(),
        secrets: Arc::new(Secrets::new(secrets, clock.clone())),
        secret_prefix: "shop/".into(),
        inbox: Inbox {
            payloads: PayloadStore::new(items.clone(), clock.clone()),
            reviews: Reviews::new(items.clone(), clock.clone()),
            queue: queue.clone(),
        },
        clock,
    };
    (intake, queue, items)
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

/// Takes a webhook as `main` does: answer, lines, metrics.
async fn taken(intake: &Intake, source: &str, body: &[u8], secret: &str) -> (Answer, Vec<Value>, Vec<Value>) {
    let headers = signed(body, secret);
    let webhook = Webhook {
        source,
        headers: &headers,
        body,
    };
    let invocation = Invocation::new("r-1", NOW.plus_ms(7_000)).in_trace(Trace::of_header(HEADER));
    let work = async {
        let work = Work::of_invocation(&invocation, &json!({"action": "intake"}));
        work.scope(intake.take(&webhook)).await
    };
    let ((answer, lines), metrics) = metrics::captured(telemetry::captured("info", work)).await;
    (answer, lines, metrics)
}

#[tokio::test]
async fn a_webhook_is_told_with_its_ids_and_its_event_goes_on_in_its_trace() {
    let (intake, queue, _) = intake();
    let (answer, lines, metrics) = taken(&intake, "woo", ORDER, "s3cr3t").await;
    let Answer::Taken(event) = answer else {
        panic!("{answer:?}")
    };
    let order: Value = serde_json::from_slice(ORDER).unwrap();
    let span = json!({
        "name": "work", "request": "r-1", "trace": "1-5759e988-bd862e3fe1be46a994272793", "action": "intake",
        "event": event, "order": format!("woo/{}", order["id"]),
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        (&lines[0]["outcome"], &lines[0]["span"]),
        (&json!("stored"), &span)
    );
    assert_eq!(queue.traces(), [Trace::of_header(HEADER)]);
    assert!(metrics.is_empty(), "{metrics:?}");
}

#[tokio::test]
async fn refusals_are_counted_by_their_reason() {
    let (intake, _, _) = intake();
    let large = vec![b' '; shop::BODY_BYTES_MAX + 1];
    for (source, body, secret, reason) in [
        ("woo", ORDER, "wrong", "bad-signature"),
        ("nobody", ORDER, "s3cr3t", "unknown-source"),
        ("woo", &large, "wrong", "too-large"),
    ] {
        let (_, lines, metrics) = taken(&intake, source, body, secret).await;
        assert_eq!(metrics.len(), 1, "{metrics:?}");
        assert_eq!(
            (&metrics[0]["WebhooksRefused"], &metrics[0]["Name"]),
            (&json!(1), &json!(reason))
        );
        assert_eq!(
            (&lines[0]["level"], &lines[0]["span"]["request"]),
            (&json!("WARN"), &json!("r-1"))
        );
    }
}

#[tokio::test]
async fn what_fails_on_our_side_is_a_failure_and_no_refusal() {
    let (intake, _, items) = intake();
    items.fail_next(1);
    let (answer, lines, metrics) = taken(&intake, "woo", ORDER, "s3cr3t").await;
    assert_eq!(answer, Answer::TryAgain);
    assert_eq!(
        (metrics.len(), &metrics[0]["Name"]),
        (1, &json!("SystemUnavailable"))
    );
    assert_eq!(lines[0]["level"], "ERROR");
}
