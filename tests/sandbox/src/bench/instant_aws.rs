//! AWS that answers at once: a table, secrets, queues that remember what they were sent, and a workflow engine. It keeps
//! no promise but those a happy path needs: an item that is there is not inserted again, everything else is written.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// What has happened so far.
#[derive(Default)]
struct Memory {
    items: HashMap<String, Value>,
    secrets: BTreeMap<String, Value>,
    sent: Vec<Value>,
    started: Vec<Value>,
}

/// AWS in memory. Ends when it is dropped.
pub struct InstantAws {
    /// What `AWS_ENDPOINT_URL` is.
    pub url: String,
    memory: Arc<Mutex<Memory>>,
    serving: JoinHandle<()>,
}

impl Drop for InstantAws {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl InstantAws {
    /// Starts it on a free port, with these secrets.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(secrets: BTreeMap<String, Value>) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let memory = Arc::new(Mutex::new(Memory {
            secrets,
            ..Memory::default()
        }));
        let routes = Router::new().fallback(serve).with_state(Arc::clone(&memory));
        let serving = tokio::spawn(async move {
            // It serves until it is aborted; a lost listener shows in the next call.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, memory, serving })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The messages sent since this was last asked, oldest first.
    pub fn take_sent(&self) -> Vec<Value> {
        std::mem::take(&mut self.memory().sent)
    }

    /// The inputs of the runs started since this was last asked, oldest first.
    pub fn take_started(&self) -> Vec<Value> {
        std::mem::take(&mut self.memory().started)
    }
}

async fn serve(State(memory): State<Arc<Mutex<Memory>>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let action = target
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or_default();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    match memory.answer(action, &asked) {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(code) => {
            let error = json!({"__type": format!("com.amazonaws.instant#{code}"), "message": code});
            (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
        }
    }
}

impl Memory {
    fn answer(&mut self, action: &str, asked: &Value) -> std::result::Result<Value, &'static str> {
        match action {
            "GetItem" => Ok(match self.items.get(&key(&asked["Key"])) {
                Some(item) => json!({"Item": item}),
                None => json!({}),
            }),
            "PutItem" => self.put(asked),
            "DeleteItem" => {
                self.items.remove(&key(&asked["Key"]));
                Ok(json!({}))
            }
            "Query" => Ok(json!({"Items": [], "Count": 0, "ScannedCount": 0})),
            "TransactWriteItems" => {
                let writes = asked["TransactItems"].as_array().into_iter().flatten();
                for put in writes.filter_map(|write| write.get("Put")) {
                    self.put(put)?;
                }
                Ok(json!({}))
            }
            "GetSecretValue" => {
                let name = asked["SecretId"].as_str().unwrap_or_default();
                let secret = self.secrets.get(name).ok_or("ResourceNotFoundException")?;
                Ok(json!({"ARN": name, "Name": name, "SecretString": secret.to_string()}))
            }
            "SendMessage" => {
                self.sent.push(asked.clone());
                Ok(json!({"MessageId": format!("00000000-0000-4000-8000-{:012}", self.sent.len())}))
            }
            "StartExecution" => {
                let input = asked["input"].as_str().unwrap_or_default();
                self.started.push(serde_json::from_str(input).unwrap_or_default());
                Ok(json!({"executionArn": asked["name"], "startDate": 1_795_446_000}))
            }
            _ => Err("UnknownOperationException"),
        }
    }

    fn put(&mut self, asked: &Value) -> std::result::Result<Value, &'static str> {
        let item = &asked["Item"];
        let there = self.items.contains_key(&key(item));
        let is_insert = asked["ConditionExpression"]
            .as_str()
            .is_some_and(|condition| condition.starts_with("attribute_not_exists(pk)"));
        if there && is_insert {
            return Err("ConditionalCheckFailedException");
        }
        self.items.insert(key(item), item.clone());
        Ok(json!({}))
    }
}

/// The key of an item: its partition, and its sort key where there is one.
fn key(item: &Value) -> String {
    let part = |name: &str| {
        let value = &item[name];
        value["S"]
            .as_str()
            .or(value["N"].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    format!("{}\u{0}{}", part("pk"), part("sk"))
}
