//! The connections that functions open to AWS: what is asked over them is counted, and they can be closed early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The connections of functions.
#[derive(Default)]
pub struct Connections {
    requests: AtomicU64,
    closing: AtomicBool,
}

impl Connections {
    /// How many requests came so far, of whatever kind.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether each answer is the last one on its connection from now on: who asks again has to open another.
    pub fn close_after_answers(&self, close: bool) {
        self.closing.store(close, Ordering::Relaxed);
    }
}

/// Counts a request, and closes its connection after the answer when that is wanted.
pub async fn watch(State(connections): State<Arc<Connections>>, request: Request, next: Next) -> Response {
    connections.requests.fetch_add(1, Ordering::Relaxed);
    let closing = connections.closing.load(Ordering::Relaxed);
    let mut answer = next.run(request).await;
    if closing {
        answer
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
