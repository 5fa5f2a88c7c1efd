//! What invariants look at: the facts of every system at one moment, as plain data.

use domain::{
    ids::{OrderKey, StoreId},
    order::Order,
};
use effects::{EffectId, Record, UnixMillis};
use heartland::gp_api::{Kind, Reference, TransactionId};
use jiff::Timestamp;
use runtime::{
    items::Item,
    stores::{OrderItem, Review},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use twins::{
    gateway::{MadeBy, Payment, Received},
    odoo::{InvoiceFacts, PaymentFacts, SaleFacts, StockFacts},
    shop::{Made, Pushed, Told},
};

/// Everything.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The true time.
    pub now: UnixMillis,
    /// Since when nothing goes wrong any more.
    pub calm_at: UnixMillis,
    /// Whether the shops were told their stock once more, beside what the bundle did by itself.
    pub pushed_again: bool,
    /// Every transaction of the gateway.
    pub payments: Vec<Payment>,
    /// Every request that changes money and reached the gateway.
    pub received: Vec<Received>,
    /// Odoo's documents.
    pub books: Books,
    /// The shops.
    pub shops: Vec<ShopFacts>,
    /// The table.
    pub table: Table,
    /// Every effect as it stands.
    pub effects: BTreeMap<EffectId, Record>,
    /// The names of the runs that go on.
    pub running: Vec<String>,
    /// The queues.
    pub queues: Vec<QueueFacts>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            now: UnixMillis(0),
            calm_at: UnixMillis(i64::MAX),
            pushed_again: false,
            payments: Vec::new(),
            received: Vec::new(),
            books: Books::default(),
            shops: Vec::new(),
            table: Table::default(),
            effects: BTreeMap::new(),
            running: Vec::new(),
            queues: Vec::new(),
        }
    }
}

/// Odoo's documents.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// `sale.order`
    pub sales: Vec<SaleFacts>,
    /// `account.move`, of customers.
    pub invoices: Vec<InvoiceFacts>,
    /// `account.payment`
    pub payments: Vec<PaymentFacts>,
    /// Stock.
    pub stock: Vec<StockFacts>,
    /// How often Odoo had been written to when they were read.
    pub writes: u64,
}

/// A shop.
#[derive(Clone, Debug)]
pub struct ShopFacts {
    /// Which.
    pub store: StoreId,
    /// Pieces of every product that are never offered.
    pub stock_buffer: u32,
    /// Every order and when it was last changed.
    pub versions: Vec<(String, Timestamp)>,
    /// What it was told of orders.
    pub told: Vec<Told>,
    /// What it was told of stock.
    pub pushes: Vec<Pushed>,
    /// The products it sells, of those that Odoo knows.
    pub sells: BTreeSet<String>,
    /// The webhooks it sent.
    pub webhooks: Vec<Made>,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct QueueFacts {
    /// Its name.
    pub name: &'static str,
    /// Messages that were thrown away because nobody took them.
    pub lost: u64,
    /// Messages that are there.
    pub present: usize,
}

/// The table, read.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// `order/`
    pub orders: BTreeMap<OrderKey, OrderItem>,
    /// `content/`: the versions of orders, by key.
    pub contents: BTreeMap<String, Order>,
    /// `review/`, by id.
    pub reviews: BTreeMap<String, Review>,
    /// `payment-used/`: which order a transaction pays.
    pub used: BTreeMap<String, OrderKey>,
    /// `payload/`: whether the event was handed on.
    pub payloads: BTreeMap<String, bool>,
    /// `breaker/`, by system.
    pub breakers: BTreeMap<String, BreakerFacts>,
    /// Items that are not what they should be.
    pub unreadable: BTreeSet<String>,
    /// By what the gateway calls the payments of an order: its order and run.
    pub references: BTreeMap<String, (OrderKey, u32)>,
}

/// A breaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerFacts {
    /// Until when it is open, Unix milliseconds.
    pub open_until_ms: Option<i64>,
    /// Until when somebody may try whether the system is back, Unix milliseconds.
    pub probe_until_ms: Option<i64>,
}

impl Table {
    /// Takes up what became of an item.
    pub fn see(&mut self, pk: &str, item: Option<Item>) {
        let read = item.is_none_or(|item| self.take(item).is_some());
        match read {
            true => self.unreadable.remove(pk),
            false => self.unreadable.insert(pk.to_owned()),
        };
    }

