//! Before an effect is sent: nobody there, no TLS, no access token. Nothing was done.

use crate::bench::{Bench, client, id_of, key, settings, usd};
use domain::failure::FailureName::*;
use heartland::gp_api::{GpApi, PaymentGateway, Settings, Timeouts};
use sandbox::gp_api::{Fault, FaultKind, Moment};
use std::time::Duration;

#[tokio::test]
async fn a_gateway_that_cannot_be_reached_has_done_nothing() {
    // Held, so that nobody else gets it, and not listened on.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = nobody.local_addr().unwrap();
    let gateway = client(&format!("http://{address}/ucp"), "APPKEY", Timeouts::default());
    let bench = Bench::new().await;
    let failure = gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, SystemUnavailable);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_has_done_nothing() {
    let bench = Bench::new().await;
    let base_url = bench.simulator.base_url.replace("http://", "https://");
    let gateway = client(&base_url, "APPKEY", Timeouts::default());
    let failure = gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, SystemUnavailable);
}

#[tokio::test]
async fn a_server_that_never_ends_the_handshake_has_done_nothing() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}/ucp", silent.local_addr().unwrap());
    let connect = Duration::from_millis(300);
    let gateway = client(
        &base_url,
        "APPKEY",
        Timeouts {
            connect,
            ..Timeouts::default()
        },
    );
    let bench = Bench::new().await;
    let (key, order) = (key("a"), bench.cents("woo-1-1", 1000));
    // Without a limit of its own the call would wait for ever.
    let call = tokio::time::timeout(Duration::from_secs(60), gateway.authorize(&key, &order));
    assert_eq!(call.await.unwrap().unwrap_err().name, SystemUnavailable);
}

#[tokio::test]
async fn wrong_credentials_are_misconfigured() {
    let bench = Bench::new().await;
    let gateway = client(&bench.simulator.base_url, "WRONG", Timeouts::default());
    let failure = gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, Misconfigured);
    assert!(!failure.to_string().contains("WRONG"));
}

#[tokio::test]
async fn a_gateway_that_gives_no_access_token_has_done_nothing() {
    let bench = Bench::impatient(Duration::from_millis(1_000)).await;
    let kinds = [
        FaultKind::Html {
            http: 502,
            commit: Moment::Before,
        },
        FaultKind::Lost {
            commit: Moment::Before,
        },
        FaultKind::BrokenBody,
        FaultKind::Delay {
            ms: 5_000,
            commit: Moment::Before,
        },
    ];
    for kind in kinds {
        bench
            .control
            .fault(&Fault::post("/accesstoken", kind.clone()))
            .await
            .unwrap();
        let failure = bench
            .gateway
            .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
            .await
            .unwrap_err();
        assert_eq!(failure.name, SystemUnavailable, "{kind:?}");
    }
    assert!(bench.sent_to("/transactions").await.is_empty());
}

#[tokio::test]
async fn an_attempt_whose_time_is_over_sends_nothing_and_may_still_look() {
    let bench = Bench::new().await;
    let held = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let before = bench.sent_to("").await.len();
    let late = GpApi::new(Settings {
        may_send: || false,
        ..settings(&bench.simulator.base_url, "APPKEY", Timeouts::default())
    })
    .unwrap();
    let authorized = late.authorize(&key("b"), &bench.cents("woo-2-1", 1000)).await;
    let captured = late.capture(&key("c"), id_of(&held), usd(1000)).await;
    let reversed = late.reverse(&key("d"), id_of(&held)).await;
    for refused in [authorized, captured, reversed] {
        assert_eq!(refused.unwrap_err().name, SystemUnavailable);
    }
    let found = late.get(id_of(&held)).await.unwrap().unwrap();
    assert_eq!(found.status, held.status);
    let sent = bench.sent_to("").await.split_off(before);
    let posted = sent.iter().filter(|request| request.method == "POST");
    let posted: Vec<&str> = posted.map(|request| request.path.as_str()).collect();
    assert!(
        posted.iter().all(|path| path.ends_with("/accesstoken")),
        "{posted:?}"
    );
    assert!(sent.iter().any(|request| request.method == "GET"));
}
