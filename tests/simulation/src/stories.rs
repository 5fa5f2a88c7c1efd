//! The stories whose calls are cut off: together they come to every state of the state machine and make every call the
//! functions can make.

use crate::{
    people::Habits,
    plan::{Cut, Plan},
    script::Script,
    time::HOUR_MS,
    upsets::{Turn, Upset},
};
use std::collections::BTreeMap;
use twins::shop::orders::Way;

/// A story.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// What happens in it.
    pub name: &'static str,
    store: &'static str,
    way: Way,
    turns: &'static [Turn],
    habits: Habits,
    delivers: bool,
    /// It depends on who was faster what a customer who has cancelled is told; not what becomes of the order.
    any_word: bool,
}

const fn story(name: &'static str, store: &'static str, way: Way) -> Story {
    Story {
        name,
        store,
        way,
        turns: &[],
        habits: Habits::DILIGENT,
        delivers: true,
        any_word: false,
    }
}

impl Story {
    const fn turn(self, turns: &'static [Turn]) -> Self {
        Self { turns, ..self }
    }

    const fn with(self, habits: Habits) -> Self {
        Self { habits, ..self }
    }

    const fn in_any_word(self) -> Self {
        Self {
            any_word: true,
            ..self
        }
    }

    /// Whether orders that ended so ended as they should have.
    pub fn ends_as(&self, ends: &BTreeMap<String, String>, should: &BTreeMap<String, String>) -> bool {
        let state = |end: &String| match self.any_word {
            true => end.split(',').next().unwrap_or_default().to_owned(),
            false => end.clone(),
        };
        let states = |ends: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            ends.iter()
                .map(|(order, end)| (order.clone(), state(end)))
                .collect()
        };
        states(ends) == states(should)
    }

    const fn undelivered(self) -> Self {
        Self {
            delivers: false,
            ..self
        }
    }

    /// As it is to be run: undisturbed, or with one call cut off.
    pub fn script(&self, cut: Option<Cut>, twice: bool) -> Script {
        let script = Script::one(self.store, self.way, Plan::scripted(cut, twice));
        Script {
            habits: self.habits,
            habits_in_calm: self.habits,
            deliver_every_ms: self.delivers.then_some(3 * HOUR_MS),
            turns: self.turns.to_vec(),
            ..script
        }
    }
}

/// All of them.
pub const STORIES: [Story; 23] = [
    story("paid by token", "woo", Way::Token),
    story("paid by token, taken on delivery", "own", Way::Token),
    story("declined", "woo", Way::Declined),
    story("approved for a part", "woo", Way::Part),
    story("reserved by the plugin", "woo", Way::Reserved),
    story("taken by the plugin", "own", Way::Taken),
    story("parked and redriven", "woo", Way::UnknownSku),
    story("cancelled in the shop", "own", Way::Cancelled).in_any_word(),
    story("the total is off", "woo", Way::TotalIsOff),
    story("the token has expired", "woo", Way::Token).turn(&[("Authorize", Upset::TokensEnd)]),
    story("parked and dropped", "woo", Way::UnknownSku).with(Habits::DISCOURAGED),
    story("parked and lapsed", "woo", Way::UnknownSku).with(Habits::AWAY),
    story("dropped when it had settled", "woo", Way::UnknownSku)
        .turn(&[("Park", Upset::TakenElsewhere)])
        .with(Habits::DISCOURAGED),
    story("dropped, and the plugin's payment is kept", "woo", Way::Reserved)
        .turn(&[("WriteOrder", Upset::ProductsGone)])
        .with(Habits::DISCOURAGED),
    story("cancelled while parked", "woo", Way::UnknownSku)
        .turn(&[("Park", Upset::CancelledInShop)])
        .with(Habits::SLOW),
    story("never delivered", "own", Way::Token)
        .with(Habits::DISCOURAGED)
        .undelivered(),
    story("the capture is refused, and nothing is held", "woo", Way::Token)
        .turn(&[("Capture", Upset::ReversedElsewhere)]),
    story("the capture is refused, and the money is held", "woo", Way::Token)
        .turn(&[("Capture", Upset::ReservationsLapse)]),
    story("the invoice is refused and redriven", "woo", Way::Token)
        .turn(&[("WriteInvoice", Upset::BooksClosed)]),
    story("the invoice is refused and dropped", "woo", Way::Token)
        .turn(&[("WriteInvoice", Upset::BooksClosed)])
        .with(Habits::DISCOURAGED),
    story("the stock is taken later", "woo", Way::Token).turn(&[("PushStock", Upset::StockDown)]),
    story("the stock is refused", "woo", Way::Token).turn(&[("PushStock", Upset::StockRefused)]),
    story("the status is refused", "woo", Way::Token).turn(&[("WriteInvoice", Upset::StatusRefused)]),
];
