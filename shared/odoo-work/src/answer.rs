//! Answers to the steps that wait for a piece of work.

use crate::message::WorkMessage;
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::{Piece, Verdict},
    failure::cause,
    workflow::Workflow,
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

/// Tells every step that waits for a piece what came of it. The messages are done when all have been told, or when
/// nobody waits any more.
pub async fn answer(workflow: &dyn Workflow, piece: &Piece, outcome: &Result<Value, Failure>) -> Verdict {
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
        let Ok(message) = WorkMessage::of(record) else {
            return Verdict::Later;
        };
        let told = match outcome {
            Ok(output) => workflow.succeed(&message.token, output).await,
            Err(failure) => {
                workflow
                    .fail(&message.token, failure.name.as_str(), &cause(failure))
                    .await
            }
        };
        if let Err(failure) = told {
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
