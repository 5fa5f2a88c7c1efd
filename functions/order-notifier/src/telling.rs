//! What the ledger asks of the shop.

use crate::notify::Told;
use async_trait::async_trait;
use domain::{
    event::{EventFacts, EventId},
    failure::{Failure, FailureName},
    ids::OrderKey,
    merchant::Store,
    order::Payment,
};
use effects::{Clock, Past, Remote, RequestId, Resolution, Sent, UnixMillis};
use runtime::{LastFailure, stores::OrderItem, stores::OrderItems};
use serde_json::json;
use shop::{OrderUpdate, ShopClient};
use std::time::Duration;

/// One status write.
pub(crate) struct Telling<'a> {
    pub(crate) shop: &'a dyn ShopClient,
    pub(crate) store: &'a Store,
    pub(crate) orders: &'a OrderItems,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) order: &'a OrderKey,
    pub(crate) update: OrderUpdate,
    /// Until when the shop may answer.
    pub(crate) until: UnixMillis,
    pub(crate) last: LastFailure,
}

#[async_trait]
impl Remote for Telling<'_> {
    async fn resolve(&self, _past: &Past) -> Resolution {
        match tokio::time::timeout(self.time_left(), self.look()).await {
            Ok(Ok(Some(told))) => Resolution::Applied(json!(told)),
            Ok(Ok(None)) => Resolution::NotFound,
            Ok(Err(failure)) => self.last.unresolved(failure),
            Err(_) => Resolution::StillUnknown("the shop did not answer in time".to_owned()),
        }
    }

    async fn send(&self, _id: &RequestId) -> Sent {
        // The echo may come back before its version is known to anybody: whoever meets it until then waits.
        let announced = self.change(|item| item.telling(self.clock.now())).await;
        if let Err(failure) = announced {
            return self.last.sent(Failure {
                name: FailureName::SystemUnavailable,
                ..failure
            });
        }
        let answer = self.shop.update_order(&self.order.id, &self.update);
        let sent = match tokio::time::timeout(self.time_left(), answer).await {
            Ok(Ok(updated)) => {
                let facts = EventFacts {
                    order: self.order.id.clone(),
                    modified_at: updated.modified_at,
                };
                let version = EventId::derive(&self.order.store, Some(&facts), &[]);
                Sent::Applied(json!(Told {
                    version: Some(version)
                }))
            }
            Ok(Err(failure)) => self.last.sent(failure),
            Err(_) => Sent::Unknown("the shop did not answer in time".to_owned()),
        };
        if matches!(sent, Sent::Refused(_) | Sent::NotSent(_)) {
            self.nothing_told().await;
        }
        sent
    }
}

impl Telling<'_> {
    fn time_left(&self) -> Duration {
        let left_ms = self.until.since_ms(self.clock.now());
        Duration::from_millis(u64::try_from(left_ms).unwrap_or_default())
    }

    /// Whether the shop knows already, and under which version. A version that is perhaps not our write alone is not
    /// claimed as ours: whoever meets it has to look at it.
    async fn look(&self) -> Result<Option<Told>, Failure> {
        if self.shop.is_told(&self.order.id, &self.update).await?.is_none() {
            return Ok(None);
        }
        let body = self.shop.order(&self.order.id).await?;
        let scheme = shop::scheme(self.store);
        let shown = scheme.parse(&body, self.store).ok();
        let known = self.orders.load(self.order).await?;
        let before = known.and_then(|there| there.value.facts);
        let same = shown.as_ref().zip(before).is_some_and(|(order, before)| {
            order.facts().goods == before.goods && order.payment != Payment::Closed
        });
        let facts = scheme.facts(&body).filter(|_| same);
        let version = facts.map(|facts| EventId::derive(&self.order.store, Some(&facts), &body));
        Ok(Some(Told { version }))
    }

    /// No echo will come. When this is not written, the mark lapses by itself.
    async fn nothing_told(&self) {
        let cleared = self
            .change(|item| OrderItem {
                telling_since_ms: None,
                ..item
            })
            .await;
        if let Err(failure) = cleared {
            tracing::warn!(
                error = failure.name.as_str(),
                "the order item could not be written"
            );
        }
    }

    async fn change(&self, change: impl Fn(OrderItem) -> OrderItem + Send) -> Result<(), Failure> {
        self.orders
            .change(self.order, |there| (there.cloned().map(&change), ()))
            .await
    }
}
