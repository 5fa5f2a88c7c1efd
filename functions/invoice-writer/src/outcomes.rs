//! The results of a batch, filled in as invoices end.

use crate::{work::Outcome, write::Task};
use domain::failure::{Failure, FailureName};
use std::collections::HashMap;

/// What has come of each invoice, and what was refused on the way, by invoice.
pub(crate) struct Outcomes {
    ended: Vec<Option<Outcome>>,
    pub(crate) refused: HashMap<i64, Failure>,
}

impl Outcomes {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            ended: vec![None; length],
            refused: HashMap::new(),
        }
    }

    pub(crate) fn end(&mut self, place: usize, outcome: Outcome) {
        if let Some(slot) = self.ended.get_mut(place) {
            *slot = Some(outcome);
        }
    }

    pub(crate) fn end_all(&mut self, tasks: Vec<Task<'_>>, failure: &Failure) {
        tasks
            .into_iter()
            .for_each(|task| self.end(task.place, Err(failure.clone())));
    }

    pub(crate) fn finish(self) -> Vec<Outcome> {
        let lost = || {
            Err(Failure::new(
                FailureName::OutcomeUnknown,
                "the invoice was lost on the way",
            ))
        };
        self.ended
            .into_iter()
            .map(|outcome| outcome.unwrap_or_else(lost))
            .collect()
    }
}
