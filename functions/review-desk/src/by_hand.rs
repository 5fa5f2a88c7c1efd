//! What people do beside the reviews, written down as a decided review: events let in again, messages of dead-letter
//! queues put back or thrown away.

use crate::{
    desk::Desk,
    plain::plain,
    redrive::Redrive,
    request::{HandledMessage, Signed},
};
use domain::{
    event,
    failure::{Failure, FailureName},
};
use runtime::{
    message::{InboxEvent, MESSAGE_SCHEMA, Via},
    stores::{NewReview, ReviewState, Verdict},
};
use serde_json::{Value, json};

impl Desk {
    /// Lets an event in again that was taken before. What it comes to is decided by what is known of the order.
    pub(crate) async fn replay(&self, event: &str, signed: &Signed) -> Result<Value, Failure> {
        let (by, reason) = signed.said()?;
        let unknown = || {
            let what = "there is no payload (any more) for this event";
            Failure::new(FailureName::Refused, what).field("event")
        };
        let event = event.parse::<event::EventId>().map_err(|_| unknown())?;
        let payload = self.payloads.payload(event.as_str()).await?.ok_or_else(unknown)?;
        let store = self.merchant.store(&payload.store)?;
        let facts = shop::scheme(store).facts(&payload.body);
        let message = InboxEvent {
            schema: MESSAGE_SCHEMA,
            event: event.to_string(),
            store: payload.store,
            via: Via::Operator,
        };
        let mut message = message.message(&event::group(&store.id, facts.as_ref(), &event));
        message.dedup = message
            .dedup
            .map(|id| format!("{id}-replay-{}", self.clock.now().0));
        self.inbox.send(message).await?;
        let deed = Deed {
            about: format!("replay/{event}"),
            doing: "replay-event",
            what: "a person let the event in again".to_owned(),
            input: event.to_string(),
        };
        let noted = self.note(deed, ReviewState::Redriven, by, reason).await?;
        Ok(json!({"event": event, "replayed": "the event was let in again", "review": noted}))
    }

    pub(crate) async fn note_resumed(&self, system: &str, by: String, reason: String) -> Result<(), Failure> {
        let deed = Deed {
            about: format!("resume/{system}"),
            doing: "resume-system",
            what: format!("a person resumed {system}, which was paused"),
            input: system.to_owned(),
        };
        self.note(deed, ReviewState::Redriven, by, reason)
            .await
            .map(|_| ())
    }

    /// What a person has done about a message that no function took.
    pub(crate) async fn note_message(&self, handled: &HandledMessage) -> Result<Value, Failure> {
        let (by, reason) = handled.signed.said()?;
        if handled.decision == ReviewState::Open {
            let what = "a message is redriven or dropped";
            return Err(Failure::new(FailureName::Refused, what).field("decision"));
        }
        let (queue, message) = (plain(&handled.queue), plain(&handled.message));
        let deed = Deed {
            about: format!("by-hand/{queue}/{message}"),
            doing: "read-dead-letter",
            what: format!("a message was left in {queue}, and a person has dealt with it"),
            input: format!("message {message}"),
        };
        let noted = self.note(deed, handled.decision, by, reason).await?;
        Ok(json!({"review": noted}))
    }

    /// Writes down a deed as a review that is decided already: nobody is told, and nothing is counted.
    async fn note(
        &self,
        deed: Deed,
        state: ReviewState,
        by: String,
        reason: String,
    ) -> Result<String, Failure> {
        let review = NewReview {
            about: deed.about,
            doing: deed.doing.to_owned(),
            order: None,
            why: Failure::new(FailureName::OutcomeUnknown, deed.what)
                .remedy("nothing is left to do: drop this"),
            input: Some(deed.input),
            redrive: Redrive::Nothing.stored(),
            token: None,
        };
        let verdict = Verdict {
            state,
            by,
            reason: Some(reason),
        };
        self.reviews.note(&review, &verdict).await
    }
}

/// What a person has done.
struct Deed {
    about: String,
    doing: &'static str,
    what: String,
    input: String,
}
