//! The simulator of GP-API behaves as the gateway's public documentation and captured runs say.

use sandbox::gp_api::{Control, Notify, Options, RunningGpApi, Style, Switches, WhileRunning, start};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

/// A simulator and a bare HTTP client that is signed in.
struct Bench {
    simulator: RunningGpApi,
    control: Control,
    http: reqwest::Client,
    token: String,
}

impl Bench {
    async fn new() -> Self {
        let simulator = start(Options::default()).await.unwrap();
        let control = simulator.control();
        let mut bench = Self {
            simulator,
            control,
            http: reqwest::Client::new(),
            token: String::new(),
        };
        let body =
            json!({"app_id": "APPID", "nonce": "n", "secret": hex::encode(Sha512::digest(b"nAPPKEY"))});
        let (status, answer) = bench.post("/accesstoken", body, None).await;
        assert_eq!(status, 200, "{answer}");
        bench.token = answer["token"].as_str().unwrap().to_owned();
        bench
    }

    async fn post(&self, path: &str, body: Value, key: Option<&str>) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}{path}", self.simulator.base_url))
            .body(body.to_string());
        let request = request.header("content-type", "charset=UTF-8");
        let request = key
            .iter()
            .fold(request, |request, key| request.header("X-GP-Idempotency", *key));
        self.send(request).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(format!("{}{path}", self.simulator.base_url)))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.bearer_auth(&self.token).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn sale(&self, mode: &str, amount: &str) -> String {
        let (status, answer) = self.post("/transactions", sale(mode, amount), None).await;
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    async fn act(&self, id: &str, action: &str, amount: Option<&str>) -> (u16, String) {
        let body = amount.map_or(json!({}), |amount| json!({"amount": amount}));
        let (status, answer) = self
            .post(&format!("/transactions/{id}/{action}"), body, None)
            .await;
        let word = answer["status"]
            .as_str()
            .or(answer["detailed_error_code"].as_str());
        (status, word.unwrap().to_owned())
    }
}

fn sale(mode: &str, amount: &str) -> Value {
    json!({"account_name": "transaction_processing", "channel": "CNP", "country": "US", "type": "SALE",
        "capture_mode": mode, "amount": amount, "currency": "USD", "reference": "order-1",
        "payment_method": {"entry_mode": "ECOM", "card": {"number": "4263970000005262", "expiry_month": "05",
        "expiry_year": "30", "cvv": "123"}}})
}

fn ok(status: &str) -> (u16, String) {
    (200, status.to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[tokio::test]
async fn the_key_space_is_shared_by_all_actions_and_the_first_answer_is_not_given_again() {
    let bench = Bench::new().await;
    let (_, first) = bench
        .post("/transactions", sale("LATER", "1000"), Some("k"))
        .await;
    let id = first["id"].as_str().unwrap();
    for path in ["/transactions".to_owned(), format!("/transactions/{id}/capture")] {
        let (status, answer) = bench.post(&path, sale("LATER", "1000"), Some("k")).await;
        assert_eq!((status, &answer["error_code"]), (409, &json!("DUPLICATE_ACTION")));
        let text = format!("Idempotency Key seen before: id={id}, status=PREAUTHORIZED");
        assert_eq!(answer["detailed_error_description"], json!(text));
    }
    let (_, read) = bench.get(&format!("/transactions/{id}")).await;
    assert_eq!(read["status"], "PREAUTHORIZED");
}

#[tokio::test]
async fn a_key_is_forgotten_after_its_window_and_4xx_uses_it_up_only_by_switch() {
    let bench = Bench::new().await;
    let switches = Switches {
        key_window_s: 3600,
        token_life_s: 86_400,
        ..Switches::default()
    };
    bench.control.switches(&switches).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        200
    );
    bench.control.advance_ms(3_599_000).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        409
    );
    bench.control.advance_ms(2_000).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        200
    );

    for (consumes, expected) in [(false, 200), (true, 409)] {
        let key = format!("bad-{consumes}");
        bench
            .control
            .switches(&Switches {
                errors_consume_key: consumes,
                ..switches.clone()
            })
            .await
            .unwrap();
        assert_eq!(
            bench
                .post("/transactions", sale("AUTO", "zero"), Some(&key))
                .await
                .0,
            400
        );
        assert_eq!(
            bench.post("/transactions", sale("AUTO", "1"), Some(&key)).await.0,
            expected
        );
    }
}

#[tokio::test]
async fn captures_and_refunds_stay_within_their_limit() {
    let bench = Bench::new().await;
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "capture", Some("1151")).await, refused("40087"));
    assert_eq!(bench.act(&id, "capture", Some("1150")).await, ok("CAPTURED"));
    for amount in ["0", "-5", "1323"] {
        assert_eq!(
            bench.act(&id, "refund", Some(amount)).await,
            refused("40087"),
            "{amount}"
        );
    }
    assert_eq!(bench.act(&id, "refund", Some("1322")).await, ok("CAPTURED"));
    bench
        .control
        .switches(&Switches {
            limit_percent: 100,
            ..Switches::default()
        })
        .await
        .unwrap();
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "capture", Some("1001")).await, refused("40087"));
    assert_eq!(bench.act(&id, "capture", None).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "refund", Some("600")).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "refund", Some("401")).await, refused("40087"));
    assert_eq!(bench.act(&id, "refund", None).await, ok("CAPTURED"));
}

