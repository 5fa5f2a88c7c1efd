//! A server that gives prepared answers, for what no gateway should answer.

use crate::bench::{Bench, client, key, usd};
use domain::failure::FailureName;
use heartland::gp_api::{GpApi, PaymentGateway, Timeouts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Signing in.
pub const TOKEN: (&str, &str) = ("200 OK", r#"{"token":"T","seconds_to_expire":3600}"#);

/// A client of a server that gives these answers, one connection each, and then is gone.
pub async fn scripted(answers: Vec<(&'static str, &'static str)>) -> GpApi {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/ucp", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !is_whole(&seen) {
                let mut chunk = [0_u8; 4096];
                let n = stream.read(&mut chunk).await.unwrap();
                seen.extend_from_slice(&chunk[..n]);
            }
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .await
                .unwrap();
        }
    });
    client(&base_url, "APPKEY", Timeouts::default())
}

/// Whether a request has come to its end: a GET with its head, a POST with its JSON.
fn is_whole(seen: &[u8]) -> bool {
    let text = String::from_utf8_lossy(seen);
    text.split_once("\r\n\r\n")
        .is_some_and(|(head, body)| head.starts_with("GET") || body.ends_with('}'))
}

#[tokio::test]
async fn an_effect_that_finds_nobody_has_not_been_done() {
    let gateway = scripted(vec![TOKEN, ("200 OK", r#"{"transactions":[]}"#)]).await;
    gateway
        .find_by_reference(&"woo-1-1".parse().unwrap())
        .await
        .unwrap();
    let asked = Bench::new().await.cents("woo-1-1", 1000);
    let failure = gateway.authorize(&key("a"), &asked).await.unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page_and_only_our_reference_counts() {
    let first = r#"{"total_count":3,"transactions":[{"id":"TRN_1","status":"DECLINED","reference":"woo-1-1"},
        {"id":"TRN_2","status":"CAPTURED","reference":"another"}]}"#;
    let second =
        r#"{"total_count":3,"transactions":[{"id":"TRN_3","status":"CAPTURED","reference":"woo-1-1"}]}"#;
    let gateway = scripted(vec![TOKEN, ("200 OK", first), ("200 OK", second)]).await;
    let found = gateway
        .find_by_reference(&"woo-1-1".parse().unwrap())
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["TRN_1", "TRN_3"]);
}

#[tokio::test]
async fn a_list_that_does_not_end_is_no_answer() {
    let page =
        r#"{"total_count":9000,"transactions":[{"id":"TRN_2","status":"CAPTURED","reference":"another"}]}"#;
    let mut answers = vec![("200 OK", page); 50];
    answers.insert(0, TOKEN);
    let failure = scripted(answers)
        .await
        .find_by_reference(&"woo-1-1".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
}

#[tokio::test]
async fn an_answer_about_another_transaction_is_none() {
    let other = r#"{"id":"TRN_2","status":"CAPTURED"}"#;
    let gateway = scripted(vec![TOKEN, ("200 OK", other), ("200 OK", other)]).await;
    let failure = gateway.get(&"TRN_1".parse().unwrap()).await.unwrap_err();
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    let failure = gateway
        .capture(&key("c"), &"TRN_1".parse().unwrap(), usd(5))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Conflict);
}
