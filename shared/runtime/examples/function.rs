//! A function as small as they come: answers, fails by name, or crashes, as its input says. The tests of the main loop
//! run it.

use domain::failure::{Failure, FailureName};
use runtime::{Invocation, start, telemetry};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    start(handle).await
}

async fn handle(input: Value, invocation: Invocation) -> Result<Value, Failure> {
    match input.get("action").and_then(Value::as_str) {
        Some("answer") => Ok(json!({ "request": invocation.request_id })),
        Some("crash") => panic!("{input}"),
        _ => Err(Failure::new(FailureName::Refused, "no such action")
            .field("action")
            .remedy("choose another")),
    }
}
