//! What the router would do with an event, and why: it reads what routing reads, and does nothing.

use crate::{router::Router, run::OrderEvent};
use domain::{
    decide::Decision,
    failure::{Failure, FailureName},
    order::Order,
};
use runtime::{
    message::{InboxEvent, MESSAGE_SCHEMA, Via},
    stores::OrderItem,
};

/// What would become of an event.
#[derive(Clone, Debug)]
pub enum Look {
    /// Nobody can use it: a review would be opened.
    Unusable(Failure),
    /// It is an order, and this is what would be done about it.
    Order {
        /// The order it is.
        order: Box<Order>,
        /// What is known of it.
        known: Option<Box<OrderItem>>,
        /// What would be done; a failure when it cannot be told just now.
        decision: Result<Decision, Failure>,
    },
}

impl Router {
    /// Looks at an event as if a person let it in again now.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when there is no such event; those of the table.
    pub async fn look(&self, event: &str) -> Result<Look, Failure> {
        let Some(payload) = self.payloads.payload(event).await? else {
            let what = "there is no payload (any more) for this event";
            return Err(Failure::new(FailureName::Refused, what).field("event"));
        };
        let message = InboxEvent {
            schema: MESSAGE_SCHEMA,
            event: event.to_owned(),
            store: payload.store.clone(),
            via: Via::Operator,
        };
        let (id, order) = match self.read(&message, &payload) {
            Ok(read) => read,
            Err(why) => return Ok(Look::Unusable(why)),
        };
        let there = self.orders.load(&order.key).await?;
        let event = OrderEvent {
            id,
            order: &order,
            via: Via::Operator,
        };
        let decision = self.decision(there.as_ref(), &event).await;
        Ok(Look::Order {
            known: there.map(|there| Box::new(there.value)),
            order: Box::new(order),
            decision,
        })
    }
}
