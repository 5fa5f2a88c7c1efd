//! A batch of the inbox. What is wrong with an event is for a person; what is wrong with us goes back to the queue, and
//! with it the later events of the same order. What is only too early comes again soon: a customer's change is not to
//! wait long behind the echo of our own write.

use crate::router::{Routed, Router};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::{self, GiveBack, Record},
    message::{self, InboxEvent},
    stores::NewReview,
};
use serde_json::json;

impl Router {
    /// Routes every event of a batch that the inbox has handed out.
    pub async fn route_all(&self, batch: SqsEvent, inbox: &dyn GiveBack) -> SqsBatchResponse {
        // Boxed: what a loop and its traces are wrapped around is copied with them.
        batch::one_by_one(batch::records(batch), Some(inbox), |record| {
            Box::pin(self.route_record(record))
        })
        .await
    }

    async fn route_record(&self, record: Record) -> Result<(), Failure> {
        let event: InboxEvent = match message::read(record.body) {
            Ok(event) => event,
            Err(why) => return self.report_message(&record.message_id, why).await,
        };
        match self.route(&event).await? {
            // Said with the reason.
            Routed::Recorded | Routed::Ignored => {}
            routed => tracing::info!(store = %event.store, decision = routed.as_str(), "event"),
        }
        Ok(())
    }

    async fn report_message(&self, message_id: &str, why: Failure) -> Result<(), Failure> {
        debug_assert_eq!(why.name, FailureName::Refused);
        self.open_review(NewReview {
            about: format!("inbox-message/{message_id}"),
            doing: "route-event".to_owned(),
            order: None,
            why: why.remedy(
                "find out who sends such messages, then drop this; the poller brings the order again",
            ),
            input: Some(message_id.to_owned()),
            redrive: json!({"kind": "nothing"}),
            token: None,
        })
        .await
    }
}
