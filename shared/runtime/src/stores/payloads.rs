//! Content, kept once: the signed body as it came (`payload/{event}`) and the canonical order made of it
//! (`content/{order}/{event}`). Messages carry only the ids.

use super::ttl_s;
use crate::{
    items::{
        Inserted, Items, NewItem,
        typed::{self, Beside, Saved},
    },
    message::Via,
};
use domain::{
    event::body_hash,
    failure::{Failure, FailureName},
    ids::{OrderKey, StoreId},
    order::Order,
};
use effects::{Clock, UnixMillis};
use serde::{Deserialize, Serialize};
use shop::BODY_BYTES_MAX;
use std::sync::Arc;

/// How long a signed body is kept: the window in which a webhook can come again.
const PAYLOAD_DAYS: i64 = 30;
/// How long an order's content is kept: longer than any run may wait for a person.
const CONTENT_DAYS: i64 = 90;

/// What came of storing a signed body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New,
    /// The same event with the same body was stored before.
    Repeat {
        /// Whether it was handed on, too. "Known" means stored *and* handed on: a crash in between is healed by
        /// whoever brings the event again.
        queued: bool,
    },
    /// The same event was stored before with another body. Nothing was changed.
    OtherBody {
        /// Whether the one that was stored was handed on, too.
        queued: bool,
    },
}

/// A signed body as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The store it came from.
    pub store: StoreId,
    /// How it came.
    pub via: Via,
    /// The bytes that were signed.
    pub body: Vec<u8>,
    /// When we got it.
    pub received_at: UnixMillis,
    /// Whether it was handed on to the inbox.
    pub queued: bool,
}

#[derive(Serialize, Deserialize)]
struct PayloadBody {
    schema: u32,
    store: StoreId,
    via: Via,
    sha256: String,
    received_at_ms: i64,
    /// It is in the inbox.
    #[serde(default)]
    queued: bool,
    /// The body is kept deflated.
    #[serde(default)]
    deflated: bool,
}

impl PayloadBody {
    /// The bytes that were signed, out of those that are kept.
    fn body(&self, event: &str, kept: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let body = match self.deflated {
            true => deflated::inflate(&kept, BODY_BYTES_MAX),
            false => Some(kept),
        };
        let body = body.filter(|body| body_hash(body) == self.sha256);
        body.ok_or_else(|| {
            let what = format!("the body of {event} in the table is not the one that was stored");
            Failure::new(FailureName::Refused, what)
        })
    }
}

/// The payload store.
#[derive(Clone)]
pub struct PayloadStore {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
}

impl PayloadStore {
    /// The payload store in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self { items, clock }
    }

    /// Stores a signed body under its event id, once.
    ///
    /// # Errors
    /// Those of [`Items::insert`].
    pub async fn store(
        &self,
        event: &str,
        store: &StoreId,
        via: Via,
        body: &[u8],
    ) -> Result<Stored, Failure> {
        let now = self.clock.now();
        let sha256 = body_hash(body);
        let about = PayloadBody {
            schema: 1,
            store: store.clone(),
            via,
            sha256: sha256.clone(),
            received_at_ms: now.0,
            queued: false,
            deflated: true,
        };
        let beside = Beside {
            state: None,
            ttl_s: ttl_s(now, PAYLOAD_DAYS),
        };
        let item = typed::item(&format!("payload/{event}"), &about, beside)?;
        let kept = deflated::deflate(body).map_err(|error| {
            let what = format!("the body cannot be deflated: {error}");
            Failure::new(FailureName::Refused, what)
        })?;
        let item = NewItem {
            bytes: Some(kept),
            ..item
        };
        match self.items.insert(item).await? {
            Inserted::Created => Ok(Stored::New),
            Inserted::Exists(there) => {
                let there = typed::parse::<PayloadBody>(there)?.value;
                let same = there.sha256 == sha256 && there.store == *store;
                let queued = there.queued;
                Ok(match same {
                    true => Stored::Repeat { queued },
                    false => Stored::OtherBody { queued },
                })
            }
        }
    }

    /// Says that an event was handed on.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn mark_queued(&self, event: &str) -> Result<(), Failure> {
        let Some(there) = self.items.get(&format!("payload/{event}")).await? else {
            return Ok(());
        };
        let (seen, bytes, state, ttl_s) = (
            there.version,
            there.bytes.clone(),
            there.state.clone(),
            there.ttl_s,
        );
        let about = PayloadBody {
            queued: true,
            ..typed::parse::<PayloadBody>(there)?.value
        };
        let item = typed::item(&format!("payload/{event}"), &about, Beside { state, ttl_s })?;
        // Nobody writes this item but to say the same: whoever was faster has said it.
        self.items
            .replace(seen, NewItem { bytes, ..item })
            .await
            .map(|_| ())
    }

    /// The signed body of an event.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when somebody has changed it in the table; those of [`Items::get`].
    pub async fn payload(&self, event: &str) -> Result<Option<Payload>, Failure> {
        let Some(mut item) = self.items.get(&format!("payload/{event}")).await? else {
            return Ok(None);
        };
        let kept = item.bytes.take().unwrap_or_default();
        let about = typed::parse::<PayloadBody>(item)?.value;
        let body = about.body(event, kept)?;
        Ok(Some(Payload {
            store: about.store,
            via: about.via,
            body,
            received_at: UnixMillis(about.received_at_ms),
            queued: about.queued,
        }))
    }

    /// Stores one version of an order. A repeat with the same content is fine.
    ///
    /// # Errors
    /// [`FailureName::Conflict`] when this version was stored with other content; those of [`Items::insert`].
    pub async fn store_content(&self, event: &str, order: &Order) -> Result<(), Failure> {
        let pk = content_key(&order.key, event);
        let beside = Beside {
            state: None,
            ttl_s: ttl_s(self.clock.now(), CONTENT_DAYS),
        };
        if typed::save(&*self.items, &pk, None, order, beside).await? == Saved::Done {
            return Ok(());
        }
        match typed::load::<Order>(&*self.items, &pk).await? {
            Some(there) if there.value == *order => Ok(()),
            _ => Err(Failure::new(
                FailureName::Conflict,
                format!("two contents for version {event}"),
            )),
        }
    }

    /// One version of an order.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when it is not there (any more); those of [`Items::get`].
    pub async fn content(&self, order: &OrderKey, event: &str) -> Result<Order, Failure> {
        let there = typed::load::<Order>(&*self.items, &content_key(order, event)).await?;
        there.map(|there| there.value).ok_or_else(|| {
            Failure::new(
                FailureName::Refused,
                format!("there is no content for version {event} of {order}"),
            )
            .remedy("send the order's webhook again, or wait for the poller to fetch it")
        })
    }
}

fn content_key(order: &OrderKey, event: &str) -> String {
    format!("content/{order}/{event}")
}
