//! How runs stand: asked once in a sweep, and for as many as possible with one call.

use crate::desk::Desk;
use domain::{decide::OrderState, failure::Failure, ids::OrderKey};
use effects::UnixMillis;
use runtime::{stores::OrderItem, workflow::RunState};
use std::collections::{BTreeSet, HashMap};

/// How long a sweep looks. The function has a minute; what is left is looked at an hour later.
const LOOKS_FOR_MS: i64 = 40_000;

/// What one sweep knows.
pub(crate) struct Runs<'a> {
    desk: &'a Desk,
    until: UnixMillis,
    /// The generation and the execution of each open order seen so far.
    seen: HashMap<OrderKey, (u32, String)>,
    running: BTreeSet<String>,
    states: HashMap<String, RunState>,
}

impl<'a> Runs<'a> {
    /// What is known at the beginning. Without the list of runs each is asked for.
    pub(crate) async fn of(desk: &'a Desk) -> Self {
        let until = desk.clock.now().plus_ms(LOOKS_FOR_MS);
        let running = desk.workflow.running().await.unwrap_or_else(|failure| {
            tracing::warn!(error = failure.name.as_str(), "the runs could not be listed");
            BTreeSet::new()
        });
        Self {
            desk,
            until,
            seen: HashMap::new(),
            running,
            states: HashMap::new(),
        }
    }

    /// Remembers an open order, so that it need not be loaded again.
    pub(crate) fn see(&mut self, item: &OrderItem) {
        self.seen
            .insert(item.order.clone(), (item.generation, item.execution()));
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
        let (works_on, execution) = match self.seen.get(order) {
            Some(seen) => seen.clone(),
            None => match self.desk.orders.load(order).await? {
                Some(there) if there.value.state == OrderState::Open => {
                    (there.value.generation, there.value.execution())
                }
                _ => return Ok(false),
            },
        };
        Ok(works_on == generation && self.state(&execution).await? == RunState::Running)
    }
}
