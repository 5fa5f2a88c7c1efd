//! Defects of the official SDKs our client must not have: idempotency keys that reach a neighbour, amounts that
//! lose a cent.

use crate::bench::{Bench, key};
use domain::money::Money;
use futures::future::join_all;
use heartland::gp_api::{PaymentGateway, Status};
use std::collections::BTreeMap;

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
