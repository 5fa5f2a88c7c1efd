//! The HTTP client. One implementation of [`Odoo`] for both dialects.

use crate::{
    Odoo,
    call::Call,
    error::OdooError,
    json2, jsonrpc,
    settings::{Dialect, Settings},
};
use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Odoo retries a serialization failure itself, sleeping inside the worker: an answer can take half a minute.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(75);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Repeats of a call that Odoo rolled back because of a collision.
const COLLISION_RETRIES: usize = 6;

/// A connection to one database of one Odoo.
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
    uid: OnceCell<i64>,
    round_trips: AtomicU64,
}

/// The pauses between repeats of a call that collided with another: short, growing, scattered.
pub(crate) fn collision_pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(40))
        .with_max_delay(Duration::from_secs(2))
        .with_max_times(COLLISION_RETRIES)
        .with_jitter()
}

impl Client {
    /// A client that trusts the platform's certificate authorities.
    ///
    /// # Errors
    /// [`OdooError::Misconfigured`] when no TLS can be set up.
    pub fn new(settings: Settings) -> Result<Self, OdooError> {
        let http = trust::client()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| OdooError::Misconfigured(format!("no HTTP client: {}", error.without_url())))?;
        Ok(Self {
            http,
            settings,
            uid: OnceCell::new(),
            round_trips: AtomicU64::new(0),
        })
    }

    async fn once(&self, call: &Call) -> Result<Value, OdooError> {
        match self.settings.dialect {
            Dialect::Json2 => {
                let (path, body) = json2::request(call);
                let request = self
                    .http
                    .post(self.settings.address(&path))
                    .bearer_auth(self.settings.api_key.expose_secret())
                    .header("X-Odoo-Database", &self.settings.database);
                let (status, body) = self.send(request, &body).await?;
                json2::answer(status, &body)
            }
            Dialect::JsonRpc => {
                let uid = *self.uid.get_or_try_init(|| self.authenticate()).await?;
                let body = jsonrpc::execute(&self.settings, uid, call);
                self.rpc(&body).await
            }
        }
    }

    async fn authenticate(&self) -> Result<i64, OdooError> {
        let uid = self.rpc(&jsonrpc::authenticate(&self.settings)?).await?;
        uid.as_i64()
            .ok_or_else(|| OdooError::Misconfigured("login or API key not accepted".into()))
    }

    async fn rpc(&self, body: &Value) -> Result<Value, OdooError> {
        let request = self.http.post(self.settings.address("/jsonrpc"));
        let (status, body) = self.send(request, body).await?;
        jsonrpc::answer(status, &body)
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        body: &Value,
    ) -> Result<(u16, Vec<u8>), OdooError> {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let sent = request.json(body).send().await.map_err(|error| {
            match error.is_connect() || error.is_builder() {
                true => OdooError::NotSent(cause(error)),
                false => OdooError::NoAnswer(cause(error)),
            }
        })?;
        let status = sent.status().as_u16();
        let bytes = sent
            .bytes()
            .await
            .map_err(|error| OdooError::NoAnswer(cause(error)))?;
        Ok((status, bytes.to_vec()))
    }
}

/// The innermost reason, without the address.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reason: &dyn std::error::Error = &error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}

#[async_trait]
impl Odoo for Client {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let tried = || self.once(call);
        tried.retry(collision_pauses()).when(OdooError::may_repeat).await
    }

    fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }
}
