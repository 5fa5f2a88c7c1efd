//! The endpoint: a request of a shop, handed to the intake as API Gateway hands it on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use super::pool::Pool;
use super::runtime_api::Reply;
use crate::progress;

struct Shared {
    intake: Arc<Pool>,
    first: Mutex<BTreeMap<String, Instant>>,
    requests: Mutex<u64>,
}

/// The endpoint. Ends when it is dropped.
pub struct Endpoint {
    /// Where webhooks go, without the source.
    pub url: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Endpoint {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(intake: Arc<Pool>) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}/webhooks", listener.local_addr()?);
        let shared = Arc::new(Shared {
            intake,
            first: Mutex::default(),
            requests: Mutex::default(),
        });
        let routes = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            // It serves until it is aborted; a lost listener shows in the next webhook.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, shared, serving })
    }

    /// When the first webhook of an order came, by the shop's id of it.
    pub fn arrived(&self, order: &str) -> Option<Instant> {
        let first = self.shared.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.get(order).copied()
    }

    /// How many requests came so far.
    pub fn requests(&self) -> u64 {
        *self
            .shared
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn take(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let arrived = Instant::now();
    *shared.requests.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    let body = String::from_utf8_lossy(&body).into_owned();
    if let Some(id) = serde_json::from_str::<Value>(&body)
        .ok()
        .map(|order| order["id"].to_string())
    {
        let mut first = shared.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.entry(id).or_insert(arrived);
    }
    let headers: Map<String, Value> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect();
    let answer = match shared.intake.invoke(&request(uri.path(), &headers, &body)).await {
        Ok(Reply::Answer(answer)) => answer,
        Ok(Reply::Error(why)) => return failed(&why.to_string()),
        Err(error) => return failed(&format!("{error:#}")),
    };
    let status = answer["statusCode"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn failed(why: &str) -> StatusCode {
    progress::say(format!("a webhook failed: {why}"));
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A request as API Gateway hands it to a function.
pub fn request(path: &str, headers: &Map<String, Value>, body: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "stage": "$default", "requestId": "bench",
            "routeKey": "$default", "domainName": "bench.local", "domainPrefix": "bench",
            "time": "23/Nov/2026:14:20:00 +0000", "timeEpoch": 1_795_443_600_000_u64,
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1",
                     "sourceIp": "203.0.113.7", "userAgent": "WooCommerce/10.3.5"},
        },
        "body": body, "isBase64Encoded": false,
    })
}
