//! What the shops offer.

use super::{excuses::Matter, facts::Facts, orders::order_and_run};
use domain::{
    decide::OrderState,
    ids::OrderKey,
    stock::{Reading, to_publish},
};
use effects::{Record, State, UnixMillis};
use runtime::stores::ReviewState;
use rust_decimal::Decimal;

/// How far clocks may be apart.
const SKEW_MS: i64 = 60_000;
/// What was under way when it became calm has come to its end by then.
const SETTLED_AFTER_MS: i64 = 30 * 60_000;

/// An order's documents in Odoo that changed what is free.
struct Change<'a> {
    order: OrderKey,
    record: &'a Record,
}

impl Change<'_> {
    /// A settled effect gives its lease back as it settles.
    fn at(&self) -> UnixMillis {
        self.record.lease_until
    }

    fn wrote(&self) -> bool {
        self.record.effect.as_str().starts_with("write-order/") && self.record.state == State::Applied
    }
}

/// When orders in Odoo changed what is free: by an effect of ours.
fn changes(facts: &Facts) -> impl Iterator<Item = Change<'_>> {
    let kinds = ["write-order/", "cancel-order/"];
    let changes = facts
        .effects
        .values()
        .filter(move |record| kinds.iter().any(|kind| record.effect.as_str().starts_with(kind)));
    changes.filter_map(|record| {
        let (order, _) = order_and_run(record.effect.as_str());
        Some(Change {
            order: order?,
            record,
        })
    })
}

/// What orders have taken that Odoo does not know of yet.
fn accepted(facts: &Facts, sku: &str) -> Decimal {
    let open = facts
        .table
        .orders
        .values()
        .filter(|item| item.state == OrderState::Open && !item.in_odoo);
    let lines = open.flat_map(|item| &item.accepted_lines);
    lines
        .filter(|line| line.sku == sku)
        .map(|line| line.quantity)
        .sum()
}

/// What a shop should offer of a product; nothing when Odoo does not know it.
fn right(facts: &Facts, sku: &str, buffer: u32) -> Option<i64> {
    let stock = facts.books.stock.iter().find(|stock| stock.sku == sku)?;
    let reading = Reading {
        qty_available: stock.on_hand,
        outgoing_qty: stock.outgoing,
    };
    Some(to_publish(reading, accepted(facts, sku), buffer))
}

/// Stores and products whose last change in Odoo was an order written when all was calm, and completed since: what the
/// bundle told the shop of them by itself has to be right, whichever store of the warehouse the order came from.
fn settled(facts: &Facts) -> Vec<(usize, String)> {
    let from = facts.calm_at.plus_ms(SETTLED_AFTER_MS);
    let mut settled = Vec::new();
    for (place, shop) in facts.shops.iter().enumerate() {
        for stock in facts
            .books
            .stock
            .iter()
            .filter(|stock| shop.sells.contains(&stock.sku))
        {
            let touches = |change: &Change<'_>| {
                let mut versions = facts.table.versions(&change.order);
                versions.any(|version| version.lines.iter().any(|line| line.sku == stock.sku))
            };
            let last = changes(facts).filter(touches).max_by_key(Change::at);
            let is_settled = last.is_some_and(|last| {
                let item = facts.table.orders.get(&last.order);
                let left = facts.is_left(&last.order, None, Matter::Stock);
                last.wrote()
                    && !left
                    && last.at() >= from
                    && item.is_some_and(|item| item.state == OrderState::Completed)
            });
            if is_settled {
                settled.push((place, stock.sku.clone()));
            }
        }
    }
    settled
}

impl Facts {
    /// How many numbers of stock are judged as the bundle told them by itself.
    pub fn settled_stock(&self) -> usize {
        settled(self).len()
    }
}

pub fn stock_is_told(facts: &Facts) -> Vec<String> {
    if facts.pushed_again {
        return Vec::new();
    }
    let wrong = settled(facts).into_iter().filter_map(|(place, sku)| {
        let shop = &facts.shops[place];
        let right = right(facts, &sku, shop.stock_buffer)?;
        let told = shop.pushes.iter().rfind(|push| push.sku == sku);
        let told = told.map(|push| push.quantity);
        (told != Some(right)).then(|| format!("{} was told {told:?} of {sku}, there are {right}", shop.store))
    });
    wrong.collect()
}

/// When people closed orders whose run had failed. No run gives their goods back: the shops hear with the next order.
fn put_right_by_hand(facts: &Facts) -> impl Iterator<Item = UnixMillis> {
    let reviews = facts.table.reviews.values();
    reviews
        .filter(|review| review.state == ReviewState::Dropped && review.about.starts_with("execution/"))
        .map(|review| UnixMillis(review.changed_at_ms))
}

pub fn stock_is_odoos(facts: &Facts) -> Vec<String> {
    if !facts.pushed_again {
        return Vec::new();
    }
    let since = changes(facts)
        .map(|change| change.at())
        .chain(put_right_by_hand(facts))
        .max();
    let since = since.unwrap_or(UnixMillis(0)).plus_ms(SKEW_MS);
    let mut broken = Vec::new();
    for shop in &facts.shops {
        for stock in &facts.books.stock {
            let mut pushes = shop.pushes.iter();
            let Some(last) = pushes.rfind(|push| push.sku == stock.sku && push.at >= since) else {
                continue;
            };
            if let Some(right) = right(facts, &stock.sku, shop.stock_buffer)
                && right != last.quantity
            {
                let (store, sku) = (&shop.store, &stock.sku);
                broken.push(format!(
                    "{store} offers {} of {sku}, there are {right}",
                    last.quantity
                ));
            }
        }
    }
    broken
}
