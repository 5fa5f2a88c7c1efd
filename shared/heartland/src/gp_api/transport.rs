//! One request over HTTP, with its time limits, and nothing else: no retry, no redirect, no state.

use super::{
    API_VERSION,
    failures::{Effect, no_answer, of_transport},
    ids::IdempotencyKey,
    settings::Timeouts,
};
use domain::failure::{Failure, FailureName};
use reqwest::{
    Client, Method, RequestBuilder,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect, retry,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::{Duration, Instant};

/// Longest answer that is read, in bytes. A page of a hundred transactions has about 200 KB.
const BODY_MAX: usize = 4 << 20;
/// Idle connections are given up before the gateway, or a frozen Lambda, lets them die unnoticed.
const IDLE_MAX: Duration = Duration::from_secs(15);

/// A request, complete and by value: everything that is sent is in here.
pub(super) struct Request {
    /// What not knowing its end means.
    pub effect: Effect,
    /// GET or POST.
    pub method: Method,
    /// Below the base URL, with a slash at its start.
    pub path: String,
    /// `?name=value`, unescaped.
    pub query: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// The key of this effect.
    pub key: Option<IdempotencyKey>,
}

/// What came back, whatever it is. Not printable: it may hold an access token.
pub(super) struct Reply {
    /// The HTTP status.
    pub http: u16,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

/// The connections.
pub(super) struct Transport {
    http: Client,
    base_url: String,
    timeouts: Timeouts,
}

impl Transport {
    /// Prepares connections; opens none.
    pub(super) fn new(base_url: String, timeouts: Timeouts) -> Result<Self, Failure> {
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let builder = trust::client();
        // a proxy of the environment is for the way out, not for the machine itself
        let local = loopback.iter().any(|host| base_url.starts_with(host));
        let http = if local { builder.no_proxy() } else { builder }
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(IDLE_MAX)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .user_agent(concat!("odoo-heartland/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(FailureName::Misconfigured, format!("no HTTP client: {error}")))?;
        Ok(Self {
            http,
            base_url,
            timeouts,
        })
    }

    /// Sends the request once.
    pub(super) async fn send(
        &self,
        request: &Request,
        bearer: Option<&SecretString>,
    ) -> Result<Reply, Failure> {
        let started = Instant::now();
        let result = self.exchange(request, bearer).await;
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (method, path) = (request.method.as_str(), request.path.as_str());
        match &result {
            Ok(reply) => tracing::debug!(method, path, http = reply.http, ms, "payment gateway"),
            Err(failure) => tracing::warn!(method, path, ms, failure = %failure, "payment gateway"),
        }
        result
    }

    async fn exchange(&self, request: &Request, bearer: Option<&SecretString>) -> Result<Reply, Failure> {
        let effect = request.effect;
        let lost = |error: reqwest::Error| of_transport(effect, &error);
        let mut response = self.build(request, bearer)?.send().await.map_err(lost)?;
        let http = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > BODY_MAX {
                return Err(no_answer(effect, "it is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { http, body })
    }

    fn build(&self, request: &Request, bearer: Option<&SecretString>) -> Result<RequestBuilder, Failure> {
        let limit = match request.effect {
            Effect::Changes => self.timeouts.effect,
            Effect::Reads => self.timeouts.read,
        };
        let mut builder = self
            .http
            .request(
                request.method.clone(),
                format!("{}{}", self.base_url, request.path),
            )
            .timeout(limit)
            .header("X-GP-Version", API_VERSION)
            .header(ACCEPT, "application/json")
            .query(&request.query);
        if let Some(bearer) = bearer {
            let unusable = |_| {
                Failure::new(
                    FailureName::SystemUnavailable,
                    "the access token is not a header value",
                )
            };
            let mut value =
                HeaderValue::try_from(format!("Bearer {}", bearer.expose_secret())).map_err(unusable)?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Some(key) = &request.key {
            builder = builder.header("x-gp-idempotency", key.as_str());
        }
        if let Some(body) = &request.body {
            builder = builder
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        Ok(builder)
    }
}
