//! Defects found in the official SDKs by running them. Each is a test that our client does not have it.

use crate::bench::{Bench, key, usd};
use domain::{failure::FailureName, money::Money};
use futures::future::join_all;
use heartland::gp_api::{Authorize, PaymentGateway, Status};
use sandbox::gp_api::{Fault, FaultKind, Moment, Switches};
use secrecy::SecretString;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_idempotency_key_reaches_a_neighbours_request() {
    let bench = Bench::new().await;
    let calls = (0..400).map(|n| {
        let (gateway, asked) = (
            bench.gateway.clone(),
            bench.cents(&format!("woo-{n}-1"), 1000 + n),
        );
        tokio::spawn(async move { gateway.authorize(&key(&format!("key-{n}")), &asked).await })
    });
    for done in join_all(calls).await {
        done.unwrap().unwrap();
    }
    let sent = bench.sent_to("/transactions").await;
    assert_eq!(sent.len(), 400);
    for request in &sent {
        let n = request.body["reference"]
            .as_str()
            .unwrap()
            .replace("woo-", "")
            .replace("-1", "");
        let own = request.body["amount"].as_str().unwrap().parse::<i64>().unwrap() - 1000;
        assert_eq!(
            request.idempotency.as_deref(),
            Some(format!("key-{own}").as_str()),
            "reference {n}"
        );
    }
}

#[tokio::test]
async fn reads_carry_no_idempotency_key() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let (key, asked) = (key("b"), bench.cents("woo-2-1", 1000));
    let (write, read) = tokio::join!(
        bench.gateway.authorize(&key, &asked),
        bench.gateway.get(&authorized.id)
    );
    assert_eq!(
        (write.unwrap().status, read.unwrap().unwrap().status),
        (Status::Preauthorized, Status::Preauthorized)
    );
    let gets = bench.sent_to(authorized.id.as_str()).await;
    assert!(gets.iter().all(|r| r.idempotency.is_none()) && !gets.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_573_prices_the_sdk_truncates_are_exact() {
    let bench = Bench::new().await;
    let currency = "USD".parse().unwrap();
    // the prices 0.01 to 100.00 that lose a cent when they are multiplied as binary fractions and cut
    let truncated: Vec<i64> = (1..=10_000_i64)
        .filter(|cents| {
            (format!("{}.{:02}", cents / 100, cents % 100)
                .parse::<f64>()
                .unwrap()
                * 100.0) as i64
                != *cents
        })
        .collect();
    assert_eq!(truncated.len(), 573);
    for batch in truncated.chunks(64) {
        join_all(batch.iter().map(|cents| {
            let price = format!("{}.{:02}", cents / 100, cents % 100);
            let amount = Money::parse(&price, currency).unwrap();
            let (gateway, asked) = (bench.gateway.clone(), bench.of(&format!("price-{cents}"), amount));
            async move {
                let authorized = gateway
                    .authorize(&key(&format!("price-{}", asked.amount.minor)), &asked)
                    .await
                    .unwrap();
                assert_eq!(authorized.amount.unwrap().to_major(), price);
            }
        }))
        .await;
    }
    let sent: BTreeMap<String, String> = bench
        .sent_to("/transactions")
        .await
        .iter()
        .map(|r| {
            (
                r.body["reference"].as_str().unwrap().to_owned(),
                r.body["amount"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    for cents in truncated {
        assert_eq!(sent[&format!("price-{cents}")], cents.to_string());
    }
}

#[tokio::test]
async fn a_currency_without_minor_units_is_not_multiplied() {
    let bench = Bench::new().await;
    let yen = Money::parse("1000", "JPY".parse().unwrap()).unwrap();
    bench
        .gateway
        .authorize(&key("a"), &bench.of("woo-1-1", yen))
        .await
        .unwrap();
    assert_eq!(bench.sent_to("/transactions").await[0].body["amount"], "1000");
}

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
async fn the_time_limit_is_kept() {
    let bench = Bench::impatient(Duration::from_millis(300)).await;
    let kind = FaultKind::Delay {
        ms: 8_000,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/transactions", kind))
        .await
        .unwrap();
    let started = Instant::now();
    let failure = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::OutcomeUnknown);
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_void_goes_to_the_reversal_of_that_transaction() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    bench.gateway.reverse(&key("v"), &authorized.id).await.unwrap();
    let sent = bench.control.recordings().await.unwrap();
    let last = sent.last().unwrap();
    assert_eq!(last.path, format!("/ucp/transactions/{}/reversal", authorized.id));
    assert_eq!(
        (last.method.as_str(), last.idempotency.as_deref()),
        ("POST", Some("v"))
    );
}

#[tokio::test]
async fn a_holder_with_accents_arrives_whole() {
    let bench = Bench::new().await;
    let holder = Some(SecretString::from("José Müller 山田"));
    let asked = Authorize {
        holder,
        ..bench.cents("woo-1-1", 1000)
    };
    assert!(!format!("{asked:?}").contains("Müller"));
    bench.gateway.authorize(&key("a"), &asked).await.unwrap();
    let sent = &bench.sent_to("/transactions").await[0];
    assert_eq!(sent.body["payment_method"]["name"], "José Müller 山田");
    let length: usize = sent.headers["content-length"].parse().unwrap();
    assert_eq!(length, sent.body.to_string().len());
}

#[tokio::test]
async fn an_error_that_comes_unpacked_keeps_its_code() {
    // the simulator packs its answers; a proxy's own answer comes as it is
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let token = r#"{"token":"T","seconds_to_expire":3600}"#;
        let error = r#"{"error_code":"INVALID_REQUEST_DATA","detailed_error_code":"40087","detailed_error_description":"amount value is invalid"}"#;
        let answers = [
            ("200 OK", token),
            ("400 Bad Request", error),
            ("201 Created", r#"{"id":"TRN_1","status":"CAPTURED"}"#),
        ];
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !String::from_utf8_lossy(&seen).contains('}') {
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
    let gateway = crate::bench::client(&format!("http://{address}/ucp"), "APPKEY", Default::default());
    let id = "TRN_1".parse().unwrap();
    let failure = gateway
        .refund(&key("r"), &"TRN_0".parse().unwrap(), usd(5))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Refused, Some("amount"))
    );
    assert!(failure.what.contains("40087"));
    // 201 is a success like 200
    assert_eq!(
        gateway.capture(&key("c"), &id, usd(5)).await.unwrap().status,
        Status::Captured
    );
}

#[tokio::test]
async fn an_html_page_instead_of_json_is_an_unknown_outcome() {
    let bench = Bench::new().await;
    for http in [200, 400, 404, 502] {
        let kind = FaultKind::Html {
            http,
            commit: Moment::After,
        };
        bench
            .control
            .fault(&Fault::post("/transactions", kind))
            .await
            .unwrap();
        let name = format!("html-{http}");
        let failure = bench
            .gateway
            .authorize(&key(&name), &bench.cents(&name, 1000))
            .await
            .unwrap_err();
        assert_eq!(failure.name, FailureName::OutcomeUnknown, "{http}");
    }
}

#[tokio::test]
async fn an_unknown_status_survives() {
    let bench = Bench::new().await;
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    let kind = FaultKind::StrangeStatus {
        status: "ON_ITS_WAY".to_owned(),
    };
    bench
        .control
        .fault(&Fault::get("/transactions/TRN", kind))
        .await
        .unwrap();
    let seen = bench.gateway.get(&authorized.id).await.unwrap().unwrap();
    assert_eq!(seen.status, Status::Unknown("ON_ITS_WAY".to_owned()));
    let kept: heartland::gp_api::Transaction =
        serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(kept, seen);
}
