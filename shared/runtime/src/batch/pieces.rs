//! Work done by the batch: messages of one effect are one piece with several tokens, and pieces go to the other
//! system together.

use super::{CrashMarks, GiveBack, Record, give_back::postpone, response, wait_s};
use crate::{
    crash::{Crashed, caught},
    metrics,
    work::Work,
};
use aws_lambda_events::sqs::SqsBatchResponse;
use domain::failure::Failure;
use futures::future::join_all;
use std::{collections::BTreeMap, future::Future};

/// Messages about one effect.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The effect, or whatever makes them one piece.
    pub key: String,
    /// The messages, at least one; each brings its own token.
    pub records: Vec<Record>,
}

impl Piece {
    /// The work on it: that of its first message. Several say the same.
    pub fn work(&self) -> Work {
        self.records.first().map(Work::of_message).unwrap_or_default()
    }
}

/// What becomes of a piece's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Finished, with every token answered: delete them.
    Done,
    /// Not now: they come again, later each time.
    Later,
}

/// Where a batch comes from and goes back to.
pub struct Batch<'a> {
    /// Gives messages back.
    pub give_back: &'a dyn GiveBack,
    /// Knows which messages were in a crash: those are handled alone.
    pub crash_marks: &'a CrashMarks,
}

impl Batch<'_> {
    /// Handles messages in pieces. `handle` gets pieces and says for each key what becomes of it; a piece it does
    /// not mention, and every piece of a call that fails or panics, comes again.
    pub async fn in_pieces<F>(
        &self,
        records: Vec<Record>,
        key: impl Fn(&Record) -> String,
        handle: impl Fn(Vec<Piece>) -> F,
    ) -> SqsBatchResponse
    where
        F: Future<Output = Result<BTreeMap<String, Verdict>, Failure>>,
    {
        let mut together = Vec::new();
        let mut groups = Vec::new();
        for piece in pieces(records, key) {
            if self.crash_marks.set(&piece.records).await {
                groups.push(vec![piece]);
            } else {
                together.push(piece);
            }
        }
        groups.insert(0, together);
        let mut failed = Vec::new();
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            failed.extend(self.handle(group, &handle).await);
        }
        response(failed)
    }

    /// Gives a whole batch back, because the other system is down.
    pub async fn all_later(&self, records: Vec<Record>) -> SqsBatchResponse {
        response(self.later(records).await)
    }

    /// Handles pieces in one call. The ids of the messages that come again.
    async fn handle<F>(&self, group: Vec<Piece>, handle: impl Fn(Vec<Piece>) -> F) -> Vec<String>
    where
        F: Future<Output = Result<BTreeMap<String, Verdict>, Failure>>,
    {
        let handled = caught(|| handle(group.clone())).await;
        if handled.is_ok() {
            for piece in &group {
                self.crash_marks.clear(&piece.records).await;
            }
        }
        let verdicts = match handled {
            Ok(Ok(verdicts)) => verdicts,
            Ok(Err(failure)) => {
                metrics::failure(&failure);
                tracing::warn!(
                    error = failure.name.as_str(),
                    pieces = group.len(),
                    "{}",
                    failure.what
                );
                BTreeMap::new()
            }
            Err(Crashed) => {
                tracing::error!(pieces = group.len(), "handling a batch crashed");
                BTreeMap::new()
            }
        };
        let again = group
            .into_iter()
            .filter(|piece| verdicts.get(&piece.key) != Some(&Verdict::Done));
        self.later(again.flat_map(|piece| piece.records).collect()).await
    }

    async fn later(&self, records: Vec<Record>) -> Vec<String> {
        let postponed = records.iter().map(|record| {
            let wait_s = wait_s(&record.message_id, record.received);
            postpone(self.give_back, &record.receipt, wait_s)
        });
        join_all(postponed).await;
        records.into_iter().map(|record| record.message_id).collect()
    }
}

/// Groups messages by key, in the order in which the keys first appear.
fn pieces(records: Vec<Record>, key: impl Fn(&Record) -> String) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for record in records {
        let key = key(&record);
        match pieces.iter_mut().find(|piece| piece.key == key) {
            Some(piece) => piece.records.push(record),
            None => pieces.push(Piece {
                key,
                records: vec![record],
            }),
        }
    }
    pieces
}
