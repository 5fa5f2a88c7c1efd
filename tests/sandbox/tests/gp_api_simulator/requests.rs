//! Signing in, reading, bad requests.

use crate::bench::{Bench, sale};
use sandbox::gp_api::Switches;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_ends_with_the_clock() {
    let bench = Bench::new().await;
    assert_eq!(bench.get("/transactions?").await.0, 200);
    bench.control.advance_ms(86_400_000).await.unwrap();
    let (status, answer) = bench.get("/transactions").await;
    assert_eq!((status, &answer["detailed_error_code"]), (401, &json!("40001")));
}

#[tokio::test]
async fn portico_credentials_sign_in_as_well() {
    let bench = Bench::new().await;
    let by_key = json!({"credentials": [{"name": "apikey", "value": "skapi_cert_SIMULATED"}]});
    assert_eq!(bench.post("/accesstoken", by_key, None).await.0, 200);
    let wrong = json!({"credentials": [{"name": "site_id", "value": "1"}]});
    let (status, answer) = bench.post("/accesstoken", wrong, None).await;
    assert_eq!((status, &answer["detailed_error_code"]), (403, &json!("40004")));
}

#[tokio::test]
async fn filters_with_an_empty_value_are_ignored_and_lists_can_lag() {
    let bench = Bench::new().await;
    bench.sale("AUTO", "1000").await;
    let (_, list) = bench
        .get("/transactions?page=1&page_size=10&amount=&reference=order-1&from_time_created=2026-01-01")
        .await;
    assert_eq!(list["total_count"], 1);
    assert_eq!(
        bench.get("/transactions?reference=order-2").await.1["total_count"],
        0
    );
    bench
        .control
        .switches(&Switches {
            list_lag_s: 60,
            ..Switches::default()
        })
        .await
        .unwrap();
    assert_eq!(
        bench.get("/transactions?reference=order-1").await.1["total_count"],
        0
    );
    bench.control.advance_ms(61_000).await.unwrap();
    assert_eq!(
        bench.get("/transactions?reference=order-1").await.1["total_count"],
        1
    );
}

#[tokio::test]
async fn bad_requests_name_their_field() {
    let bench = Bench::new().await;
    let table = [
        ("amount", json!("19.99"), "40213"),
        ("amount", Value::Null, "40005"),
        ("currency", json!("XXX"), "40213"),
        ("reference", json!("a".repeat(51)), "40213"),
        ("reference", json!("under_score"), "40213"),
        ("type", json!("GIFT"), "40213"),
    ];
    for (field, value, code) in table {
        let mut body = sale("AUTO", "1000");
        body[field] = value;
        let (status, answer) = bench.post("/transactions", body, None).await;
        assert_eq!(
            (status, &answer["detailed_error_code"]),
            (400, &json!(code)),
            "{field}"
        );
        assert!(
            answer["detailed_error_description"]
                .as_str()
                .unwrap()
                .contains(field)
        );
    }
}

#[tokio::test]
async fn answers_are_packed_only_for_those_who_can_unpack() {
    let bench = Bench::new().await;
    let url = format!("{}/transactions/TRN_none", bench.simulator.base_url);
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let response = plain.get(&url).bearer_auth(&bench.token).send().await.unwrap();
    assert!(response.headers().get("content-encoding").is_none());
    assert_eq!(
        response.json::<Value>().await.unwrap()["detailed_error_code"],
        "40008"
    );
    let packed = plain
        .get(&url)
        .bearer_auth(&bench.token)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
}
