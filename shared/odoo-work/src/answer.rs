//! Answers to the steps that wait for a piece of work.

use crate::{
    message::WorkMessage,
    unheard::{unheard, unreadable},
};
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::{Piece, Record, Verdict},
    failure::cause,
    message::task_token,
    metrics,
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
        metrics::failure(failure);
        tracing::warn!(
            error = failure.name.as_str(),
            field = failure.field,
            "{}",
            failure.what
        );
    }
    if !is_final(outcome) {
        return Verdict::Later;
    }
    match tell_all(workflow, reviews, piece, outcome).await {
        Ok(()) => {
            if outcome.is_ok() {
                tracing::info!(waiting = piece.records.len(), "done");
            }
            Verdict::Done
        }
        Err(failure) => {
            metrics::failure(&failure);
            tracing::warn!(error = failure.name.as_str(), "{}", failure.what);
            Verdict::Later
        }
    }
}

/// Everybody is told, whatever becomes of the others; an error is the first one.
async fn tell_all(
    workflow: &dyn Workflow,
    reviews: &Reviews,
    piece: &Piece,
    outcome: &Result<Value, Failure>,
) -> Result<(), Failure> {
    let (mut heard, mut last, mut failed) = (false, None, Ok(()));
    for record in &piece.records {
        let told = match WorkMessage::of(record) {
            Ok(message) => {
                let told = tell(workflow, &message, outcome).await;
                last = Some((record, message));
                told.map(|answer| heard |= answer == Answer::Delivered)
            }
            Err(why) => refuse_unreadable(workflow, reviews, record, &why).await,
        };
        failed = failed.and(told);
    }
    failed?;
    match (outcome, last) {
        (Err(why), Some((record, message))) if !heard => unheard(reviews, record, &message, why).await,
        _ => Ok(()),
    }
}

/// A person looks at a message that cannot be read; if at least its token can, whoever waits goes on.
async fn refuse_unreadable(
    workflow: &dyn Workflow,
    reviews: &Reviews,
    record: &Record,
    why: &Failure,
) -> Result<(), Failure> {
    unreadable(reviews, record, why).await?;
    let token = record.body.get("token").cloned().unwrap_or_default();
    let Ok(token) = task_token(token) else {
        return Ok(());
    };
    workflow
        .fail(&token, why.name.as_str(), &cause(why))
        .await
        .map(|_| ())
}

async fn tell(
    workflow: &dyn Workflow,
    message: &WorkMessage,
    outcome: &Result<Value, Failure>,
) -> Result<Answer, Failure> {
    match outcome {
        Ok(output) => workflow.succeed(&message.token, output).await,
        Err(failure) => {
            let name = failure.name.as_str();
            workflow.fail(&message.token, name, &cause(failure)).await
        }
    }
}
