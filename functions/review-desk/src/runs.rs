//! How runs stand: asked once in a sweep, and for as many as possible with one call.

use crate::desk::Desk;
use domain::{decide::OrderState, failure::Failure, ids::OrderKey};
use effects::UnixMillis;
use runtime::{stores::OrderItem, workflow::RunState};
use std::collections::{BTreeSet, HashMap};

/// Most items of a kind looked at in one sweep; the oldest first, so that none is overlooked for ever.
pub(crate) const LIMIT: usize = 2000;
/// How long a sweep looks. The function has a minute; what is left is looked at an hour later.
const LOOKS_FOR_MS: i64 = 40_000;

/// What one sweep knows.
pub(crate) struct Runs<'a> {
    desk: &'a Desk,
    until: UnixMillis,
    /// The orders in the hands of a run, oldest first.
    pub(crate) open: Vec<OrderItem>,
    places: HashMap<OrderKey, usize>,
    running: BTreeSet<String>,
    states: HashMap<String, RunState>,
}

impl<'a> Runs<'a> {
    /// What is known at the beginning.
    ///
    /// # Errors
    /// Those of the table. Without the list of runs each is asked for.
    pub(crate) async fn of(desk: &'a Desk) -> Result<Self, Failure> {
        let until = desk.clock.now().plus_ms(LOOKS_FOR_MS);
        // The orders first: a run that has just begun may then be in the list.
        let open = desk.orders.open(LIMIT).await?;
        let running = desk.workflow.running().await.unwrap_or_else(|failure| {
            tracing::warn!(error = failure.name.as_str(), "the runs could not be listed");
            BTreeSet::new()
        });
        Ok(Self {
            desk,
            until,
            places: open
                .iter()
                .enumerate()
                .map(|(place, item)| (item.order.clone(), place))
                .collect(),
            open,
            running,
            states: HashMap::new(),
        })
    }

    /// Whether there is time to look at one more.
    pub(crate) fn have_time(&self) -> bool {
        self.desk.clock.now() < self.until
    }

    /// How an execution stands.
    ///
    /// # Errors
    /// Those of the workflow engine.
    pub(crate) async fn state(&mut self, execution: &str) -> Result<RunState, Failure> {
        if self.running.contains(execution) {
            return Ok(RunState::Running);
        }
        if let Some(state) = self.states.get(execution) {
            return Ok(*state);
        }
        let state = self.desk.workflow.state(execution).await?;
        self.states.insert(execution.to_owned(), state);
        Ok(state)
    }

    /// Whether this run of an order has it in its hands, and goes on.
    ///
    /// # Errors
    /// Those of the table and of the workflow engine.
    pub(crate) async fn work_on(&mut self, order: &OrderKey, generation: u32) -> Result<bool, Failure> {
        let known = self
            .places
            .get(order)
            .and_then(|place| self.open.get(*place))
            .cloned();
        let item = match known {
            Some(item) => item,
            None => match self.desk.orders.load(order).await? {
                Some(there) => there.value,
                None => return Ok(false),
            },
        };
        if item.state != OrderState::Open || item.generation != generation {
            return Ok(false);
        }
        Ok(self.state(&item.execution()).await? == RunState::Running)
    }
}
