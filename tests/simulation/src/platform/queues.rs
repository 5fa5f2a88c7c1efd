//! The queues of the template, and where their dead letters go.

use super::queue::{Luck, QueueTwin};
use crate::{set_up::QUEUES, time::WorldClock};
use std::{collections::BTreeMap, sync::Arc};

/// The queues, by their logical names in the template.
pub struct Queues(BTreeMap<&'static str, Arc<QueueTwin>>);

impl Queues {
    /// Empty queues.
    pub fn new(clock: WorldClock, luck: &Arc<dyn Luck>) -> Self {
        let mut made: BTreeMap<&str, Arc<QueueTwin>> = BTreeMap::new();
        for set_up in QUEUES {
            let dead = set_up
                .dead_letters
                .and_then(|(queue, _)| made.get(queue).cloned());
            let queue = QueueTwin::new(set_up, clock, luck.clone(), dead);
            made.insert(set_up.resource, Arc::new(queue));
        }
        Self(made)
    }

    /// The queue of that logical name.
    ///
    /// # Panics
    /// When the set-up has none: that is a mistake in here.
    pub fn named(&self, resource: &str) -> &Arc<QueueTwin> {
        &self.0[resource]
    }

    /// `Inbox`
    pub fn inbox(&self) -> &Arc<QueueTwin> {
        self.named("Inbox")
    }

    /// `OrderWork`
    pub fn order_work(&self) -> &Arc<QueueTwin> {
        self.named("OrderWork")
    }

    /// `InvoiceWork`
    pub fn invoice_work(&self) -> &Arc<QueueTwin> {
        self.named("InvoiceWork")
    }

    /// `LastResort`
    pub fn last_resort(&self) -> &Arc<QueueTwin> {
        self.named("LastResort")
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<QueueTwin>> {
        self.0.values()
    }

    /// All but the last resort, which nobody reads.
    pub fn worked_off(&self) -> impl Iterator<Item = &Arc<QueueTwin>> {
        let read = self.0.iter().filter(|(resource, _)| **resource != "LastResort");
        read.map(|(_, queue)| queue)
    }
}
