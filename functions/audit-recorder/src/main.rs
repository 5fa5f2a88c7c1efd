//! The Lambda function `audit-recorder`.

use audit::DynamoTrail;
use audit_recorder::{AuditRecorder, StreamEvent};
use runtime::{Invocation, Parts, environment};
use std::sync::Arc;

/// Seven years.
const RETENTION_DAYS: i64 = 2557;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let table = environment::required("AUDIT_TABLE")?;
    let recorder = Arc::new(AuditRecorder {
        trail: Arc::new(DynamoTrail::new(parts.dynamodb.clone(), table)),
        secrets: parts.secrets.clone(),
        key_secret: environment::required("AUDIT_KEY_SECRET")?,
        clock: parts.clock.clone(),
        keep_days: environment::number("AUDIT_RETENTION_DAYS", RETENTION_DAYS)?,
    });
    recorder.keys().await?;
    runtime::start(move |event: StreamEvent, _: Invocation| {
        let recorder = recorder.clone();
        async move { recorder.handle(event).await }
    })
    .await
}
