//! The way of a webhook: known store, right signature; then it is ours, whatever it holds.

use crate::answer::Answer;
use domain::{
    failure::Failure,
    ids::StoreId,
    merchant::{Merchant, Store},
};
use effects::Clock;
use jiff::Timestamp;
use runtime::{
    inbox::Inbox,
    message::Via,
    metrics::{self, Metric},
    secrets::Secrets,
};
use shop::{Delivery, ShopSecret, Unauthorized, Verified};
use std::sync::Arc;

/// A webhook as it arrived.
pub struct Webhook<'a> {
    /// The last part of its path.
    pub source: &'a str,
    /// All headers.
    pub headers: &'a http::HeaderMap,
    /// The bytes that were signed.
    pub body: &'a [u8],
}

/// The source a path names: its last part. Not a path parameter: a store's own route has none.
pub fn source(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The parts the intake works with.
pub struct Intake {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// The shops' secrets.
    pub secrets: Arc<Secrets>,
    /// What the names of the shops' secrets begin with.
    pub secret_prefix: String,
    /// The way in.
    pub inbox: Inbox,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Intake {
    /// Takes a webhook.
    pub async fn take(&self, webhook: &Webhook<'_>) -> Answer {
        let answer = match self.try_take(webhook).await {
            Ok(answer) => answer,
            Err(failure) => {
                metrics::failure(&failure);
                tracing::error!(error = failure.name.as_str(), "{}", failure.what);
                Answer::TryAgain
            }
        };
        if let Some(why) = answer.refusal() {
            metrics::count(Metric::WebhooksRefused, &[why]);
        }
        answer
    }

    async fn try_take(&self, webhook: &Webhook<'_>) -> Result<Answer, Failure> {
        let store = webhook.source.parse::<StoreId>().ok();
        let Some(store) = store.and_then(|id| self.merchant.store(&id).ok()) else {
            tracing::warn!("a webhook came for no store of ours");
            return Ok(Answer::UnknownSource);
        };
        let too_large = webhook.body.len() > shop::BODY_BYTES_MAX;
        match self.verify(store, webhook).await? {
            Ok(Verified::Ping) => Ok(Answer::Ping),
            Ok(Verified::Event) => {
                let taken = self.inbox.take(store, Via::Webhook, webhook.body).await?;
                // A signed one that is too large is a review by now: refused, but not lost.
                Ok(if too_large {
                    Answer::TooLarge
                } else {
                    Answer::Taken(taken.event)
                })
            }
            Err(_) if too_large => {
                tracing::warn!(store = %store.id, bytes = webhook.body.len(), "a webhook is too large");
                Ok(Answer::TooLarge)
            }
            Err(why) => {
                tracing::warn!(store = %store.id, reason = why.as_str(), "a webhook was not accepted");
                Ok(Answer::Unauthorized(why))
            }
        }
    }

    /// Verifies the signature. One that is none of ours may be of a secret that was added just now.
    async fn verify(
        &self,
        store: &Store,
        webhook: &Webhook<'_>,
    ) -> Result<Result<Verified, Unauthorized>, Failure> {
        let name = format!("{}{}", self.secret_prefix, store.id);
        let verified = self.verify_with(&name, store, webhook).await?;
        if verified == Err(Unauthorized::Mismatch) && self.secrets.reread(&name).await? {
            return self.verify_with(&name, store, webhook).await;
        }
        Ok(verified)
    }

    async fn verify_with(
        &self,
        secret: &str,
        store: &Store,
        webhook: &Webhook<'_>,
    ) -> Result<Result<Verified, Unauthorized>, Failure> {
        let secret: ShopSecret = self.secrets.read(secret).await?;
        let now = Timestamp::from_millisecond(self.clock.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
        let delivery = Delivery {
            headers: webhook.headers,
            body: webhook.body,
            secrets: &secret.webhook_secrets,
            now,
        };
        Ok(shop::scheme(store).verify(&delivery))
    }
}
