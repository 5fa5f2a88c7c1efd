//! Answers to the steps that wait for a piece of work.

use crate::{
    message::WorkMessage,
    unheard::{unheard, unreadable},
};
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::{Piece, Record, Verdict},
    failure::cause,
    stores::Reviews,
    workflow::{Answer, Workflow},
};
use serde_json::Value;

/// Whether an outcome ends the piece. Everything else passes or is resolved: the message comes again, later each time.
pub fn is_final(outcome: &Result<Value, Failure>) -> bool {
    match outcome.as_ref().map_err(|failure| failure.name) {
        Ok(_) => true,
        Err(
            FailureName::SystemUnavailable
            | FailureName::OutcomeUnknown
            | FailureName::InProgress
            | FailureName::Misconfigured,
        ) => false,
        Err(_) => true,
    }
}

/// Tells every step that waits for a piece what came of it. The messages are done when all have been told; where
/// nobody can be told of a refusal, a person is.
pub async fn answer(
    workflow: &dyn Workflow,
    reviews: &Reviews,
    piece: &Piece,
    outcome: &Result<Value, Failure>,
) -> Verdict {
    if let Err(failure) = outcome {
        tracing::warn!(
            piece = piece.key,
            error = failure.name.as_str(),
            field = failure.field,
            "{}",
            failure.what
        );
    }
    if !is_final(outcome) {
        return Verdict::Later;
    }
    let mut verdict = Verdict::Done;
    for record in &piece.records {
        if let Err(failure) = tell(workflow, reviews, record, outcome).await {
            tracing::warn!(
                piece = piece.key,
                error = failure.name.as_str(),
                "{}",
                failure.what
            );
            verdict = Verdict::Later;
        }
    }
    verdict
}

async fn tell(
    workflow: &dyn Workflow,
    reviews: &Reviews,
    record: &Record,
    outcome: &Result<Value, Failure>,
) -> Result<(), Failure> {
    let message = match WorkMessage::of(record) {
        Ok(message) => message,
        Err(why) => return unreadable(reviews, record, &why).await,
    };
    let failure = match outcome {
        Ok(output) => return workflow.succeed(&message.token, output).await.map(|_| ()),
        Err(failure) => failure,
    };
    let name = failure.name.as_str();
    match workflow.fail(&message.token, name, &cause(failure)).await? {
        Answer::Delivered => Ok(()),
        Answer::Gone => unheard(reviews, record, &message, failure).await,
    }
}
