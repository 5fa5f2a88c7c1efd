//! AWS that answers at once: tables, secrets, queues, a topic, and the workflow engine's side that functions call. All in the
//! memory of the process that measures, so that what is measured is not an emulator.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use asl::Failure;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use simulation::set_up::QUEUES;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connections::{Connections, watch};
use super::queue::Queue;
use super::table::{Change, Kept, Refusal, Tables, Units};

/// What a token was answered with.
pub type Answered = std::result::Result<Value, Failure>;

/// A run that was asked for.
pub struct Started {
    /// Its name.
    pub name: String,
    /// Its input.
    pub input: Value,
}

struct Memory {
    tables: Mutex<Tables>,
    secrets: BTreeMap<String, Value>,
    queues: Vec<Arc<Queue>>,
    /// What a second that work waits in its queue takes here.
    patience: f64,
    tokens: Mutex<HashMap<String, oneshot::Sender<Answered>>>,
    runs: Mutex<HashMap<String, Value>>,
    start: mpsc::UnboundedSender<Started>,
    calls: Mutex<BTreeMap<String, u64>>,
}

/// AWS in memory. Ends when it is dropped.
pub struct InstantAws {
    /// What `AWS_ENDPOINT_URL` is.
    pub url: String,
    /// What functions have open.
    pub connections: Arc<Connections>,
    memory: Arc<Memory>,
    started: tokio::sync::Mutex<mpsc::UnboundedReceiver<Started>>,
    serving: JoinHandle<()>,
}

impl Drop for InstantAws {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl InstantAws {
    /// Starts it on a free port, with these secrets. Waits of work that is given back take `scale` of their time.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(secrets: BTreeMap<String, Value>, scale: f64) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (start, started) = mpsc::unbounded_channel();
        let queues = QUEUES.iter().map(|queue| {
            // What was received must not come again while somebody works on it; who gives it back says for how long.
            let visibility = Duration::from_secs(queue.visibility_s.into());
            Arc::new(Queue::new(queue.name, visibility))
        });
        let memory = Arc::new(Memory {
            tables: Mutex::default(),
            secrets,
            queues: queues.collect(),
            patience: scale,
            tokens: Mutex::default(),
            runs: Mutex::default(),
            start,
            calls: Mutex::default(),
        });
        let connections = Arc::<Connections>::default();
        let routes = Router::new()
            .fallback(serve)
            .layer(from_fn_with_state(Arc::clone(&connections), watch))
            .with_state(Arc::clone(&memory));
        let serving = tokio::spawn(async move {
            // It serves until it is aborted; a lost listener shows in the next call.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            url,
            connections,
            memory,
            started: tokio::sync::Mutex::new(started),
            serving,
        })
    }

    /// A queue, by its name without the stack's.
    pub fn queue(&self, name: &str) -> Option<Arc<Queue>> {
        self.memory.queue(name)
    }

    /// All queues.
    pub fn queues(&self) -> &[Arc<Queue>] {
        &self.memory.queues
    }

    /// The next run that is asked for.
    pub async fn next_started(&self) -> Started {
        match self.started.lock().await.recv().await {
            Some(started) => started,
            // Whoever could ask is kept by this very value.
            None => std::future::pending().await,
        }
    }

    /// What a token will be answered with.
    pub fn answer_to(&self, token: &str) -> oneshot::Receiver<Answered> {
        let (tell, answer) = oneshot::channel();
        lock(&self.memory.tokens).insert(token.to_owned(), tell);
        answer
    }

    /// The changes of the tables since this was last asked, oldest first.
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut lock(&self.memory.tables).changes)
    }

    /// Whether changes wait to be taken.
    pub fn has_changes(&self) -> bool {
        !lock(&self.memory.tables).changes.is_empty()
    }

    /// Has the tables hold items as if they had been written long ago.
    pub fn keep(&self, items: impl IntoIterator<Item = Kept>) {
        let mut tables = lock(&self.memory.tables);
        for item in items {
            tables.keep(item);
        }
    }

    /// Every item of the tables.
    pub fn kept(&self) -> Vec<Kept> {
        lock(&self.memory.tables).kept()
    }

    /// What the tables were used for so far.
    pub fn units(&self) -> Units {
        lock(&self.memory.tables).units
    }

    /// Write units so far, by the kind of item.
    pub fn written(&self) -> BTreeMap<String, u64> {
        lock(&self.memory.tables).written.clone()
    }

    /// Those of them that went to an index, by its name.
    pub fn indexed(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.memory.tables).indexed.clone()
    }

    /// How often each other action was called so far.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        lock(&self.memory.calls).clone()
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let Some(action) = target.and_then(|target| target.rsplit('.').next()) else {
        // Topics have another protocol; nobody reads the answer but for its shape.
        *lock(&memory.calls).entry("Publish".to_owned()).or_default() += 1;
        let published = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
             <MessageId>00000000-0000-4000-8000-000000000000</MessageId></PublishResult></PublishResponse>";
        return ([(header::CONTENT_TYPE, "text/xml")], published).into_response();
    };
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    match memory.answer(action, &asked) {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, axum::Json(error)).into_response(),
    }
}

