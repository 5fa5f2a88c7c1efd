//! The parts the desk works with, and the one way to open a review.

use crate::{input::Input, measure::Credentials};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
};
use effects::Clock;
use runtime::{
    breaker::Breaker,
    queue::Queue,
    stores::{NewReview, Opened, OrderItems, PayloadStore, ReviewState, Reviews},
    topic::Topic,
    workflow::Workflow,
};
use serde_json::Value;
use std::sync::Arc;

/// The parts the desk works with.
pub struct Desk {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// What a person has to look at.
    pub reviews: Reviews,
    /// The orders' content, and what the shops sent.
    pub payloads: PayloadStore,
    /// Who runs an order.
    pub orders: OrderItems,
    /// What was done to other systems.
    pub effects: Arc<dyn effects::Store>,
    /// The state machine `order-to-cash`, and whoever waits in it.
    pub workflow: Arc<dyn Workflow>,
    /// Where an event is let in again.
    pub inbox: Arc<dyn Queue>,
    /// Which systems are called.
    pub breaker: Arc<Breaker>,
    /// Who is told.
    pub topic: Arc<dyn Topic>,
    /// Which credentials lapse.
    pub credentials: Credentials,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Desk {
    /// Handles whatever invoked the function.
    ///
    /// # Errors
    /// [`FailureName::Refused`] for what cannot be done, with the reason; what is wrong with us.
    pub async fn handle(&self, input: Value) -> Result<Value, Failure> {
        match Input::read(input)? {
            Input::Stopped(step) => self.open_stopped(*step).await,
            Input::DeadLetters(batch) => written(&self.take_dead_letters(batch).await),
            Input::RunEnded(detail) => self.open_ended_run(&detail).await,
            Input::Sweep => self.sweep().await,
            Input::Measure => self.measure().await,
            Input::Operator(request) => {
                let answer = self.operate(request).await?;
                if let Some(review) = answer.get("review").and_then(Value::as_str) {
                    tracing::info!(review, "done as a person asked");
                }
                Ok(answer)
            }
        }
    }

    /// Opens a review. People are told of a new one, and before it is written: whoever is killed in between is told to
    /// open it again, and rather tells twice than never.
    pub(crate) async fn open(&self, review: NewReview) -> Result<String, Failure> {
        let there = self.reviews.find(&review.about).await?;
        if there.is_none_or(|there| there.state != ReviewState::Open) {
            self.tell(&Reviews::id_of(&review.about), &review).await;
        }
        let opened = self.reviews.open(&review).await?;
        if let Opened::Known(id) = &opened {
            tracing::info!(review = id, about = review.about, "review is open already");
        }
        Ok(opened.id().to_owned())
    }

    /// The notification points to the review and holds nothing of it. A topic that does not answer must not stop the
    /// review: the log says that nobody could be told.
    async fn tell(&self, id: &str, review: &NewReview) {
        let order = review
            .order
            .as_ref()
            .map(|order| format!(" of {order}"))
            .unwrap_or_default();
        let subject = format!("Review: {}{order}", review.doing);
        let text = format!(
            "{}{order} stopped: {}.\nTo see why, and what to do: odoo-heartland review show {id}",
            review.doing, review.why.name
        );
        if let Err(failure) = self.topic.publish(&subject, &text).await {
            tracing::error!(
                review = id,
                error = failure.name.as_str(),
                "nobody could be told: {}",
                failure.what
            );
        }
    }
}

pub(crate) fn written(answer: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|_| Failure::new(FailureName::Refused, "the answer cannot be written as JSON"))
}
