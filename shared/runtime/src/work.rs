//! What is being worked on: the ids every log line and every metric carries, and the trace that is handed on. Known to
//! whatever is called in it, so that no port and no store has to be given them.

use crate::{
    batch::Record,
    invocation::Invocation,
    limits,
    trace::{Trace, TraceId},
    unique::unique,
};
use domain::{card_number, event::EventId, ids::OrderKey};
use effects::{Clock, SystemClock};
use serde_json::{Map, Value, json};
use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tracing::{Instrument, Span, field::Empty};

/// Longest name of an action.
const ACTION_LENGTH_MAX: usize = 40;

tokio::task_local! {
    static CURRENT: Work;
}

/// A name of what is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// The platform's id of the invocation.
    Request,
    /// The trace, from the webhook to the invoice.
    Trace,
    /// The queue's id of the message.
    Message,
    /// What is done.
    Action,
    /// The order.
    Order,
    /// Which run of it.
    Generation,
    /// The event whose content is worked on.
    Event,
    /// The run's execution.
    Execution,
}

impl Id {
    /// As lines spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Trace => "trace",
            Self::Message => "message_id",
            Self::Action => "action",
            Self::Order => "order",
            Self::Generation => "generation",
            Self::Event => "event",
            Self::Execution => "execution",
        }
    }
}

/// A piece of work with its ids.
#[derive(Clone, Debug)]
pub struct Work(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    trace: Trace,
    span: Span,
    ids: Mutex<Map<String, Value>>,
}

impl Default for Work {
    /// Of nothing that has a name.
    fn default() -> Self {
        Self::new(branch(&unique()))
    }
}

impl Work {
    /// An invocation, with the ids its input names.
    pub fn of_invocation(invocation: &Invocation, input: &Value) -> Self {
        let told = Told::of(input);
        let native = invocation.trace.clone();
        let trace = Trace::of(told.trace, Some(native)).unwrap_or_else(|| invocation.trace.clone());
        let work = Self::new(trace);
        work.note(Id::Request, &invocation.request_id);
        work.note_all(told.ids);
        work
    }

    /// One message of a batch. Its trace is its own: a batch mixes many.
    pub fn of_message(record: &Record) -> Self {
        let told = Told::of(&record.body);
        let trace = Trace::of(told.trace, record.trace.clone());
        let work = Self::new(trace.unwrap_or_else(|| branch(&record.message_id)));
        work.note_request();
        work.note(Id::Message, &record.message_id);
        work.note_all(told.ids);
        work
    }

    /// An event that nobody told us of: its journey begins here, in a trace of its own.
    pub fn of_event(event: &EventId) -> Self {
        let work = Self::new(branch(event.as_str()));
        work.note_request();
        work.note(Id::Event, event.as_str());
        work
    }

    fn new(trace: Trace) -> Self {
        // Of the highest level, so that whatever is logged has its ids.
        let span = tracing::error_span!(
            "work",
            request = Empty,
            trace = Empty,
            message_id = Empty,
            action = Empty,
            order = Empty,
            generation = Empty,
            event = Empty,
            execution = Empty,
        );
        let id = trace.id.clone();
        let work = Self(Arc::new(Inner {
            trace,
            span,
            ids: Mutex::default(),
        }));
        work.note(Id::Trace, id.as_str());
        work
    }

    /// The trace it belongs to.
    pub fn trace(&self) -> &Trace {
        &self.0.trace
    }

    /// Runs something as this piece of work.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        let span = self.0.span.clone();
        CURRENT.scope(self, Box::pin(work)).instrument(span).await
    }

    /// Runs something that does not wait as this piece of work.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.span.in_scope(|| CURRENT.sync_scope(self.clone(), work))
    }

    fn note(&self, id: Id, value: &str) {
        self.put(id, json!(value));
    }

    fn note_all(&self, told: Vec<(Id, Value)>) {
        for (id, value) in told {
            self.put(id, value);
        }
    }

    fn put(&self, id: Id, value: Value) {
        match &value {
            Value::String(text) => self.0.span.record(id.as_str(), text.as_str()),
            number => self.0.span.record(id.as_str(), number.as_u64()),
        };
        self.ids().insert(id.as_str().to_owned(), value);
    }

    fn note_request(&self) {
        let request = CURRENT.try_with(|above| above.ids().get(Id::Request.as_str()).cloned());
        if let Ok(Some(Value::String(request))) = request {
            self.note(Id::Request, &request);
        }
    }

    fn ids(&self) -> MutexGuard<'_, Map<String, Value>> {
        self.0.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes an id that became known on the way. Outside of any work nobody asks for it.
pub fn note(id: Id, value: &str) {
    let _ = CURRENT.try_with(|work| work.note(id, value));
}

/// The ids of what is worked on.
pub fn ids() -> Map<String, Value> {
    CURRENT.try_with(|work| work.ids().clone()).unwrap_or_default()
}

/// The trace of what is worked on, to be handed on.
pub fn trace() -> Option<Trace> {
    CURRENT.try_with(|work| work.trace().clone()).ok()
}

/// A trace for one of many: near the invocation's, or of its own.
fn branch(seed: &str) -> Trace {
    trace().map_or_else(
        || Trace::made(seed, SystemClock.now()),
        |trace| trace.branch(seed),
    )
}

/// What a message or an input names. It comes from elsewhere and is written down, so it must be the names it should be.
#[derive(Default)]
struct Told {
    trace: Option<TraceId>,
    ids: Vec<(Id, Value)>,
}

impl Told {
    fn of(input: &Value) -> Self {
        if let Some(detail) = input.get("detail") {
            return Self::of_ended_run(detail);
        }
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let order = text("order").and_then(|key| key.parse::<OrderKey>().ok());
        let generation = input.get("generation").and_then(Value::as_u64);
        let generation = generation.and_then(|generation| u32::try_from(generation).ok());
        let event = text("event").or_else(|| text("version"));
        let derived = || Some(format!("{}-{}", order.as_ref()?.slug(), generation?));
        let mut told = Self {
            trace: text("trace").and_then(|id| id.parse().ok()),
            ids: Vec::new(),
        };
        told.add(Id::Action, text("action").filter(|name| is_action(name)));
        told.add(
            Id::Execution,
            text("execution").and_then(execution).or_else(derived),
        );
        told.add(Id::Order, order.map(String::from));
        told.add(Id::Generation, generation);
        let event = event.and_then(|id| id.parse::<EventId>().ok());
        told.add(Id::Event, event.map(String::from));
        told
    }

    /// EventBridge's word on a run that ended, which quotes the run's input.
    fn of_ended_run(detail: &Value) -> Self {
        let text = |name: &str| detail.get(name).and_then(Value::as_str);
        let input = text("input").and_then(|input| serde_json::from_str::<Value>(input).ok());
        let mut told = input.filter(|input| input.get("detail").is_none());
        if let (Some(Value::Object(told)), Some(name)) = (&mut told, text("name")) {
            told.insert(Id::Execution.as_str().to_owned(), json!(name));
        }
        told.map(|told| Self::of(&told)).unwrap_or_default()
    }

    fn add(&mut self, id: Id, value: Option<impl Into<Value>>) {
        self.ids.extend(value.map(|value| (id, value.into())));
    }
}

fn is_action(name: &str) -> bool {
    (1..=ACTION_LENGTH_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b"-_".contains(&b))
}

/// The name of an execution, of its ARN or by itself.
fn execution(name: &str) -> Option<String> {
    let name = name.rsplit(':').next().unwrap_or_default();
    let is_name = limits::run_name(name).is_ok() && !card_number::is_card_number(name);
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