#[tokio::test]
async fn transactions_move_only_where_they_may() {
    let bench = Bench::new().await;
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "refund", None).await, refused("40290"));
    assert_eq!(bench.act(&id, "reversal", Some("400")).await, refused("40214"));
    assert_eq!(bench.act(&id, "reauthorization", None).await, refused("40290"));
    assert_eq!(
        bench.act(&id, "incremental", Some("500")).await,
        ok("PREAUTHORIZED")
    );
    assert_eq!(bench.act(&id, "capture", Some("1500")).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "incremental", Some("500")).await, refused("40290"));
    assert_eq!(bench.act(&id, "capture", None).await, refused("40290"));
    assert_eq!(bench.act(&id, "reversal", None).await, ok("REVERSED"));
    assert_eq!(bench.act(&id, "reauthorization", None).await, ok("PREAUTHORIZED"));
    assert_eq!(
        bench.act("TRN_none", "capture", None).await,
        (404, "40008".to_owned())
    );
    bench
        .control
        .switches(&Switches {
            partial_reversal: true,
            ..Switches::default()
        })
        .await
        .unwrap();
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "reversal", Some("400")).await, ok("PREAUTHORIZED"));
    let (_, read) = bench.get(&format!("/transactions/{id}")).await;
    assert_eq!(read["amount"], "600");
}

#[tokio::test]
async fn a_refund_is_a_transaction_of_its_own_that_names_its_sale() {
    let bench = Bench::new().await;
    let id = bench.sale("AUTO", "1000").await;
    let (_, refund) = bench
        .post(
            &format!("/transactions/{id}/refund"),
            json!({"amount": "300"}),
            None,
        )
        .await;
    assert_ne!(refund["id"], json!(id));
    let (_, read) = bench
        .get(&format!("/transactions/{}", refund["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        (&read["type"], &read["parent_resource_id"]),
        (&json!("REFUND"), &json!(id))
    );
}

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
async fn deposits_add_up_per_currency() {
    let bench = Bench::new().await;
    let first = bench.sale("AUTO", "10000").await;
    bench.act(&first, "refund", Some("2500")).await;
    bench.sale("LATER", "700").await;
    let mut euro = sale("AUTO", "4000");
    euro["currency"] = json!("EUR");
    bench.post("/transactions", euro, None).await;
    bench.control.dispute(&first).await.unwrap();
    assert_eq!(bench.control.settle().await.unwrap().len(), 2);
    let (_, list) = bench.get("/settlement/deposits").await;
    let mut amounts: Vec<_> = list["deposits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["currency"].as_str(), d["amount"].as_str()))
        .collect();
    amounts.sort();
    // 40.00 less fees of 1.00; 100.00 less a refund of 25.00, a chargeback of 100.00 and fees of 2.50
    assert_eq!(
        amounts,
        [(Some("EUR"), Some("3900")), (Some("USD"), Some("-2750"))]
    );
    assert_eq!(bench.act(&first, "reversal", None).await, refused("40290"));
    let (_, settled) = bench.get("/settlement/transactions?page_size=50").await;
    assert_eq!(settled["total_count"], 3);
}

#[tokio::test]
async fn notifications_are_signed_over_the_bytes_they_send_in_every_style() {
    use std::sync::{Arc, Mutex};
    let bench = Bench::new().await;
    let received: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let keep = Arc::clone(&received);
    let app = axum::Router::new().route(
        "/notify",
        axum::routing::post(move |headers: axum::http::HeaderMap, body: String| async move {
            let signature = headers["x-gp-signature"].to_str().unwrap().to_owned();
            keep.lock().unwrap().push((signature, body));
        }),
    );
    tokio::spawn(async move { axum::serve(listener, app).await });

    let id = bench.sale("LATER", "1000").await;
    for style in [
        Style::Compact,
        Style::Spaced,
        Style::EscapedSlashes,
        Style::EscapedUnicode,
    ] {
        let notify = Notify {
            transaction: id.clone(),
            url: Some(url.clone()),
            status: None,
            style,
            times: 2,
        };
        assert_eq!(
            bench.control.notify(&notify).await.unwrap(),
            [Some(200), Some(200)]
        );
    }
    let received = received.lock().unwrap().clone();
    assert_eq!(received.len(), 8);
    for (at, (signature, body)) in received.iter().enumerate() {
        assert!(heartland::gp_api::signature_matches(
            body.as_bytes(),
            signature,
            &"APPKEY".into()
        ));
        let notification =
            heartland::gp_api::Notification::verify(body.as_bytes(), signature, &"APPKEY".into()).unwrap();
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
    assert!(heartland::gp_api::signature_matches(
        query.as_bytes(),
        signature,
        &"APPKEY".into()
    ));
}

#[tokio::test]
async fn a_switch_makes_repeats_run_beside_the_first() {
    let bench = Bench::new().await;
    bench
        .control
        .switches(&Switches {
            while_running: WhileRunning::Process,
            ..Switches::default()
        })
        .await
        .unwrap();
    let kind = sandbox::gp_api::FaultKind::Delay {
        ms: 300,
        commit: sandbox::gp_api::Moment::Before,
    };
    bench
        .control
        .fault(&sandbox::gp_api::Fault::post("/transactions", kind).times(2))
        .await
        .unwrap();
    let (one, other) = tokio::join!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")),
        bench.post("/transactions", sale("AUTO", "1"), Some("k")),
    );
    assert_eq!((one.0, other.0), (200, 200));
    assert_eq!(bench.control.totals(Some("order-1")).await.unwrap().charges, 2);
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
