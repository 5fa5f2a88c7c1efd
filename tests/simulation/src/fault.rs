//! What can go wrong at a call, and where.

use crate::function::Function;
use std::fmt;

/// What is behind a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// Items of the table.
    Table,
    /// Effects of the ledger, in the same table.
    Ledger,
    /// A queue, or messages of it.
    Queue,
    /// The workflow engine.
    Workflow,
    /// The secrets.
    Secrets,
    /// The topic people listen to.
    Topic,
    /// Heartland.
    Gateway,
    /// Odoo.
    Odoo,
    /// A shop.
    Shop,
}

impl Port {
    /// Whether it is a system of somebody else's: what was sent there goes on when its client has gone.
    pub fn is_remote(self) -> bool {
        matches!(self, Self::Gateway | Self::Odoo | Self::Shop)
    }

    /// How long that system may still act on a request whose client has gone, milliseconds.
    pub fn quiet_ms(self) -> i64 {
        match self {
            Self::Odoo => odoo_work::QUIET_MS,
            Self::Gateway => payment_capture::QUIET_MS,
            Self::Shop => order_notifier::QUIET_MS,
            _ => 0,
        }
    }

    /// How long an answer usually takes, milliseconds.
    pub fn latency_ms(self) -> (i64, i64) {
        match self {
            Self::Table | Self::Ledger => (2, 12),
            Self::Queue | Self::Topic | Self::Secrets => (5, 30),
            Self::Workflow => (10, 60),
            Self::Gateway => (150, 1500),
            Self::Odoo => (30, 700),
            Self::Shop => (80, 900),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Table => "table",
            Self::Ledger => "ledger",
            Self::Queue => "queue",
            Self::Workflow => "workflow",
            Self::Secrets => "secrets",
            Self::Topic => "topic",
            Self::Gateway => "gateway",
            Self::Odoo => "odoo",
            Self::Shop => "shop",
        })
    }
}

/// A call of a function on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Whose call it is.
    pub function: Function,
    /// What is called.
    pub port: Port,
    /// The operation.
    pub operation: &'static str,
    /// What it is about: a key, an id. No content.
    pub subject: String,
    /// Whether it may change something.
    pub changes: bool,
    /// Whether it belongs to what is done again and again, whatever happens: the poller, the sweep, a
    /// look at the list, the question whether goods are out.
    pub routine: bool,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} {}", self.port, self.operation, self.subject)
    }
}

/// What becomes of a call before its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It goes out.
    Go,
    /// It cannot be sent; the caller hears so.
    NotSent,
    /// It is under way that long.
    Slow(i64),
    /// The function is killed; nothing was sent.
    Kill,
    /// The function is killed when the request has left: it arrives that much later.
    KillSent(i64),
    /// The function stands still that long, and goes on as if nothing had been.
    Freeze(i64),
}

/// What becomes of a call after its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The answer arrives.
    Go,
    /// The answer is lost.
    Lost,
    /// The function is killed.
    Kill,
    /// The function stands still that long.
    Freeze(i64),
}

/// How a call failed, as far as its caller can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No byte of it can have arrived.
    NotSent,
    /// It was sent, and no answer came.
    NoAnswer,
}

/// The kinds of faults, for the tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A call that could not be sent.
    NotSent,
    /// An answer that was lost after the effect.
    AnswerLost,
    /// A request that was slow, perhaps slower than its client's patience.
    Slow,
    /// A function killed before an effect.
    KilledBefore,
    /// A function killed while its request was under way.
    KilledSent,
    /// A function killed after an effect.
    KilledAfter,
    /// A function that stood still and went on later, perhaps after its lease.
    Frozen,
    /// A call that met an outage of hours.
    Outage,
    /// A clock that goes wrong.
    ClockSkew,
    /// A message delivered twice.
    MessageTwice,
    /// A message delivered late.
    MessageLate,
    /// A batch in another order.
    Reordered,
    /// An invocation that was throttled.
    Throttled,
    /// An invocation whose answer never reached its caller.
    InvocationLost,
    /// An invocation made twice.
    InvokedTwice,
    /// A webhook that never arrived.
    WebhookLost,
    /// A webhook that arrived several times.
    WebhookTwice,
    /// A webhook that arrived late.
    WebhookLate,
    /// Odoo rolled a transaction back.
    Collision,
    /// A run somebody stopped.
    Stopped,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotSent => "calls not sent",
            Self::AnswerLost => "answers lost",
            Self::Slow => "slow requests",
            Self::KilledBefore => "killed before an effect",
            Self::KilledSent => "killed with a request under way",
            Self::KilledAfter => "killed after an effect",
            Self::Frozen => "frozen and woken",
            Self::Outage => "calls into an outage",
            Self::ClockSkew => "clocks going wrong",
            Self::MessageTwice => "messages twice",
            Self::MessageLate => "messages late",
            Self::Reordered => "messages reordered",
            Self::Throttled => "invocations throttled",
            Self::InvocationLost => "invocations' answers lost",
            Self::InvokedTwice => "invocations twice",
            Self::WebhookLost => "webhooks lost",
            Self::WebhookTwice => "webhooks several times",
            Self::WebhookLate => "webhooks late",
            Self::Collision => "Odoo collisions",
            Self::Stopped => "runs stopped",
        })
    }
}