fn error(code: &str, message: &str) -> Value {
    json!({"__type": format!("com.amazonaws.instant#{code}"), "message": message})
}

fn refused(refusal: Refusal) -> Value {
    match refusal {
        Refusal::Condition(there) => {
            let mut failed = error("ConditionalCheckFailedException", "the condition does not hold");
            if let Some(there) = there {
                failed["Item"] = there;
            }
            failed
        }
        Refusal::Unknown(what) => error("ValidationException", &format!("not known here: {what}")),
    }
}

impl Memory {
    fn queue(&self, name: &str) -> Option<Arc<Queue>> {
        self.queues.iter().find(|queue| queue.name() == name).cloned()
    }

    fn answer(&self, action: &str, asked: &Value) -> Result<Value, Value> {
        let text = |name: &str| asked[name].as_str().unwrap_or_default();
        match action {
            "GetItem" => return Ok(lock(&self.tables).get(asked)),
            "Query" => return lock(&self.tables).query(asked).map_err(refused),
            "PutItem" => return lock(&self.tables).put(asked).map(|()| json!({})).map_err(refused),
            "DeleteItem" => {
                return lock(&self.tables)
                    .delete(asked)
                    .map(|()| json!({}))
                    .map_err(refused);
            }
            "TransactWriteItems" => return self.transact(asked),
            _ => *lock(&self.calls).entry(action.to_owned()).or_default() += 1,
        }
        match action {
            "GetSecretValue" => {
                let name = text("SecretId");
                let secret = self.secrets.get(name);
                let secret = secret.ok_or_else(|| error("ResourceNotFoundException", name))?;
                Ok(json!({"ARN": name, "Name": name, "SecretString": secret.to_string()}))
            }
            "SendMessage" => {
                let queue = self.addressed(asked)?;
                let (group, id) = (
                    asked["MessageGroupId"].as_str(),
                    asked["MessageDeduplicationId"].as_str(),
                );
                Ok(json!({"MessageId": queue.send(text("MessageBody"), group, id)}))
            }
            "ChangeMessageVisibility" => {
                let queue = self.addressed(asked)?;
                let seconds = asked["VisibilityTimeout"].as_f64().unwrap_or_default();
                // Work waits for Odoo, whose outages are as much shorter. An event waits for another function, which
                // takes its time here, too.
                let patience = if queue.is_fifo() { 1.0 } else { self.patience };
                queue.hide(text("ReceiptHandle"), Duration::from_secs_f64(seconds * patience));
                Ok(json!({}))
            }
            "StartExecution" => self.start(text("name"), text("input")),
            "DescribeExecution" => Err(error("ExecutionDoesNotExist", text("executionArn"))),
            "SendTaskSuccess" => {
                let output = serde_json::from_str(text("output")).unwrap_or_default();
                self.tell(text("taskToken"), Ok(output))
            }
            "SendTaskFailure" => {
                self.tell(text("taskToken"), Err(Failure::new(text("error"), text("cause"))))
            }
            _ => Err(error("UnknownOperationException", action)),
        }
    }

    fn addressed(&self, asked: &Value) -> Result<Arc<Queue>, Value> {
        let url = asked["QueueUrl"].as_str().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default();
        self.queue(name)
            .ok_or_else(|| error("AWS.SimpleQueueService.NonExistentQueue", url))
    }

    fn transact(&self, asked: &Value) -> Result<Value, Value> {
        lock(&self.tables)
            .put_all(asked)
            .map(|()| json!({}))
            .map_err(|held| {
                let reasons = held.iter().map(|held| match held {
                    true => json!({"Code": "None"}),
                    false => json!({"Code": "ConditionalCheckFailed"}),
                });
                let mut cancelled = error("TransactionCanceledException", "a condition does not hold");
                cancelled["CancellationReasons"] = reasons.collect();
                cancelled
            })
    }

    /// A run of the same name and input was started already, which is well; with another input it is not.
    fn start(&self, name: &str, input: &str) -> Result<Value, Value> {
        let input: Value = serde_json::from_str(input).unwrap_or_default();
        let mut runs = lock(&self.runs);
        match runs.get(name) {
            Some(there) if *there != input => return Err(error("ExecutionAlreadyExists", name)),
            Some(_) => {}
            None => {
                runs.insert(name.to_owned(), input.clone());
                // Whoever measured has gone when nobody listens.
                drop(self.start.send(Started {
                    name: name.to_owned(),
                    input,
                }));
            }
        }
        Ok(json!({"executionArn": name, "startDate": 1_795_446_000}))
    }

    fn tell(&self, token: &str, answered: Answered) -> Result<Value, Value> {
        let waiting = lock(&self.tokens).remove(token);
        let gone = || error("TaskTimedOut", "nobody waits for this token");
        waiting
            .and_then(|tell| tell.send(answered).ok())
            .map(|()| json!({}))
            .ok_or_else(gone)
    }
}
