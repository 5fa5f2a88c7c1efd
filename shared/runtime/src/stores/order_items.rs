//! The order item: who runs an order, and what we know of it. One per order, changed only by compare-and-set.

mod edited;
mod open;

pub use edited::Edited;
pub use open::OpenOrders;

use super::{newest_first, sortable};
use crate::{
    items::{
        Items,
        typed::{self, Beside, Saved, Versioned},
    },
    message::{MESSAGE_SCHEMA, Run},
    trace::TraceId,
};
use domain::{
    decide::{OrderState, OrderView, OurWrite},
    event::EventId,
    failure::{Failure, FailureName},
    ids::OrderKey,
    order::{Facts, Order},
};
use effects::UnixMillis;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Index state of orders a run works on whose goods Odoo does not hold yet.
const ACCEPTED: &str = "order/accepted";
/// Index state of orders a run works on that are in Odoo: some wait weeks for a delivery or a person.
const IN_ODOO: &str = "order/in-odoo";
/// Index state of orders whose last run ended paid and invoiced, those opened last at the top.
const COMPLETED: &str = "order/completed";
/// Index state of orders whose last run ended otherwise, those opened last at the top.
const CLOSED: &str = "order/closed";
/// Our own writes that are remembered: a run writes two or three times, and an echo comes soon.
const OUR_WRITES_MAX: usize = 8;
/// A status write that has not come to an end by then is on its way to a person; echoes are no longer waited for.
const TELLING_MS_MAX: i64 = 15 * 60_000;

/// Goods accepted in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedLine {
    /// Stock keeping unit.
    pub sku: String,
    /// How many; as JSON a string.
    pub quantity: Decimal,
}

/// What we know of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The version of this shape.
    pub schema: u32,
    /// The order.
    pub order: OrderKey,
    /// Where it stands.
    pub state: OrderState,
    /// Which run, from 1; 0 while there was none.
    pub generation: u32,
    /// How often the run was started again after its execution had ended without closing it.
    #[serde(default)]
    pub redrives: u32,
    /// The newest version seen. A redrive takes its content.
    pub newest: EventId,
    /// When the shop says that version was made: an older event never replaces a newer one.
    pub newest_at: Timestamp,
    /// What mattered of it. With what the last run was opened with: what we know of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_facts: Option<Facts>,
    /// The event that opened the last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<EventId>,
    /// What mattered of the version the last run was opened with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// What a person has made of it since. Beside the shop's versions: those alone are compared by age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    /// Our own status writes, oldest first: their echo is dropped.
    #[serde(default)]
    pub our_writes: Vec<OurWrite>,
    /// Since when a status is being written to the shop, Unix milliseconds: its echo may come before its version
    /// is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telling_since_ms: Option<i64>,
    /// What the order takes from stock.
    #[serde(default)]
    pub accepted_lines: Vec<AcceptedLine>,
    /// Whether Odoo has the order, and so counts those goods itself.
    #[serde(default)]
    pub in_odoo: bool,
    /// When the last run was opened, Unix milliseconds; 0 while there was none.
    #[serde(default)]
    pub opened_at_ms: i64,
    /// The trace of the last run: from the webhook that opened it to its last document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceId>,
}

impl OrderItem {
    /// The item of an order seen for the first time.
    pub fn recorded(order: &Order, event: &EventId) -> Self {
        Self {
            schema: 1,
            order: order.key.clone(),
            state: OrderState::Recorded,
            generation: 0,
            redrives: 0,
            newest: event.clone(),
            newest_at: order.modified_at,
            newest_facts: Some(order.facts()),
            opened_by: None,
            facts: None,
            edited: None,
            our_writes: Vec::new(),
            telling_since_ms: None,
            accepted_lines: Vec::new(),
            in_odoo: false,
            opened_at_ms: 0,
            trace: None,
        }
    }

    /// With a newer version seen; an older one changes nothing.
    #[must_use]
    pub fn seen(mut self, order: &Order, event: &EventId) -> Self {
        if order.modified_at >= self.newest_at {
            self.newest = event.clone();
            self.newest_at = order.modified_at;
            self.newest_facts = Some(order.facts());
        }
        self
    }

    /// With a run opened for this version.
    #[must_use]
    pub fn opened(self, order: &Order, event: &EventId, generation: u32, now: UnixMillis) -> Self {
        Self {
            state: OrderState::Open,
            generation,
            redrives: 0,
            opened_by: Some(event.clone()),
            facts: Some(order.facts()),
            edited: None,
            accepted_lines: accepted_lines(order),
            in_odoo: false,
            opened_at_ms: now.0,
            ..self.seen(order, event)
        }
    }

    /// With a status about to be written to the shop.
    #[must_use]
    pub fn telling(mut self, now: UnixMillis) -> Self {
        self.telling_since_ms = Some(now.0);
        self
    }

    /// Whether the version of a status write may still be unknown.
    pub fn is_telling(&self, now: UnixMillis) -> bool {
        self.telling_since_ms
            .is_some_and(|since| now.since_ms(UnixMillis(since)) < TELLING_MS_MAX)
    }

