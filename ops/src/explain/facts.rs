//! What every system says about an order. Nothing here is a guess; what could not be asked is named.

use domain::{
    decide::OrderState,
    failure::FailureName,
    ids::{OrderKey, StoreId},
};
use runtime::stores::{OrderItem, Review};
use serde::Serialize;
use serde_json::Value;

use super::run_history::Step;

/// What a system said, or why it could not be asked.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told<T> {
    /// It said this.
    Said(T),
    /// It was not reached.
    NotReached(String),
}

impl<T> Told<T> {
    /// What was said, if anything was.
    pub fn said(&self) -> Option<&T> {
        match self {
            Self::Said(value) => Some(value),
            Self::NotReached(_) => None,
        }
    }

    /// Whether it was there and did not accept our credentials.
    pub fn refuses_us(&self) -> bool {
        let refused = FailureName::Misconfigured.as_str();
        matches!(self, Self::NotReached(why) if why.starts_with(refused))
    }
}

impl<T, E: std::fmt::Display> From<Result<T, E>> for Told<T> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Said(value),
            Err(error) => Self::NotReached(error.to_string()),
        }
    }
}

/// Everything that was found out about an order.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// The order.
    pub order: OrderKey,
    /// What the store is called.
    pub store: String,
    /// When this was found out, Unix milliseconds.
    pub now_ms: i64,
    /// What we know of the order.
    pub item: Option<OrderItem>,
    /// The events that count: the one that opened the run, and the newest.
    pub events: Vec<Received>,
    /// The last run; nothing when the workflow engine has none.
    pub run: Told<Option<Run>>,
    /// What the ledger remembers of the last run.
    pub effects: Told<Vec<Effect>>,
    /// What the gateway says now.
    pub payments: Told<Vec<Payment>>,
    /// What Odoo holds.
    pub documents: Told<Vec<Document>>,
    /// What the shop says now.
    pub shop: Told<Option<ShopOrder>>,
    /// Its reviews that are open.
    pub reviews: Vec<Review>,
    /// Systems that are left alone.
    pub away: Vec<Away>,
    /// The stores that are told what is left in the order's warehouse.
    pub warehouse: Vec<StoreId>,
    /// The rules of waiting.
    pub rules: Rules,
}

/// An event as it came.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// Its id.
    pub event: String,
    /// How it came: `webhook`, `poller`, `operator`.
    pub via: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Whether it was handed on to the inbox.
    pub queued: bool,
}

/// The last run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
    /// When it began, Unix milliseconds.
    pub started_at_ms: i64,
    /// When it ended.
    pub ended_at_ms: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it did.
    pub steps: Vec<Step>,
}

impl Run {
    /// The step it is in.
    pub fn current(&self) -> Option<&Step> {
        let open = |step: &&Step| step.left_at_ms.is_none() && self.status == "RUNNING";
        self.steps.last().filter(open)
    }
}

/// An effect as the ledger remembers it.
#[derive(Clone, Debug, Serialize)]
pub struct Effect {
    /// `capture/woo/1001/1`.
    pub id: String,
    /// Its first part: `capture`.
    pub kind: String,
    /// `Intended`, `Sent`, `Applied`, `Refused`, `Unknown`, `Cancelled`.
    pub state: String,
    /// How often it was claimed.
    pub attempts: u32,
    /// When it was first claimed, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it first went out.
    pub first_sent_at_ms: Option<i64>,
    /// The answer.
    pub result: Option<Value>,
}

/// A transaction as the gateway tells it now.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    /// `TRN_…`.
    pub id: String,
    /// `SALE` or `REFUND`.
    pub kind: String,
    /// `PREAUTHORIZED`, `CAPTURED`, …
    pub status: String,
    /// With its currency.
    pub amount: String,
    /// Brand and last four digits.
    pub card: String,
    /// When it was made, ISO 8601.
    pub created: Option<String>,
}

/// Whose a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// We have reserved it with the customer's token: a run that is given up lets it go.
    Ours,
    /// The shop's own plugin has reserved or taken it: it is never touched.
    Shops,
}

/// A document of Odoo's.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// `sales order`, `delivery`, `invoice`, `payment`.
    pub what: String,
    /// Its number; a draft has none.
    pub number: String,
    /// Odoo's word for how it stands.
    pub state: String,
    /// With its currency.
    pub amount: Option<String>,
    /// Its page.
    pub link: Option<String>,
}

/// The order as the shop shows it now.
#[derive(Clone, Debug, Serialize)]
pub struct ShopOrder {
    /// The shop's word for its status; a shop of one's own has none.
    pub status: Option<String>,
    /// How it is paid, as we read it: `pending`, `token`, `captured`, …
    pub payment: Option<String>,
    /// What we told it last, as it keeps it.
    pub told: Option<String>,
    /// When it was last changed, ISO 8601.
    pub modified_at: Option<String>,
}

/// A system that is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Away {
    /// As breakers name it.
    pub system: String,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// Whether it does not accept our credentials.
    pub misconfigured: bool,
    /// Who paused it, and why.
    pub paused: Option<(String, String)>,
    /// Whether a person has resumed it, and no call has tried it since.
    pub untried: bool,
    /// From when on a call tries whether it is back, Unix milliseconds.
    pub tried_from_ms: Option<i64>,
}

/// The rules of waiting.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rules {
    /// How long a parked order waits for a person, seconds.
    pub park_s: i64,
    /// How often an order is asked for its delivery, seconds.
    pub delivery_poll_s: i64,
    /// After how many days an authorization lapses.
    pub lapses_after_days: u32,
    /// Whether the money is taken when the goods are delivered.
    pub captures_on_delivery: bool,
}

impl Facts {
    /// The effect of a kind.
    pub fn effect(&self, kind: &str) -> Option<&Effect> {
        self.effects.said()?.iter().find(|effect| effect.kind == kind)
    }

    /// Whether an effect was done.
    pub fn applied(&self, kind: &str) -> bool {
        self.effect(kind).is_some_and(|effect| effect.state == "Applied")
    }

    /// Whether nobody knows the order, the shop included, which was asked.
    pub fn is_unknown(&self) -> bool {
        let nothing_came = self.item.is_none() && self.events.is_empty() && self.reviews.is_empty();
        nothing_came && matches!(self.shop, Told::Said(None))
    }

    /// Whether the order has come to its end.
    pub fn has_ended(&self) -> bool {
        let state = self.item.as_ref().map(|item| item.state);
        matches!(state, Some(OrderState::Completed | OrderState::Closed))
    }

    /// Whether the last run is still at something.
    pub fn goes_on(&self) -> bool {
        let run = self.run.said().and_then(Option::as_ref);
        run.is_some_and(|run| run.current().is_some())
    }

    /// Whose payment the run works with, as far as anybody knows.
    pub fn whose_payment(&self) -> Option<Whose> {
        let item = self.item.as_ref();
        let known = item.and_then(|item| item.facts.as_ref().or(item.newest_facts.as_ref()));
        let shop = self
            .shop
            .said()
            .and_then(|shop| shop.as_ref()?.payment.as_deref());
        match (known, shop) {
            _ if self.applied("authorize") => Some(Whose::Ours),
            (Some(known), _) if known.is_token() => Some(Whose::Ours),
            (Some(known), _) if known.is_paid() => Some(Whose::Shops),
            (_, Some("token")) => Some(Whose::Ours),
            (_, Some("authorized" | "captured")) => Some(Whose::Shops),
            _ => None,
        }
    }
}
