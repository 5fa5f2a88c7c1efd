//! Logs: one JSON object a line, with the ids of what is being worked on. `LOG_LEVEL` says how much.

use crate::invocation::Invocation;
use serde_json::Value;
use tracing::{Span, field::Empty};
use tracing_subscriber::EnvFilter;

/// Libraries stay at warnings whatever `LOG_LEVEL` says: the AWS clients log whole requests on `trace`, the Lambda
/// runtime whole events, and both hold content.
const QUIET: &str = "aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,aws_sdk_dynamodb=warn,aws_config=warn,\
                     hyper=warn,lambda_runtime=warn,lambda_runtime_api_client=warn,hyper_util=warn,h2=warn,rustls=warn,reqwest=warn";

/// Starts logging, panics included. Later calls change nothing.
pub fn init() {
    let level = crate::environment::optional("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
    let filter = EnvFilter::builder().parse_lossy(format!("{level},{QUIET}"));
    let logs = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false);
    let logs = logs
        .with_current_span(true)
        .with_target(false)
        .with_env_filter(filter);
    // Only the first subscriber of a process counts.
    let _ = logs.try_init();
    crate::crash::log_places_only();
}

/// The span of an invocation: its request id, and the ids its input names.
pub fn span(invocation: &Invocation, input: &Value) -> Span {
    let span = tracing::info_span!(
        "invocation",
        request = invocation.request_id,
        action = Empty,
        order = Empty,
        generation = Empty,
        version = Empty,
        event = Empty,
        execution = Empty,
    );
    for name in ["action", "order", "version", "event", "execution"] {
        if let Some(id) = input.get(name).and_then(Value::as_str) {
            span.record(name, id);
        }
    }
    if let Some(generation) = input.get("generation").and_then(Value::as_u64) {
        span.record("generation", generation);
    }
    span
}
