//! Error bodies as the gateway writes them.

use super::call::Reply;
use serde_json::json;

/// An error of the gateway: HTTP status, `error_code`, `detailed_error_code`, `detailed_error_description`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub http: u16,
    pub code: String,
    pub detail: String,
    pub text: String,
}

impl ApiError {
    /// Any error.
    pub fn new(http: u16, code: &str, detail: &str, text: impl Into<String>) -> Self {
        Self {
            http,
            code: code.to_owned(),
            detail: detail.to_owned(),
            text: text.into(),
        }
    }

    /// A field is missing.
    pub fn missing(field: &str) -> Self {
        let text = format!("Request expects the following field [{field}]");
        Self::new(400, "MANDATORY_DATA_MISSING", "40005", text)
    }

    /// A field holds what it must not.
    pub fn unexpected(field: &str) -> Self {
        Self::new(
            400,
            "INVALID_REQUEST_DATA",
            "40213",
            format!("{field} contains unexpected data"),
        )
    }

    /// The transaction is in the wrong state.
    pub fn wrong_state(text: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ACTION", "40290", text)
    }

    /// More than the limit is captured or refunded, or nothing.
    pub fn over_limit(text: impl Into<String>) -> Self {
        Self::new(400, "INVALID_REQUEST_DATA", "40087", text)
    }

    /// There is no such transaction.
    pub fn no_transaction(id: &str) -> Self {
        let text = format!("Transaction {id} not found at this location.");
        Self::new(404, "RESOURCE_NOT_FOUND", "40008", text)
    }

    /// There is no such payment method, or it has ended.
    pub fn no_payment_method(id: &str) -> Self {
        let text = format!("payment_method {id} not found at this location.");
        Self::new(404, "RESOURCE_NOT_FOUND", "40116", text)
    }

    /// There is nothing under this path.
    pub fn no_path() -> Self {
        Self::new(
            404,
            "RESOURCE_NOT_FOUND",
            "40118",
            "The requested resource was not found.",
        )
    }

    /// The key was used before. `status` is that of the first result, where it has one.
    pub fn duplicate(id: &str, status: Option<&str>) -> Self {
        let status = status.map(|s| format!(", status={s}")).unwrap_or_default();
        Self::new(
            409,
            "DUPLICATE_ACTION",
            "40039",
            format!("Idempotency Key seen before: id={id}{status}"),
        )
    }

    /// The answer.
    pub fn reply(&self) -> Reply {
        let body = json!({"error_code": self.code, "detailed_error_code": self.detail,
            "detailed_error_description": self.text});
        Reply::json(self.http, &body)
    }
}
