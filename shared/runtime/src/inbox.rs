//! The one way into the house: an event is named, its body kept, and a small message put into the inbox. Webhooks and
//! the poller both come this way, so that what they both bring is one event.

use crate::{
    message::{InboxEvent, MESSAGE_SCHEMA, Via},
    queue::Queue,
    stores::{NewReview, PayloadStore, Reviews, Stored},
    work::{self, Id, Work},
};
use domain::{
    card_number,
    event::{self, EventFacts, EventId},
    failure::{Failure, FailureName},
    merchant::Store,
};
use serde_json::json;
use shop::BODY_BYTES_MAX;
use std::sync::Arc;

/// Digits of a body's hash that tell a second body of an event from the first.
const OTHER_BODY_DIGITS: usize = 16;

/// The way in.
#[derive(Clone)]
pub struct Inbox {
    /// The bodies.
    pub payloads: PayloadStore,
    /// What a person has to look at.
    pub reviews: Reviews,
    /// Where events go on.
    pub queue: Arc<dyn Queue>,
}

/// What became of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The event's id.
    pub event: EventId,
    /// Whether it was handed on now.
    pub handed_on: bool,
}

/// A body on its way in.
struct Arrival<'a> {
    store: &'a Store,
    via: Via,
    body: &'a [u8],
    facts: Option<EventFacts>,
    event: EventId,
}

impl Inbox {
    /// Takes a body that is certainly the store's. What cannot be used becomes a review, not an error. Taking it again
    /// changes nothing, and heals what a crash left half done.
    ///
    /// # Errors
    /// Those of the table and the queue: take it again.
    pub async fn take(&self, store: &Store, via: Via, body: &[u8]) -> Result<Taken, Failure> {
        let facts = shop::scheme(store).facts(body);
        let event = EventId::derive(&store.id, facts.as_ref(), body);
        let arrival = Arrival {
            store,
            via,
            body,
            facts,
            event,
        };
        let taken = async {
            if let Some(facts) = &arrival.facts {
                work::note(Id::Order, &format!("{}/{}", store.id, facts.order));
            }
            let outcome = self.take_in(&arrival).await?;
            match (via, outcome) {
                // The poller sees every order of the last minutes again.
                (Via::Poller, Outcome::Repeat) => tracing::debug!(store = %store.id, ?via, "event known"),
                _ => tracing::info!(store = %store.id, ?via, outcome = outcome.as_str(), "event"),
            }
            Ok(matches!(outcome, Outcome::Stored | Outcome::OtherBody))
        };
        let handed_on = match via {
            Via::Webhook => {
                work::note(Id::Event, arrival.event.as_str());
                taken.await?
            }
            // One of many: its journey begins here.
            Via::Poller | Via::Operator => Work::of_event(&arrival.event).scope(taken).await?,
        };
        Ok(Taken {
            event: arrival.event,
            handed_on,
        })
    }

    async fn take_in(&self, arrival: &Arrival<'_>) -> Result<Outcome, Failure> {
        if arrival.body.len() > BODY_BYTES_MAX {
            self.report_too_large(arrival).await?;
            return Ok(Outcome::TooLarge);
        }
        if card_number::find(arrival.body).is_some() {
            self.report_card_number(arrival).await?;
            return Ok(Outcome::CardNumber);
        }
        let (store, event) = (&arrival.store.id, arrival.event.as_str());
        match self
            .payloads
            .store(event, store, arrival.via, arrival.body)
            .await?
        {
            Stored::New | Stored::Repeat { queued: false } => {
                self.hand_on(arrival, event).await?;
                Ok(Outcome::Stored)
            }
            Stored::Repeat { queued: true } => Ok(Outcome::Repeat),
            Stored::OtherBody { queued } => self.other_body(arrival, queued).await,
        }
    }

    /// Sends the event on, then says so: in this order, a crash in between repeats and loses nothing.
    async fn hand_on(&self, arrival: &Arrival<'_>, event: &str) -> Result<(), Failure> {
        let message = InboxEvent {
            schema: MESSAGE_SCHEMA,
            event: event.to_owned(),
            store: arrival.store.id.clone(),
            via: arrival.via,
        };
        self.queue.send(message.message(&arrival.group())).await?;
        self.payloads.mark_queued(event).await
    }

