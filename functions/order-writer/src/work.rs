//! A batch on its way: every order goes on until its own result is known.

use crate::names::Names;
use domain::{failure::Failure, order::Order};
use serde::{Deserialize, Serialize};

/// An order to be written.
#[derive(Clone, Debug)]
pub struct OrderToWrite {
    /// Its content.
    pub order: Order,
    /// Which run of it.
    pub generation: u32,
    /// The gateway's transaction: what the customer's payment is known by.
    pub transaction: String,
    /// Whether certainly nobody has tried before. Else what is there is looked at first.
    pub fresh: bool,
    /// Whether a person has had the order corrected after it was refused: drafts made from the earlier content are
    /// written anew.
    pub redrive: bool,
}

/// What came of it. As JSON the output of `write-order`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The confirmed sales order.
    pub sale_order: NamedRecord,
    /// The draft invoice.
    pub draft: DraftInvoice,
}

/// A record with the number people know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRecord {
    /// Database id.
    pub id: i64,
    /// `S00042`.
    pub name: String,
}

/// A draft invoice. Drafts have no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftInvoice {
    /// Database id.
    pub id: i64,
    /// `res.partner` whose receivable it will be: the company of a business customer.
    pub customer: i64,
}

/// The result of one order.
pub type Outcome = Result<Written, Failure>;

/// An order with what has been found out about it so far.
pub(crate) struct Task<'a, T> {
    pub(crate) place: usize,
    pub(crate) input: &'a OrderToWrite,
    pub(crate) names: Names,
    pub(crate) state: T,
}

/// The results of a batch, filled in as orders end.
pub(crate) struct Results(Vec<Option<Outcome>>);

impl Results {
    pub(crate) fn new(length: usize) -> Self {
        Self(vec![None; length])
    }

    pub(crate) fn end(&mut self, place: usize, outcome: Outcome) {
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some(outcome);
        }
    }

    /// Keeps the orders a step succeeded for, and ends the others.
    pub(crate) fn keep<'a, T, U, V>(
        &mut self,
        tasks: Vec<Task<'a, T>>,
        step: impl IntoIterator<Item = Result<U, Failure>>,
        with: impl Fn(T, U) -> V,
    ) -> Vec<Task<'a, V>> {
        let mut alive = Vec::with_capacity(tasks.len());
        for (task, result) in tasks.into_iter().zip(step) {
            let Task {
                place,
                input,
                names,
                state,
            } = task;
            match result {
                Ok(more) => alive.push(Task {
                    place,
                    input,
                    names,
                    state: with(state, more),
                }),
                Err(failure) => self.end(place, Err(failure)),
            }
        }
        alive
    }

    /// Ends all orders with the failure that stopped the batch.
    pub(crate) fn end_all<T>(&mut self, tasks: Vec<Task<'_, T>>, failure: &Failure) {
        tasks
            .into_iter()
            .for_each(|task| self.end(task.place, Err(failure.clone())));
    }

    pub(crate) fn finish(self) -> Vec<Outcome> {
        let lost = || {
            Err(Failure::new(
                domain::failure::FailureName::OutcomeUnknown,
                "the order was lost on the way",
            ))
        };
        self.0
            .into_iter()
            .map(|outcome| outcome.unwrap_or_else(lost))
            .collect()
    }
}
