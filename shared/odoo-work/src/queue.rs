//! The queue of work and the steps that wait behind it.

use crate::{answer::answer, live::Connection, message::piece_key};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::failure::Failure;
use runtime::{
    batch::{Batch, CrashMarks, GiveBack, Piece, records},
    workflow::Workflow,
};
use serde_json::Value;
use std::{collections::BTreeMap, future::Future, sync::Arc};

/// Where work comes from, and where answers go.
pub struct WorkQueue {
    /// Gives messages back.
    pub give_back: Arc<dyn GiveBack>,
    /// Knows which messages were in a crash.
    pub crash_marks: CrashMarks,
    /// Answers waiting steps.
    pub workflow: Arc<dyn Workflow>,
}

impl WorkQueue {
    /// Has a batch worked on, and answers every step that waits for it. While Odoo is down the batch goes back.
    ///
    /// `work` gets pieces and says for each key what came of it.
    ///
    /// # Errors
    /// When the table does not answer: the whole batch comes again.
    pub async fn handle<F>(
        &self,
        event: SqsEvent,
        odoo: &dyn Connection,
        work: impl Fn(Vec<Piece>) -> F,
    ) -> Result<SqsBatchResponse, Failure>
    where
        F: Future<Output = BTreeMap<String, Result<Value, Failure>>>,
    {
        let batch = Batch {
            give_back: self.give_back.as_ref(),
            crash_marks: &self.crash_marks,
        };
        let records = records(event);
        if odoo.is_down().await? {
            return Ok(batch.all_later(records).await);
        }
        let handle = |pieces: Vec<Piece>| {
            let outcomes = work(pieces.clone());
            async move {
                let outcomes = outcomes.await;
                let mut verdicts = BTreeMap::new();
                for piece in &pieces {
                    if let Some(outcome) = outcomes.get(&piece.key) {
                        verdicts.insert(
                            piece.key.clone(),
                            answer(self.workflow.as_ref(), piece, outcome).await,
                        );
                    }
                }
                Ok(verdicts)
            }
        };
        Ok(batch.in_pieces(records, piece_key, handle).await)
    }
}
