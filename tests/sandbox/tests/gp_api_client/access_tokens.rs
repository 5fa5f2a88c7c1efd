//! Defects of the official SDKs our client must not have: access tokens.

use crate::bench::{Bench, key};
use domain::failure::FailureName;
use futures::future::join_all;
use heartland::gp_api::PaymentGateway;
use sandbox::gp_api::{Fault, FaultKind, Moment, Switches};
use std::time::{Duration, Instant};

#[tokio::test]
async fn an_ended_token_is_renewed_once_and_the_same_request_repeated() {
    let bench = Bench::new().await;
    bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    bench.control.end_access_tokens().await.unwrap();
    bench
        .gateway
        .authorize(&key("b"), &bench.cents("woo-2-1", 1000))
        .await
        .unwrap();
    let sent: Vec<_> = bench
        .sent_to("/transactions")
        .await
        .into_iter()
        .filter(|r| r.body["reference"] == "woo-2-1")
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].status, sent[1].status), (Some(401), Some(200)));
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(
        (sent[0].idempotency.as_deref(), sent[1].idempotency.as_deref()),
        (Some("b"), Some("b"))
    );
    assert_ne!(sent[0].headers["authorization"], sent[1].headers["authorization"]);
    assert_eq!(bench.sent_to("/accesstoken").await.len(), 2);
    assert_eq!(bench.control.totals(Some("woo-2-1")).await.unwrap().charges, 1);
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_misconfigured_not_repeated_for_ever() {
    let bench = Bench::new().await;
    let kind = FaultKind::Error {
        http: 401,
        code: "NOT_AUTHENTICATED".to_owned(),
        detail: "40001".to_owned(),
        text: "Invalid access token".to_owned(),
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/transactions", kind).times(5))
        .await
        .unwrap();
    let failure = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Misconfigured);
    assert_eq!(bench.sent_to("/transactions").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_calls_at_once_fetch_one_token_and_renew_it_once() {
    let bench = Bench::new().await;
    let wave = |name: &'static str| {
        let calls = (0..50).map(|n| {
            let name = format!("{name}-{n}");
            let (gateway, asked) = (bench.gateway.clone(), bench.cents(&name, 1000));
            tokio::spawn(async move { gateway.authorize(&key(&name), &asked).await })
        });
        join_all(calls)
    };
    for done in wave("first").await {
        done.unwrap().unwrap();
    }
    assert_eq!(bench.sent_to("/accesstoken").await.len(), 1);
    bench.control.end_access_tokens().await.unwrap();
    for done in wave("second").await {
        done.unwrap().unwrap();
    }
    assert_eq!(bench.sent_to("/accesstoken").await.len(), 2);
    assert_eq!(bench.control.totals(None).await.unwrap().charges, 100);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let bench = Bench::new().await;
    // a token of two seconds is renewed after one; the simulator would refuse it after two
    bench
        .control
        .switches(&Switches {
            token_life_s: 2,
            ..Switches::default()
        })
        .await
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while bench.sent_to("/accesstoken").await.len() < 3 {
        assert!(Instant::now() < deadline, "the token is not renewed");
        bench
            .gateway
            .find_by_reference(&"woo-1-1".parse().unwrap())
            .await
            .unwrap();
    }
    assert!(
        bench
            .sent_to("/transactions")
            .await
            .iter()
            .all(|r| r.status == Some(200))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failed_sign_in_is_shared_by_those_who_waited_for_it() {
    let bench = Bench::new().await;
    let kind = FaultKind::Delay {
        ms: 300,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/accesstoken", kind))
        .await
        .unwrap();
    let wrong = std::sync::Arc::new(crate::bench::client(
        &bench.simulator.base_url,
        "WRONG",
        Default::default(),
    ));
    let calls = (0..50).map(|n| {
        let (gateway, asked) = (wrong.clone(), bench.cents(&format!("woo-{n}-1"), 1000));
        tokio::spawn(async move { gateway.authorize(&key(&format!("k{n}")), &asked).await })
    });
    for done in join_all(calls).await {
        assert_eq!(done.unwrap().unwrap_err().name, FailureName::Misconfigured);
    }
    let fetches = bench.sent_to("/accesstoken").await.len();
    assert!(fetches <= 3, "{fetches} sign-ins for 50 calls at once");
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_early_is_used_to_its_end() {
    let bench = Bench::new().await;
    bench
        .control
        .switches(&Switches {
            token_life_s: 4,
            ..Switches::default()
        })
        .await
        .unwrap();
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let kind = FaultKind::Html {
        http: 502,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/accesstoken", kind).times(1_000))
        .await
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while bench.sent_to("/accesstoken").await.len() < 2 {
        assert!(Instant::now() < deadline, "it is not renewed early");
        bench.gateway.get(&authorized.id).await.unwrap();
    }
    let failure = loop {
        assert!(Instant::now() < deadline, "a token outlives its end");
        if let Err(failure) = bench.gateway.get(&authorized.id).await {
            break failure;
        }
    };
    assert_eq!(failure.name, FailureName::SystemUnavailable);
    assert!(
        bench
            .control
            .recordings()
            .await
            .unwrap()
            .iter()
            .all(|r| r.status != Some(401))
    );
}
