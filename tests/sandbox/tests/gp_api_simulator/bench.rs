//! What the tests share.

use sandbox::gp_api::{Control, Options, RunningGpApi, start};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

/// A simulator and a bare HTTP client that is signed in.
pub struct Bench {
    pub simulator: RunningGpApi,
    pub control: Control,
    http: reqwest::Client,
    pub token: String,
}

impl Bench {
    pub async fn new() -> Self {
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

    pub async fn post(&self, path: &str, body: Value, key: Option<&str>) -> (u16, Value) {
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

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(format!("{}{path}", self.simulator.base_url)))
            .await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.bearer_auth(&self.token).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn sale(&self, mode: &str, amount: &str) -> String {
        let (status, answer) = self.post("/transactions", sale(mode, amount), None).await;
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    pub async fn act(&self, id: &str, action: &str, amount: Option<&str>) -> (u16, String) {
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

pub fn sale(mode: &str, amount: &str) -> Value {
    json!({"account_name": "transaction_processing", "channel": "CNP", "country": "US", "type": "SALE",
        "capture_mode": mode, "amount": amount, "currency": "USD", "reference": "order-1",
        "payment_method": {"entry_mode": "ECOM", "card": {"number": "4263970000005262", "expiry_month": "05",
        "expiry_year": "30", "cvv": "123"}}})
}

pub fn ok(status: &str) -> (u16, String) {
    (200, status.to_owned())
}

pub fn refused(code: &str) -> (u16, String) {
    (400, code.to_owned())
}
