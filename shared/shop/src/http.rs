//! One request to a shop over HTTP with its time limits, and how its end is judged. No retry: whoever calls decides.

use domain::failure::{Failure, FailureName};
use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap, redirect, retry};
use std::time::Duration;

/// Until a connection stands, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// For a whole call. Shops on small servers take their time.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// Idle connections are given up before the shop, or a frozen Lambda, lets them die unnoticed.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// Longest answer that is read. A page of a hundred orders has about 1 MB.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// What a call does at the shop, and so what not knowing its end means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: it can be repeated.
    Reads,
    /// Something: a call without an answer may have done it.
    Changes,
}

impl Effect {
    fn unanswered(self) -> FailureName {
        match self {
            Self::Reads => FailureName::SystemUnavailable,
            Self::Changes => FailureName::OutcomeUnknown,
        }
    }
}

/// A successful answer.
pub(crate) struct Reply {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Connections to one shop.
pub(crate) fn connections() -> Result<Client, Failure> {
    trust::client()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .pool_idle_timeout(IDLE_MAX)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .user_agent(concat!("odoo-heartland/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::new(FailureName::Misconfigured, format!("no HTTP client: {error}")))
}

/// The base URL without a slash at its end; plain HTTP only to this machine.
pub(crate) fn base_url(text: &str) -> Result<String, Failure> {
    let misconfigured = |what: &str| Failure::new(FailureName::Misconfigured, what).field("base_url");
    let url = reqwest::Url::parse(text).map_err(|_| misconfigured("the shop's base_url is no URL"))?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(misconfigured(
        "the shop's base_url must be https unless it is a loopback address",
    ))
}

/// Sends a request once and judges its end.
pub(crate) async fn send(request: RequestBuilder, effect: Effect) -> Result<Reply, Failure> {
    let (status, reply) = exchange(request, effect).await?;
    match of_status(status, &reply.body, effect) {
        Some(failure) => Err(failure),
        None => Ok(reply),
    }
}

/// As [`send`]; `None` when the shop says that there is no such thing.
pub(crate) async fn send_to_existing(
    request: RequestBuilder,
    effect: Effect,
) -> Result<Option<Reply>, Failure> {
    let (status, reply) = exchange(request, effect).await?;
    match of_status(status, &reply.body, effect) {
        Some(_) if status == StatusCode::NOT_FOUND => Ok(None),
        Some(failure) => Err(failure),
        None => Ok(Some(reply)),
    }
}

async fn exchange(request: RequestBuilder, effect: Effect) -> Result<(StatusCode, Reply), Failure> {
    let mut response = request
        .send()
        .await
        .map_err(|error| of_transport(&error, effect))?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| of_transport(&error, effect))?
    {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Failure::new(effect.unanswered(), "the shop's answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, Reply { headers, body }))
}

/// An answer that could not be read although the shop says that all went well.
pub(crate) fn unreadable(effect: Effect) -> Failure {
    Failure::new(effect.unanswered(), "the shop's answer cannot be read")
}

fn of_transport(error: &reqwest::Error, effect: Effect) -> Failure {
    if error.is_connect() {
        return Failure::new(FailureName::SystemUnavailable, "the shop cannot be reached");
    }
    let what = if error.is_timeout() {
        "the shop did not answer in time"
    } else {
        "the connection to the shop broke"
    };
    Failure::new(effect.unanswered(), what)
}

fn of_status(status: StatusCode, body: &[u8], effect: Effect) -> Option<Failure> {
    if status.is_success() {
        return None;
    }
    let code = error_code(body)
        .map(|code| format!(" ({code})"))
        .unwrap_or_default();
    let what = format!("the shop answered {}{code}", status.as_u16());
    let name = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FailureName::Misconfigured,
        StatusCode::TOO_MANY_REQUESTS => FailureName::SystemUnavailable,
        StatusCode::REQUEST_TIMEOUT => effect.unanswered(),
        _ if status.is_client_error() => FailureName::Refused,
        _ => effect.unanswered(),
    };
    let remedy = match name {
        FailureName::Misconfigured => Some("check the key in the shop's secret and its rights in the shop"),
        FailureName::Refused => Some("look the order or product up in the shop"),
        _ => None,
    };
    let failure = Failure::new(name, what);
    Some(match remedy {
        Some(remedy) => failure.remedy(remedy),
        None => failure,
    })
}

/// The machine-readable code of an error answer (`woocommerce_rest_shop_order_invalid_id`); its message may quote data.
fn error_code(body: &[u8]) -> Option<String> {
    let code = serde_json::from_slice::<serde_json::Value>(body)
        .ok()?
        .get("code")?
        .as_str()?
        .to_owned();
    let plain = code.len() <= 80
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    plain.then_some(code)
}