    /// With one more write of ours.
    #[must_use]
    pub fn wrote(mut self, write: OurWrite) -> Self {
        self.telling_since_ms = None;
        if !self.our_writes.contains(&write) {
            self.our_writes.push(write);
        }
        let excess = self.our_writes.len().saturating_sub(OUR_WRITES_MAX);
        self.our_writes.drain(..excess);
        self
    }

    /// What the router's decision depends on.
    pub fn view(&self) -> OrderView {
        OrderView {
            state: self.state,
            generation: self.generation,
            newest: self.newest_at,
            newest_facts: self.newest_facts.clone(),
            opened_by: self.opened_by.clone(),
            facts: self.facts.clone(),
            edited: self.edited.as_ref().map(|edited| edited.facts.clone()),
            our_writes: self.our_writes.clone(),
            let_in: false,
        }
    }

    /// Whether this run still has the order in its hands.
    pub fn is_run_by(&self, run: &Run) -> bool {
        self.state == OrderState::Open && self.generation == run.generation
    }

    /// The last run.
    pub fn run(&self) -> Run {
        let version = self.opened_by.as_ref().unwrap_or(&self.newest);
        Run {
            schema: MESSAGE_SCHEMA,
            order: self.order.clone(),
            generation: self.generation,
            version: version.to_string(),
        }
    }

    /// The input of the last run's execution: the run, and the trace it goes on in.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when it cannot be written as JSON.
    pub fn input(&self) -> Result<Value, Failure> {
        let what = "the run's input cannot be written as JSON";
        let mut input =
            serde_json::to_value(self.run()).map_err(|_| Failure::new(FailureName::Refused, what))?;
        if let Some(trace) = &self.trace {
            input["trace"] = serde_json::json!(trace);
        }
        Ok(input)
    }

    /// The name of the last run's execution: `{slug}-{generation}`, and `-r{n}` after the n-th redrive, because a
    /// name stays taken for 90 days.
    pub fn execution(&self) -> String {
        match self.redrives {
            0 => self.run().name(),
            n => format!("{}-r{n}", self.run().name()),
        }
    }
}

fn accepted_lines(order: &Order) -> Vec<AcceptedLine> {
    let lines = order.lines.iter();
    let accepted = lines.map(|line| AcceptedLine {
        sku: line.sku.clone(),
        quantity: line.quantity,
    });
    accepted.collect()
}

/// The order items.
#[derive(Clone)]
pub struct OrderItems {
    items: Arc<dyn Items>,
}

impl OrderItems {
    /// The order items in this table.
    pub fn new(items: Arc<dyn Items>) -> Self {
        Self { items }
    }

    /// What we know of an order.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn load(&self, order: &OrderKey) -> Result<Option<Versioned<OrderItem>>, Failure> {
        typed::load(&*self.items, &key(order)).await
    }

    /// Stores an order item: a new one, or one whose version was seen.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn save(&self, seen_version: Option<u64>, item: &OrderItem) -> Result<Saved, Failure> {
        typed::save(&*self.items, &key(&item.order), seen_version, item, beside(item)).await
    }

    /// Changes an order item. `change` sees what is there and says what it should be, with an answer; it runs again
    /// when somebody else was faster. `None` writes nothing.
    ///
    /// # Errors
    /// Those of [`Items::replace`]; [`domain::failure::FailureName::InProgress`] when the item keeps changing.
    pub async fn change<R>(
        &self,
        order: &OrderKey,
        change: impl FnMut(Option<&OrderItem>) -> (Option<OrderItem>, R),
    ) -> Result<R, Failure> {
        typed::change(&*self.items, &key(order), beside, change).await
    }

    /// Orders a run works on, page by page.
    pub fn open(&self) -> OpenOrders {
        OpenOrders::new(self.items.clone())
    }

    /// Orders a run works on whose goods Odoo does not hold yet, those opened first at the top.
    ///
    /// # Errors
    /// Those of [`Items::by_state`].
    pub async fn accepted(&self, limit: usize) -> Result<Vec<OrderItem>, Failure> {
        self.of_state(ACCEPTED, limit).await
    }

    /// Orders whose last run ended, paid and invoiced or otherwise, those opened last at the top.
    ///
    /// # Errors
    /// Those of [`Items::by_state`].
    pub async fn ended(&self, completed: bool, limit: usize) -> Result<Vec<OrderItem>, Failure> {
        self.of_state(if completed { COMPLETED } else { CLOSED }, limit)
            .await
    }

    async fn of_state(&self, state: &str, limit: usize) -> Result<Vec<OrderItem>, Failure> {
        let items = self.items.by_state(state, limit).await?;
        items
            .into_iter()
            .map(|item| Ok(typed::parse(item)?.value))
            .collect()
    }
}

fn key(order: &OrderKey) -> String {
    format!("order/{order}")
}

fn beside(item: &OrderItem) -> Beside {
    let opened = UnixMillis(item.opened_at_ms);
    let place = match item.state {
        OrderState::Recorded => None,
        OrderState::Open if item.in_odoo => Some((IN_ODOO, sortable(opened))),
        OrderState::Open => Some((ACCEPTED, sortable(opened))),
        OrderState::Completed => Some((COMPLETED, newest_first(opened))),
        OrderState::Closed => Some((CLOSED, newest_first(opened))),
    };
    Beside {
        state: place.map(|(state, by)| (state.to_owned(), by)),
        ttl_s: None,
    }
}
