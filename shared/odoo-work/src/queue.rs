//! The queue of work and the steps that wait behind it.

use crate::{answer::answer, live::Connection, message::piece_key};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::failure::Failure;
use effects::{Clock, SystemClock};
use futures::future::join_all;
use runtime::{
    Parts,
    batch::{Batch, CrashMarks, GiveBack, Piece, SqsGiveBack, records},
    environment,
    metrics::{self, Metric},
    segments,
    stores::Reviews,
    workflow::{StepFunctions, Workflow},
};
use serde_json::Value;
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Instant};

/// Where work comes from, and where answers go.
pub struct WorkQueue {
    /// Gives messages back.
    pub give_back: Arc<dyn GiveBack>,
    /// Knows which messages were in a crash.
    pub crash_marks: CrashMarks,
    /// Answers waiting steps.
    pub workflow: Arc<dyn Workflow>,
    /// Where a refusal ends that no step waits for.
    pub reviews: Reviews,
}

impl WorkQueue {
    /// The queue whose URL is in this environment variable.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::Misconfigured`] when the variable is missing.
    pub fn connect(parts: &Parts, variable: &str) -> Result<Self, Failure> {
        let (items, clock) = (&parts.items, &parts.clock);
        let url = environment::required(variable)?;
        let answers = aws_sdk_sfn::Client::new(&parts.aws);
        Ok(Self {
            give_back: Arc::new(SqsGiveBack::new(aws_sdk_sqs::Client::new(&parts.aws), url)),
            crash_marks: CrashMarks::new(items.clone(), clock.clone()),
            // It answers tokens only: which state machine they are of, nobody asks.
            workflow: Arc::new(StepFunctions::new(answers, "")),
            reviews: Reviews::new(items.clone(), clock.clone()),
        })
    }

    /// Has a batch worked on, and answers every step that waits for it. While Odoo is down the batch goes back.
    ///
    /// `work` gets pieces and says for each key what came of it. A piece it does not mention comes again.
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
        metrics::emit(Metric::BatchSize, records.len(), &[]);
        let tally = Tally::begin(records.len(), odoo);
        if odoo.is_down().await? {
            tracing::info!(messages = records.len(), "Odoo is down: the batch goes back");
            return Ok(batch.all_later(records).await);
        }
        let handle = |pieces: Vec<Piece>| {
            let begun = SystemClock.now();
            let outcomes = work(pieces.clone());
            async move {
                let outcomes = outcomes.await;
                let told = pieces.iter().filter_map(|piece| {
                    let outcome = outcomes.get(&piece.key)?;
                    let told = async move {
                        let verdict = answer(self.workflow.as_ref(), &self.reviews, piece, outcome).await;
                        segments::tell(begun, outcome.is_err());
                        (piece.key.clone(), verdict)
                    };
                    Some(piece.work().scope(told))
                });
                Ok(join_all(told).await.into_iter().collect())
            }
        };
        let response = batch.in_pieces(records, piece_key, handle).await;
        tally.end(response.batch_item_failures.len(), odoo);
        Ok(response)
    }
}

/// What a batch costs, for whoever has to find out why Odoo is slow, or batches do not fill.
struct Tally {
    messages: usize,
    round_trips: u64,
    begun: Instant,
}

impl Tally {
    fn begin(messages: usize, odoo: &dyn Connection) -> Self {
        Self {
            messages,
            round_trips: odoo.round_trips(),
            begun: Instant::now(),
        }
    }

    fn end(self, later: usize, odoo: &dyn Connection) {
        // After a rotation of the key the connection is another one, and counts from its start.
        let odoo_round_trips = odoo.round_trips().saturating_sub(self.round_trips);
        metrics::emit(Metric::OdooCalls, odoo_round_trips, &[]);
        tracing::info!(
            messages = self.messages,
            later,
            odoo_round_trips,
            milliseconds = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "batch worked off"
        );
    }
}
