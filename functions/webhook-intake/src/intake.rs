//! The way of a webhook: known store, right size, right signature; then it is ours, whatever it holds.

use crate::answer::Answer;
use domain::{
    card_number,
    event::{self, EventFacts, EventId},
    failure::{Failure, FailureName},
    ids::StoreId,
    merchant::{Merchant, Store},
};
use effects::Clock;
use jiff::Timestamp;
use runtime::{
    message::{InboxEvent, MESSAGE_SCHEMA, Via},
    queue::Queue,
    secrets::Secrets,
    stores::{NewReview, Opened, PayloadStore, Reviews, Stored},
};
use serde_json::json;
use shop::{BODY_BYTES_MAX, Delivery, ShopSecret, Unauthorized, Verified};
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

/// The parts the intake works with.
pub struct Intake {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// The shops' secrets.
    pub secrets: Arc<Secrets>,
    /// What the names of the shops' secrets begin with.
    pub secret_prefix: String,
    /// The signed bodies.
    pub payloads: PayloadStore,
    /// What a person has to look at.
    pub reviews: Reviews,
    /// Where events go on.
    pub inbox: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Intake {
    /// Takes a webhook.
    pub async fn take(&self, webhook: &Webhook<'_>) -> Answer {
        match self.try_take(webhook).await {
            Ok(answer) => answer,
            Err(failure) => {
                tracing::error!(error = failure.name.as_str(), "{}", failure.what);
                Answer::TryAgain
            }
        }
    }

    async fn try_take(&self, webhook: &Webhook<'_>) -> Result<Answer, Failure> {
        let store = webhook.source.parse::<StoreId>().ok();
        let Some(store) = store.and_then(|id| self.merchant.store(&id).ok()) else {
            return Ok(Answer::UnknownSource);
        };
        if webhook.body.len() > BODY_BYTES_MAX {
            return Ok(Answer::TooLarge);
        }
        match self.verify(store, webhook).await? {
            Ok(Verified::Ping) => Ok(Answer::Ping),
            Ok(Verified::Event) => self.keep(store, webhook.body).await.map(Answer::Taken),
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

    async fn keep(&self, store: &Store, body: &[u8]) -> Result<EventId, Failure> {
        let facts = shop::scheme(store).facts(body);
        let event = EventId::derive(&store.id, facts.as_ref(), body);
        if card_number::find(body).is_some() {
            self.report_card_number(store, &event).await?;
            return Ok(event);
        }
        match self
            .payloads
            .store(event.as_str(), &store.id, Via::Webhook, body)
            .await?
        {
            Stored::New | Stored::Repeat { queued: false } => {
                self.hand_on(store, facts.as_ref(), &event).await?;
                tracing::info!(store = %store.id, event = %event, outcome = "stored", "webhook");
            }
            Stored::Repeat { queued: true } => {
                tracing::info!(store = %store.id, event = %event, outcome = "repeat", "webhook");
            }
            Stored::OtherBody => self.keep_other_body(store, facts.as_ref(), &event, body).await?,
        }
        Ok(event)
    }

    /// Sends the event on, then says so: in this order, a crash in between repeats and loses nothing.
    async fn hand_on(
        &self,
        store: &Store,
        facts: Option<&EventFacts>,
        event: &EventId,
    ) -> Result<(), Failure> {
        let message = InboxEvent {
            schema: MESSAGE_SCHEMA,
            event: event.to_string(),
            store: store.id.clone(),
            via: Via::Webhook,
        };
        self.inbox
            .send(message.message(&event::group(&store.id, facts, event)))
            .await?;
        self.payloads.mark_queued(event.as_str()).await
    }

    /// The same event with another body: kept beside the first one, so that a person can let it in.
    async fn keep_other_body(
        &self,
        store: &Store,
        facts: Option<&EventFacts>,
        event: &EventId,
        body: &[u8],
    ) -> Result<(), Failure> {
        if self.is_same_order(store, event, body).await? {
            tracing::info!(store = %store.id, event = %event, outcome = "repeat", "webhook");
            // The poller may have stopped before it handed the event on; once more does no harm.
            return self.hand_on(store, facts, event).await;
        }
        let hash = event::body_hash(body);
        let beside = format!("{event}-{}", hash.get(..8).unwrap_or(&hash));
        self.payloads
            .store(&beside, &store.id, Via::Webhook, body)
            .await?;
        let why = Failure::new(
            FailureName::Conflict,
            "the shop sent two different orders under the same id and modification time",
        )
        .remedy("compare the order in the shop with what was processed; redrive to process the other one, or drop it");
        let group = event::group(&store.id, facts, event);
        let redrive = json!({"kind": "event", "event": beside, "store": store.id, "group": group});
        self.open(NewReview {
            about: format!("other-body/{beside}"),
            doing: "take-webhook".to_owned(),
            order: None,
            why,
            input: Some(beside),
            redrive,
            token: None,
        })
        .await
    }

    /// The poller's bytes are not the webhook's, although they say the same: then, and only then, the orders are
    /// compared.
    async fn is_same_order(&self, store: &Store, event: &EventId, body: &[u8]) -> Result<bool, Failure> {
        let Some(there) = self.payloads.payload(event.as_str()).await? else {
            return Ok(false);
        };
        let scheme = shop::scheme(store);
        Ok(
            match (
                there.via,
                scheme.parse(&there.body, store),
                scheme.parse(body, store),
            ) {
                (Via::Poller, Ok(theirs), Ok(ours)) => theirs == ours,
                _ => false,
            },
        )
    }

    /// A body with a card number is not stored anywhere; the review says so without it.
    async fn report_card_number(&self, store: &Store, event: &EventId) -> Result<(), Failure> {
        let why = Failure::new(
            FailureName::Refused,
            "the webhook holds something that is a card number; nothing of it was kept",
        )
        .remedy("remove the card number from the order in the shop, find out which plugin puts it there, then drop this");
        self.open(NewReview {
            about: format!("card-number/{event}"),
            doing: "take-webhook".to_owned(),
            order: None,
            why,
            input: Some(format!("{} {event}", store.title)),
            redrive: json!({"kind": "nothing"}),
            token: None,
        })
        .await
    }

    async fn open(&self, review: NewReview) -> Result<(), Failure> {
        if let Opened::New(id) = self.reviews.open(&review).await? {
            tracing::warn!(review = id, about = review.about, "review opened");
        }
        Ok(())
    }
}
