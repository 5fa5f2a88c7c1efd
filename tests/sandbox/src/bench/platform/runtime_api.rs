//! The Lambda Runtime API for one process: it asks for its next event, and posts what it made of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// Longest time until a process asks for an event, or answers one.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long an invocation may take, as the platform tells the function. Milliseconds; as of the functions that write to Odoo.
const DEADLINE_MS: u64 = 120_000;

/// What a process posts.
enum Posted {
    Answer(Bytes),
    Error(Bytes),
}

/// What came of an event.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The function's answer.
    Answer(Value),
    /// The function's error, with its type and message.
    Error(Value),
}

impl Reply {
    /// The answer of a function that was not to fail.
    ///
    /// # Errors
    /// When it has failed.
    pub fn answer(self) -> Result<Value> {
        match self {
            Self::Answer(answer) => Ok(answer),
            Self::Error(why) => bail!("the function failed: {why}"),
        }
    }
}

struct Shared {
    asked: mpsc::UnboundedSender<Instant>,
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    handed_over: Plain<Option<Instant>>,
    count: AtomicU64,
    posted: mpsc::UnboundedSender<(Instant, Posted)>,
}

/// The Runtime API of one process. Ends when it is dropped.
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` is: `127.0.0.1:port`.
    pub address: String,
    shared: Arc<Shared>,
    asked: mpsc::UnboundedReceiver<Instant>,
    events: mpsc::UnboundedSender<Bytes>,
    posted: mpsc::UnboundedReceiver<(Instant, Posted)>,
    serving: JoinHandle<()>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl RuntimeApi {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?.to_string();
        let (ask, asked) = mpsc::unbounded_channel();
        let (event, events) = mpsc::unbounded_channel();
        let (post_back, posted) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            asked: ask,
            events: Mutex::new(events),
            handed_over: Plain::default(),
            count: AtomicU64::default(),
            posted: post_back,
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(not_started))
            .with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            // It serves until it is aborted; a lost listener shows in the next event.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            address,
            shared,
            asked,
            events: event,
            posted,
            serving,
        })
    }

    /// Waits until the process asks for an event.
    ///
    /// # Errors
    /// When it says that it does not start, or nothing for two minutes.
    pub async fn ready(&mut self) -> Result<Instant> {
        tokio::select! {
            asked = tokio::time::timeout(PATIENCE, self.asked.recv()) => {
                asked.context("the function never asked for an event")?.context("the Runtime API has ended")
            }
            Some((_, posted)) = self.posted.recv() => match posted {
                Posted::Error(why) | Posted::Answer(why) => {
                    bail!("the function does not start: {}", String::from_utf8_lossy(&why))
                }
            },
        }
    }

    /// Hands an event to a process that is ready, and waits for the answer and until it is ready again. The time
    /// between the two, seen from outside: the function's own, and that of two calls on the loopback.
    ///
    /// # Errors
    /// When it says nothing for as long as an invocation may take.
    pub async fn invoke(&mut self, event: &Value) -> Result<(Duration, Reply)> {
        self.events.send(Bytes::from(event.to_string()))?;
        let answer = tokio::time::timeout(PATIENCE, self.posted.recv()).await;
        let (at, posted) = answer
            .context("the function did not answer")?
            .context("the Runtime API has ended")?;
        let begun = *self
            .shared
            .handed_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let took = at.duration_since(begun.context("no event was handed over")?);
        self.ready().await?;
        let read = |body: Bytes| serde_json::from_slice(&body).unwrap_or_default();
        let reply = match posted {
            Posted::Answer(body) => Reply::Answer(read(body)),
            Posted::Error(why) => Reply::Error(read(why)),
        };
        Ok((took, reply))
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    // Whoever measured has gone when nobody listens.
    let _ = shared.asked.send(Instant::now());
    let Some(event) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now_ms = std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or_default());
    let number = shared.count.fetch_add(1, Ordering::Relaxed);
    let headers = [
        (
            "Lambda-Runtime-Aws-Request-Id",
            format!("00000000-0000-4000-8000-{number:012}"),
        ),
        ("Lambda-Runtime-Deadline-Ms", (now_ms + DEADLINE_MS).to_string()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:000000000000:function:measured".to_owned(),
        ),
        (
            "Lambda-Runtime-Trace-Id",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".to_owned(),
        ),
        ("Content-Type", "application/json".to_owned()),
    ];
    *shared.handed_over.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    (headers, event).into_response()
}

async fn answered(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    accept(&shared, Posted::Answer(body))
}

async fn failed(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    accept(&shared, Posted::Error(body))
}

async fn not_started(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    accept(&shared, Posted::Error(body))
}

fn accept(shared: &Shared, posted: Posted) -> StatusCode {
    let _ = shared.posted.send((Instant::now(), posted));
    StatusCode::ACCEPTED
}
