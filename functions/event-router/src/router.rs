//! From an event's id to what is done about it.

use crate::run::OrderEvent;
use domain::{
    event::EventId,
    failure::{Failure, FailureName},
    ids::StoreId,
    merchant::Merchant,
    order::Order,
};
use effects::Clock;
use runtime::{
    message::InboxEvent,
    stores::{NewReview, OrderItems, Payload, PayloadStore, PaymentsUsed, Reviews},
    work::{self, Id},
    workflow::Workflow,
};
use serde_json::json;
use std::sync::Arc;

/// The parts the router works with.
pub struct Router {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// Signed bodies, and the orders made of them.
    pub payloads: PayloadStore,
    /// Who runs an order.
    pub orders: OrderItems,
    /// What a person has to look at.
    pub reviews: Reviews,
    /// Which transaction pays which order.
    pub used: PaymentsUsed,
    /// The state machine `order-to-cash`.
    pub workflow: Arc<dyn Workflow>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routed {
    /// A run was opened for it.
    Opened,
    /// The run it opened earlier is there.
    Resumed,
    /// It was written down; nothing starts.
    Recorded,
    /// A person has to look.
    Review,
    /// Nothing to do.
    Ignored,
}

impl Routed {
    /// A word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Resumed => "resumed",
            Self::Recorded => "recorded",
            Self::Review => "review",
            Self::Ignored => "ignored",
        }
    }
}

impl Router {
    /// Routes one event.
    ///
    /// # Errors
    /// What is wrong on our side: the event has to come again.
    pub async fn route(&self, message: &InboxEvent) -> Result<Routed, Failure> {
        let payload = match self.payloads.payload(&message.event).await {
            Ok(Some(payload)) => payload,
            Ok(None) => {
                let what = "there is no payload (any more) for this event";
                let why = Failure::new(FailureName::Refused, what)
                    .remedy("the poller brings the order again; drop this");
                return self.report(message, &message.store, why).await;
            }
            // Somebody has changed it in the table: it will not be right the next time either.
            Err(why) if why.name == FailureName::Refused => {
                return self.report(message, &message.store, why).await;
            }
            Err(why) => return Err(why),
        };
        let (event, order) = match self.read(message, &payload) {
            Ok(read) => read,
            Err(why) => return self.report(message, &payload.store, why).await,
        };
        work::note(Id::Order, &order.key.to_string());
        let event = OrderEvent {
            id: event,
            order: &order,
            via: message.via,
        };
        match self.settle(&event).await {
            Err(why) if matches!(why.name, FailureName::Refused | FailureName::Conflict) => {
                self.report(message, &payload.store, why).await
            }
            routed => routed,
        }
    }

    /// The payload as an order. Whatever is wrong with it, trying again does not help.
    pub(crate) fn read(&self, message: &InboxEvent, payload: &Payload) -> Result<(EventId, Order), Failure> {
        let store = self.merchant.store(&payload.store)?;
        let order = shop::scheme(store).parse(&payload.body, store)?;
        let event = message.event.parse().map_err(|_| {
            Failure::new(FailureName::Refused, "the event has a name that cannot be used").field("event")
        })?;
        Ok((event, order))
    }

    /// An event that cannot be used: a person mends what is wrong and lets it in again.
    async fn report(&self, message: &InboxEvent, store: &StoreId, why: Failure) -> Result<Routed, Failure> {
        let why = match why.remedy {
            Some(_) => why,
            None => why.remedy(
                "correct the order in the shop, which sends it again, then drop this; or correct it here with \
                 `odoo-heartland review edit`, then redrive",
            ),
        };
        let redrive =
            json!({"kind": "event", "event": message.event, "store": store, "group": message.event});
        self.open_review(NewReview {
            about: format!("event/{}", message.event),
            doing: "route-event".to_owned(),
            order: None,
            why,
            input: Some(message.event.clone()),
            redrive,
            token: None,
        })
        .await?;
        Ok(Routed::Review)
    }

    pub(crate) async fn open_review(&self, review: NewReview) -> Result<(), Failure> {
        self.reviews.open(&review).await.map(|_| ())
    }
}
