//! What both shops' APIs have in common: every request is recorded, and may be struck by a fault.

use super::{
    faults::{FaultKind, strike},
    listener::Cut,
    server::Shared,
    state::Recorded,
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Largest request body.
const BODY_BYTES_MAX: usize = 4 << 20;

/// An error answer in the shape of the WordPress API.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "code": code, "message": message, "data": { "status": status.as_u16() } });
    (status, Json(body)).into_response()
}

/// The outermost layer of both APIs.
pub(super) async fn recorded(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let fault = strike(&mut shared.state().faults, &method, &path);
    if let Some(FaultKind::DelayMs(ms)) = fault {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = match fault {
        Some(FaultKind::Reset) => StatusCode::OK.into_response(),
        Some(FaultKind::Status(status)) => failed(status),
        Some(FaultKind::DoneButStatus(status)) => {
            next.run(request).await;
            failed(status)
        }
        Some(FaultKind::AnswerLost | FaultKind::DelayMs(_)) | None => next.run(request).await,
    };
    let lost = matches!(fault, Some(FaultKind::Reset | FaultKind::AnswerLost));
    if lost {
        cut.now();
    }
    let status = (!lost).then(|| response.status().as_u16());
    shared.state().recorded.push(Recorded {
        method,
        path,
        body,
        status,
    });
    response
}

fn failed(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        "<html><body>There has been a critical error on this website.</body></html>",
    )
        .into_response()
}