    fn take(&mut self, item: Item) -> Option<()> {
        let (kind, name) = item.pk.split_once('/')?;
        match kind {
            "order" => {
                let order: OrderItem = serde_json::from_value(item.body).ok()?;
                self.insert_order(order);
            }
            "content" => {
                let order: Order = serde_json::from_value(item.body).ok()?;
                self.contents.insert(name.to_owned(), order);
            }
            "review" => {
                let review = serde_json::from_value(item.body).ok()?;
                self.reviews.insert(name.to_owned(), review);
            }
            "payment-used" => {
                let order = item.body["order"].as_str()?.parse().ok()?;
                self.used.insert(name.to_owned(), order);
            }
            "payload" => {
                let queued = item.body["queued"].as_bool()?;
                self.payloads.insert(name.to_owned(), queued);
            }
            "breaker" => {
                let open = &item.body["open"];
                let breaker = BreakerFacts {
                    open_until_ms: open["until_ms"].as_i64(),
                    probe_until_ms: open["probe"][1].as_i64(),
                };
                self.breakers.insert(name.to_owned(), breaker);
            }
            _ => {}
        }
        Some(())
    }

    /// An order, with what its payments are called.
    pub fn insert_order(&mut self, order: OrderItem) {
        for run in 1..=order.generation {
            let reference = Reference::for_order(&order.order, run);
            self.references
                .entry(reference.as_str().to_owned())
                .or_insert_with(|| (order.order.clone(), run));
        }
        self.orders.insert(order.order.clone(), order);
    }

    /// The versions of an order.
    pub fn versions<'a>(&'a self, order: &'a OrderKey) -> impl Iterator<Item = &'a Order> {
        self.contents
            .values()
            .filter(move |version| version.key == *order)
    }
}

impl Facts {
    /// The order and run a payment of ours was made for, by its reference.
    pub fn order_of(&self, payment: &Payment) -> Option<(&OrderKey, u32)> {
        let (order, run) = self.table.references.get(&payment.reference)?;
        Some((order, *run))
    }

    /// The sales that were made by us.
    pub fn our_sales(&self) -> impl Iterator<Item = &Payment> {
        let ours = |payment: &&Payment| payment.kind == Kind::Sale && payment.made_by == MadeBy::Us;
        self.payments.iter().filter(ours)
    }

    /// The sales of ours for one order.
    pub fn our_sales_for<'a>(&'a self, order: &'a OrderKey) -> impl Iterator<Item = &'a Payment> {
        self.our_sales()
            .filter(move |payment| self.order_of(payment).is_some_and(|(of, _)| of == order))
    }

    /// What of a sale was given back, minor units: the refunds themselves, not what the sale says of them.
    pub fn refunded_minor(&self, sale: &TransactionId) -> i64 {
        let refunds = self
            .payments
            .iter()
            .filter(|payment| payment.parent.as_ref() == Some(sale));
        refunds
            .filter(|refund| refund.status.is_captured())
            .map(|refund| refund.captured_minor)
            .sum()
    }

    /// What of a sale is taken and kept, minor units.
    pub fn kept_minor(&self, sale: &Payment) -> i64 {
        match sale.status.is_captured() {
            true => sale.captured_minor - self.refunded_minor(&sale.id),
            false => 0,
        }
    }

    /// Whether a review names an event.
    pub fn is_reviewed(&self, event: &str) -> bool {
        self.table.reviews.values().any(|review| {
            review.input.as_deref().is_some_and(|input| names(input, event))
                || names(&review.about, event)
                || names(&review.redrive.to_string(), event)
        })
    }

    /// The largest total among the versions of an order, minor units.
    pub fn largest_total_minor(&self, order: &OrderKey) -> Option<i64> {
        let totals = self.table.versions(order).map(|version| version.total_minor);
        totals.max()
    }
}

/// Whether a review is about an order: by its own word, or by what it redrives.
pub fn is_about(review: &Review, order: &OrderKey) -> bool {
    review.order.as_ref() == Some(order)
        || says_order(&review.redrive, &order.to_string())
        || names(&review.about, &order.to_string())
        || review
            .input
            .as_deref()
            .is_some_and(|input| input.starts_with(&format!("{}_", order.slug())))
}

fn says_order(redrive: &Value, order: &str) -> bool {
    match redrive {
        Value::Object(fields) => fields.iter().any(|(field, value)| match (field.as_str(), value) {
            ("order", Value::String(named)) => named == order,
            (_, value) => says_order(value, order),
        }),
        _ => false,
    }
}

/// Whether a text holds a name that does not go on as another one.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let next = text[at + name.len()..].chars().next();
        !next.is_some_and(|next| next.is_ascii_alphanumeric())
    })
}
