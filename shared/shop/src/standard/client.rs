//! Calls to a shop of this scheme. Every request is signed the way the shop signs its webhooks. `events/README.md`
//! describes the API a shop has to offer.

use super::signed_headers;
use crate::{
    Hook, OrderUpdate, Page, ShopClient, ShopSecret, StockSet, Updated, WebhookHealth,
    http::{Effect, Reply, base_url, connections, send, send_to_existing, unreadable},
};
use async_trait::async_trait;
use domain::{
    event::body_hash,
    failure::{Failure, FailureName},
    ids::ShopOrderId,
    outcome::Outcome,
};
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A client of a shop's own API.
pub struct StandardClient {
    http: Client,
    base_url: String,
    secret: SecretString,
}

/// The body of `POST /orders/{id}/status` and the answer of `GET /orders/{id}/status`.
#[derive(Serialize, Deserialize)]
struct Status {
    outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    meta: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Box<RawValue>>,
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize)]
struct Hooks {
    data: Vec<HookAnswer>,
}

#[derive(Deserialize)]
struct HookAnswer {
    id: String,
    topic: String,
    url: String,
    active: bool,
}

#[derive(Serialize)]
struct Stock {
    quantity: i64,
}

impl StandardClient {
    /// A client. Opens no connection.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`].
    pub fn new(secret: &ShopSecret) -> Result<Self, Failure> {
        let missing = || Failure::new(FailureName::Misconfigured, "there is no secret to sign with");
        let signing = secret.webhook_secrets.first().cloned();
        Ok(Self {
            http: connections()?,
            base_url: base_url(&secret.base_url)?,
            secret: signing.ok_or_else(|| missing().field("webhook_secrets"))?,
        })
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> Result<RequestBuilder, Failure> {
        let now = Timestamp::now();
        let id = format!(
            "msg_{}",
            &body_hash(format!("{method} {path} {now}").as_bytes())[..32]
        );
        let mut request = self.http.request(method, format!("{}{path}", self.base_url));
        for (name, value) in signed_headers(&self.secret, &id, now, &body)? {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json").body(body);
        }
        Ok(request)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        effect: Effect,
    ) -> Result<Reply, Failure> {
        send(self.request(method, path, body)?, effect).await
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let reply = self.call(Method::GET, path, Vec::new(), Effect::Reads).await?;
        serde_json::from_slice(&reply.body).map_err(|_| unreadable(Effect::Reads))
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|_| Failure::new(FailureName::Refused, "the request cannot be written"))
}

#[async_trait]
impl ShopClient for StandardClient {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        let reply = self
            .call(Method::GET, &format!("/orders/{id}"), Vec::new(), Effect::Reads)
            .await?;
        Ok(reply.body)
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        let list: List = self
            .read(&format!("/orders?modified_since={since}&page={page}"))
            .await?;
        let bodies = list
            .data
            .iter()
            .map(|raw| raw.get().as_bytes().to_vec())
            .collect();
        Ok(Page {
            bodies,
            more: list.more,
        })
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        let status = Status {
            outcome: Some(update.outcome),
            transaction: update.transaction.clone(),
            note: update.note.clone(),
            meta: update.meta.clone(),
            modified_at: None,
        };
        let path = format!("/orders/{id}/status");
        let reply = self
            .call(Method::POST, &path, json(&status)?, Effect::Changes)
            .await?;
        let answer: Option<Status> = serde_json::from_slice(&reply.body).ok();
        let modified_at = answer.and_then(|answer| answer.modified_at);
        modified_at
            .map(|modified_at| Updated { modified_at })
            .ok_or_else(|| unreadable(Effect::Changes))
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        let status: Status = self.read(&format!("/orders/{id}/status")).await?;
        let same = status.outcome == Some(update.outcome)
            && status.transaction == update.transaction
            && update
                .meta
                .iter()
                .all(|(key, value)| status.meta.get(key) == Some(value));
        Ok(status
            .modified_at
            .filter(|_| same)
            .map(|modified_at| Updated { modified_at }))
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        let mut url = reqwest::Url::parse(&self.base_url).map_err(|_| unreadable(Effect::Reads))?;
        let base_length = url.path().trim_end_matches('/').len();
        url.path_segments_mut()
            .map_err(|()| unreadable(Effect::Reads))?
            .pop_if_empty()
            .extend(["stock", sku]);
        let path = url.path()[base_length..].to_owned();
        let request = self.request(Method::PUT, &path, json(&Stock { quantity })?)?;
        let reply = send_to_existing(request, Effect::Changes).await?;
        Ok(reply.map_or(StockSet::UnknownProduct, |_| StockSet::Done))
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        let hooks: Hooks = self.read("/webhooks").await?;
        let hooks = hooks.data.into_iter().map(|hook| Hook {
            id: hook.id,
            topic: hook.topic,
            delivery_url: hook.url,
            is_active: hook.active,
        });
        Ok(WebhookHealth {
            hooks: hooks.collect(),
        })
    }
}
