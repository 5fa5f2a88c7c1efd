//! A request and an answer, free of HTTP machinery, so that the gateway's behaviour is plain functions.

use serde_json::Value;
use std::collections::BTreeMap;

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub method: String,
    /// Below `/ucp` or `/_sim`, without slashes at either end, split at slashes.
    pub path: Vec<String>,
    /// The path as it came.
    pub raw_path: String,
    /// Query parameters; those with an empty value are left out, as the real gateway ignores them.
    pub query: BTreeMap<String, String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Call {
    /// The body as JSON; an empty body is an empty object.
    pub fn json(&self) -> Option<Value> {
        if self.body.is_empty() {
            return Some(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// The idempotency key. The header's name is case-insensitive.
    pub fn key(&self) -> Option<&str> {
        self.headers
            .get("x-gp-idempotency")
            .map(String::as_str)
            .filter(|key| !key.is_empty())
    }
}

/// An answer, before compression.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: body.to_string().into_bytes(),
        }
    }

    /// What a proxy in front of the gateway answers.
    pub fn html(status: u16, title: &str) -> Self {
        let body = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
        Self {
            status,
            content_type: "text/html",
            body: body.into_bytes(),
        }
    }
}

/// How a request ends on the wire.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    /// With an answer.
    Answer(Reply),
    /// The connection is closed without one.
    Close,
    /// The connection is reset.
    Reset,
    /// Half of the answer, then the connection is closed.
    Half(Reply),
}
