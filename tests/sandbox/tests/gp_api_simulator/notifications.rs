//! Notifications.

use crate::bench::{Bench, sale};
use axum::http::HeaderMap;
use heartland::gp_api::{Notification, signature_matches};
use sandbox::gp_api::{Notify, Style};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;

#[tokio::test]
async fn notifications_are_signed_over_the_bytes_they_send_in_every_style() {
    let bench = Bench::new().await;
    let inbox = Inbox::open().await;

    let id = bench.sale("LATER", "1000").await;
    for style in [
        Style::Compact,
        Style::Spaced,
        Style::EscapedSlashes,
        Style::EscapedUnicode,
    ] {
        let notify = Notify {
            transaction: id.clone(),
            url: Some(inbox.url.clone()),
            status: None,
            style,
            times: 2,
        };
        assert_eq!(
            bench.control.notify(&notify).await.unwrap(),
            [Some(200), Some(200)]
        );
    }
    let received = inbox.wait_for(8).await;
    assert_eq!(received.len(), 8);
    for (at, (signature, body)) in received.iter().enumerate() {
        assert!(signature_matches(body.as_bytes(), signature, &"APPKEY".into()));
        let notification = Notification::verify(body.as_bytes(), signature, &"APPKEY".into()).unwrap();
        assert_eq!(notification.transaction.id.as_str(), id);
        let repeat = at % 2 == 1;
        assert_eq!(
            repeat,
            at > 0 && received[at - 1].1 == *body,
            "a repeat is the same bytes"
        );
    }
    let back = bench
        .control
        .return_url(&id, "https://shop.example/back")
        .await
        .unwrap();
    let (signature, query) = back
        .split_once("X-GP-Signature=")
        .unwrap()
        .1
        .split_once('&')
        .unwrap();
    assert!(signature_matches(query.as_bytes(), signature, &"APPKEY".into()));
}

#[tokio::test]
async fn a_transaction_with_a_status_url_tells_of_every_step_by_itself() {
    let bench = Bench::new().await;
    let inbox = Inbox::open().await;
    let mut body = sale("LATER", "1000");
    body["notifications"] = json!({"status_url": inbox.url});
    let (_, made) = bench.post("/transactions", body, None).await;
    inbox.wait_for(1).await;
    bench.act(made["id"].as_str().unwrap(), "capture", None).await;
    let statuses: Vec<Value> = inbox
        .wait_for(2)
        .await
        .iter()
        .map(|(_, body)| json_of(body)["status"].clone())
        .collect();
    assert_eq!(statuses, ["PREAUTHORIZED", "CAPTURED"]);
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// Where notifications arrive: signature and body.
struct Inbox {
    url: String,
    received: watch::Receiver<Vec<(String, String)>>,
}

impl Inbox {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notify", listener.local_addr().unwrap());
        let (sender, received) = watch::channel(Vec::new());
        let take = move |headers: HeaderMap, body: String| async move {
            let signature = headers["x-gp-signature"].to_str().unwrap().to_owned();
            sender.send_modify(|all| all.push((signature, body)));
        };
        let app = axum::Router::new().route("/notify", axum::routing::post(take));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, received }
    }

    /// Everything that came, once it is that many.
    async fn wait_for(&self, count: usize) -> Vec<(String, String)> {
        let mut received = self.received.clone();
        let arrived = received.wait_for(|all| all.len() >= count);
        tokio::time::timeout(Duration::from_secs(10), arrived)
            .await
            .unwrap()
            .unwrap()
            .clone()
    }
}
