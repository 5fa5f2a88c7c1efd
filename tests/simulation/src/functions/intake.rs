//! The intake: an HTTP call becomes an answer with a status.

use super::{
    Handler,
    parts::{Parts, SHOP_SECRET_PREFIX},
};
use async_trait::async_trait;
use domain::failure::Failure;
use http::{HeaderMap, HeaderName, HeaderValue};
use lambda_runtime::Diagnostic;
use runtime::Invocation;
use serde_json::{Value, json};
use std::sync::Arc;
use webhook_intake::{Answer, BUDGET, Intake, Webhook};

struct Http(Intake);

/// `{"source", "headers": {…}, "body"}` → `{"status"}`
#[async_trait]
impl Handler for Http {
    async fn handle(&self, call: Value, _: Invocation) -> Result<Value, Diagnostic> {
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        let headers: HeaderMap = call["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| {
                let value = HeaderValue::from_str(value.as_str()?).ok()?;
                Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
            })
            .collect();
        let webhook = Webhook {
            source: text("source"),
            headers: &headers,
            body: text("body").as_bytes(),
        };
        let answer = tokio::time::timeout(BUDGET, self.0.take(&webhook)).await;
        let answer = answer.unwrap_or(Answer::TryAgain);
        Ok(json!({ "status": answer.status(), "body": answer.body() }))
    }
}

pub fn start(parts: &Parts) -> Result<Arc<dyn Handler>, Failure> {
    Ok(Arc::new(Http(Intake {
        merchant: parts.merchant,
        secrets: parts.secrets.clone(),
        secret_prefix: SHOP_SECRET_PREFIX.to_owned(),
        inbox: parts.inbox(),
        clock: parts.clock.clone(),
    })))
}
