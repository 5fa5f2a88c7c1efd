//! Work that came to nothing and that no run hears of: a message nobody can read, or one whose step does not wait (any
//! more). It ends before a person; the verdict "poison" is ours, not the queue's by counting.

use crate::message::WorkMessage;
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::Record,
    stores::{NewReview, Reviews},
};
use serde_json::json;

/// Reports a message that cannot be read.
///
/// # Errors
/// When the table does not answer: the message has to come again.
pub(crate) async fn unreadable(reviews: &Reviews, record: &Record, why: &Failure) -> Result<(), Failure> {
    let remedy = "find out who sends such messages, then drop this";
    let review = NewReview {
        about: format!("work-message/{}", record.message_id),
        doing: "read-work".to_owned(),
        order: None,
        why: why.clone().remedy(remedy),
        input: Some(format!("message {}", record.message_id)),
        redrive: json!({"kind": "nothing"}),
        token: None,
    };
    reviews.open(&review).await.map(|_| ())
}

/// Reports a refusal that was answered to a step which does not wait, unless its run has reported it by itself.
///
/// # Errors
/// When the table does not answer: the message has to come again.
pub(crate) async fn unheard(
    reviews: &Reviews,
    record: &Record,
    message: &WorkMessage,
    why: &Failure,
) -> Result<(), Failure> {
    if !matches!(why.name, FailureName::Refused | FailureName::Conflict) {
        return Ok(());
    }
    let run = message.run();
    let at = format!("{}/{}/{}", run.effect_key(), message.action, why.name.as_str());
    if reviews.find(&format!("run/{at}")).await?.is_some() {
        return Ok(());
    }
    let remedy = "no run waits for this work: look at the order in all three systems, then drop this";
    let review = NewReview {
        about: format!("unheard/{at}"),
        doing: message.action.clone(),
        order: Some(run.order),
        why: why.clone().remedy(remedy),
        input: Some(format!("message {}", record.message_id)),
        redrive: json!({"kind": "nothing"}),
        token: None,
    };
    reviews.open(&review).await.map(|_| ())
}
