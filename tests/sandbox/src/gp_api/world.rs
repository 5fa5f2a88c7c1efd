//! Everything the simulator remembers.

use super::{
    access::Token,
    faults::Fault,
    idempotency::Keys,
    notifications::Outgoing,
    payment::{Action, Payment},
    payment_methods::StoredCard,
    settlement::{Deposit, Dispute},
    switches::Switches,
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// How to start a simulator.
#[derive(Clone, Debug)]
pub struct Options {
    /// The id that signs in.
    pub app_id: String,
    /// Its key; also signs notifications.
    pub app_key: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The switches to begin with, and after a reset.
    pub switches: Switches,
}

impl Default for Options {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            app_id: text("APPID"),
            app_key: text("APPKEY"),
            port: 0,
            switches: Switches::default(),
        }
    }
}

/// One request and how it ended.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Recording {
    /// When it came, by the simulator's clock, Unix milliseconds.
    pub at_ms: i64,
    /// GET, POST.
    pub method: String,
    /// As it came, without the query.
    pub path: String,
    /// Parameters with a value.
    pub query: BTreeMap<String, String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The value of `x-gp-idempotency`.
    pub idempotency: Option<String>,
    /// JSON, or the text as a JSON string.
    pub body: Value,
    /// The HTTP status of the answer, when one was sent.
    pub status: Option<u16>,
    /// The fault it met.
    pub fault: Option<String>,
}

/// The memory.
pub(super) struct World {
    pub options: Options,
    pub switches: Switches,
    pub tokens: HashMap<String, Token>,
    pub payments: Vec<Payment>,
    pub by_id: HashMap<String, usize>,
    pub cards: HashMap<String, StoredCard>,
    pub keys: Keys,
    pub faults: Vec<Fault>,
    pub recordings: Vec<Recording>,
    pub deposits: Vec<Deposit>,
    pub disputes: Vec<Dispute>,
    pub outbox: Vec<Outgoing>,
    batch: u64,
    clock_offset_ms: i64,
    counter: u64,
    seed: String,
}

impl World {
    /// An empty memory. Ids differ from run to run, as they do at the real gateway.
    pub fn new(options: Options) -> Self {
        Self {
            switches: options.switches.clone(),
            options,
            tokens: HashMap::new(),
            payments: Vec::new(),
            by_id: HashMap::new(),
            cards: HashMap::new(),
            keys: Keys::default(),
            faults: Vec::new(),
            recordings: Vec::new(),
            deposits: Vec::new(),
            disputes: Vec::new(),
            outbox: Vec::new(),
            batch: 1,
            clock_offset_ms: 0,
            counter: 0,
            seed: Timestamp::now().as_nanosecond().to_string(),
        }
    }

    /// Forgets everything but its options. Ids go on being new.
    pub fn reset(&mut self) {
        let mut fresh = Self::new(self.options.clone());
        fresh.counter = self.counter;
        fresh.seed.clone_from(&self.seed);
        *self = fresh;
    }

    /// The simulator's time, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        Timestamp::now()
            .as_millisecond()
            .saturating_add(self.clock_offset_ms)
    }

    /// Moves the simulator's clock, for token lives and windows. Never back.
    pub fn advance(&mut self, ms: i64) {
        self.clock_offset_ms = self.clock_offset_ms.saturating_add(ms.max(0));
    }

    /// A new id: `TRN_` and 32 characters.
    pub fn new_id(&mut self, prefix: &str) -> String {
        self.counter += 1;
        let name = format!("{}/{}", self.seed, self.counter);
        let hash = hex::encode(Sha256::digest(name.as_bytes()));
        format!("{prefix}_{}", &hash[..32])
    }

    /// The batch that is open.
    pub fn open_batch(&self) -> String {
        format!("BAT_{}_{}", self.seed, self.batch)
    }

    /// Closes the batch.
    pub fn close_batch(&mut self) {
        self.batch += 1;
    }

    /// Keeps a new transaction.
    pub fn keep(&mut self, payment: Payment) {
        self.by_id.insert(payment.id.clone(), self.payments.len());
        self.payments.push(payment);
    }

    /// A transaction by id.
    pub fn payment(&self, id: &str) -> Option<&Payment> {
        self.by_id.get(id).and_then(|at| self.payments.get(*at))
    }

    /// A transaction by id, to change it.
    pub fn payment_mut(&mut self, id: &str) -> Option<&mut Payment> {
        self.by_id.get(id).and_then(|at| self.payments.get_mut(*at))
    }

    /// A new action of now.
    pub fn action(&mut self, kind: &'static str, result: &'static str) -> Action {
        Action {
            id: self.new_id("ACT"),
            kind,
            result,
            at: rfc3339(self.now_ms()),
        }
    }

    /// The answer about a transaction.
    pub fn render(&self, payment: &Payment, action: &Action) -> Value {
        payment.render(&rfc3339(payment.created_ms), action)
    }
}

/// `2026-01-01T00:00:00.000Z`.
pub(super) fn rfc3339(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads a time of a query: a date, or a date with time.
pub(super) fn read_time(text: &str) -> Option<i64> {
    let midnight = |date: jiff::civil::Date| jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    let at = text.parse::<Timestamp>().ok();
    at.or_else(|| text.get(..10)?.parse().ok().and_then(midnight))
        .map(Timestamp::as_millisecond)
}