    /// The first body goes on, if it has not yet. The other one is kept beside it when it says something else, and
    /// goes on after it under a name of its own: shops date in whole seconds, so it may be the echo of our own write,
    /// or a change the customer made in that very second. What it is, is decided with the order item at hand.
    async fn other_body(&self, arrival: &Arrival<'_>, queued: bool) -> Result<Outcome, Failure> {
        if !queued {
            self.hand_on(arrival, arrival.event.as_str()).await?;
        }
        if self.is_same_order(arrival).await? {
            return Ok(if queued { Outcome::Repeat } else { Outcome::Stored });
        }
        let hash = event::body_hash(arrival.body);
        let digits = hash.get(..OTHER_BODY_DIGITS).unwrap_or(&hash);
        let beside = format!("{}-{digits}", arrival.event);
        let kept = self
            .payloads
            .store(&beside, &arrival.store.id, arrival.via, arrival.body)
            .await?;
        if kept == (Stored::Repeat { queued: true }) {
            return Ok(Outcome::Repeat);
        }
        work::note(Id::Event, &beside);
        self.hand_on(arrival, &beside).await?;
        Ok(Outcome::OtherBody)
    }

    /// The poller's bytes are not the webhook's, although they say the same: so the orders are compared. Of two bodies
    /// that cannot be read as orders one is enough for the person who has to look at them.
    async fn is_same_order(&self, arrival: &Arrival<'_>) -> Result<bool, Failure> {
        let there = match self.payloads.payload(arrival.event.as_str()).await {
            Ok(Some(there)) => there,
            Ok(None) => return Ok(false),
            // What somebody has changed in the table is not what arrives here.
            Err(why) if why.name == FailureName::Refused => return Ok(false),
            Err(why) => return Err(why),
        };
        let scheme = shop::scheme(arrival.store);
        let (first, second) = (
            scheme.parse(&there.body, arrival.store),
            scheme.parse(arrival.body, arrival.store),
        );
        Ok(match (first, second) {
            (Ok(first), Ok(second)) => first == second,
            (Err(_), Err(_)) => there.via == Via::Poller || arrival.via == Via::Poller,
            _ => false,
        })
    }

    /// A body with a card number is not stored anywhere; the review says so without it.
    async fn report_card_number(&self, arrival: &Arrival<'_>) -> Result<(), Failure> {
        let why = Failure::new(
            FailureName::Refused,
            "the order holds something that is a card number; nothing of it was kept",
        )
        .remedy("remove the card number from the order in the shop, find out which plugin puts it there, then drop this");
        self.report_not_kept(arrival, "card-number", why).await
    }

    /// A body that no item of the table can hold. To refuse it would only have the shop switch its webhook off, or
    /// keep the poller at this one order for ever.
    async fn report_too_large(&self, arrival: &Arrival<'_>) -> Result<(), Failure> {
        let what = format!(
            "the order has {} bytes, the most are {BODY_BYTES_MAX}; nothing of it was kept",
            arrival.body.len()
        );
        let why = Failure::new(FailureName::Refused, what).remedy(
            "enter the order in Odoo by hand, or take out of it what a plugin has put there, then drop this",
        );
        self.report_not_kept(arrival, "too-large", why).await
    }

    /// Once for each version of an order, whatever a person has decided since.
    async fn report_not_kept(&self, arrival: &Arrival<'_>, kind: &str, why: Failure) -> Result<(), Failure> {
        let about = format!("{kind}/{}", arrival.event);
        if self.reviews.find(&about).await?.is_some() {
            return Ok(());
        }
        self.open(NewReview {
            about,
            doing: arrival.doing(),
            order: None,
            why,
            input: Some(format!("{} {}", arrival.store.title, arrival.event)),
            redrive: json!({"kind": "nothing"}),
            token: None,
        })
        .await
    }

    async fn open(&self, review: NewReview) -> Result<(), Failure> {
        self.reviews.open(&review).await.map(|_| ())
    }
}

impl Arrival<'_> {
    fn group(&self) -> String {
        event::group(&self.store.id, self.facts.as_ref(), &self.event)
    }

    fn doing(&self) -> String {
        match self.via {
            Via::Webhook => "take-webhook",
            Via::Poller => "poll",
            Via::Operator => "take-again",
        }
        .to_owned()
    }
}

/// How an arrival ended, as logs and metrics spell it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Stored,
    Repeat,
    OtherBody,
    CardNumber,
    TooLarge,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Repeat => "repeat",
            Self::OtherBody => "other_body",
            Self::CardNumber => "card_number",
            Self::TooLarge => "too_large",
        }
    }
}
