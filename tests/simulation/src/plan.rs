//! What goes wrong in a world: by seed, by script, or nothing.

use crate::{
    chance::Chance,
    fault::{After, Before, Kind, Point, Port},
    time::HOUR_MS,
    upsets::STOCK,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A system that is away for a while.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Which.
    pub port: Port,
    /// From when, milliseconds since the world began.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Whether requests vanish instead of being refused: some of them are carried out.
    pub silent: bool,
}

/// How often each kind of fault happens, of ten thousand, and for how long.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    rates: BTreeMap<Kind, u32>,
    outages: Vec<Outage>,
    /// From then on nothing goes wrong any more, milliseconds since the world began.
    pub calm_at_ms: i64,
    /// How wrong clocks may go, milliseconds.
    pub skew_ms: i64,
}

/// The kinds that happen at calls, with the highest rate a seed may give them.
const RATES_MAX: [(Kind, u32); 18] = [
    (Kind::NotSent, 120),
    (Kind::AnswerLost, 120),
    (Kind::Slow, 120),
    (Kind::KilledBefore, 60),
    (Kind::KilledSent, 60),
    (Kind::KilledAfter, 60),
    (Kind::Frozen, 40),
    (Kind::MessageTwice, 1500),
    (Kind::MessageLate, 1000),
    (Kind::Reordered, 5000),
    (Kind::Throttled, 500),
    (Kind::InvocationLost, 300),
    (Kind::InvokedTwice, 400),
    (Kind::WebhookLost, 3000),
    (Kind::WebhookTwice, 3000),
    (Kind::WebhookLate, 3000),
    (Kind::Collision, 300),
    (Kind::Stopped, 200),
];

impl Rates {
    /// What a seed has in store: each kind by itself, about half of them never.
    pub fn of(chance: &Chance) -> Self {
        let mut rates = Self {
            calm_at_ms: chance.between(HOUR_MS, 30 * HOUR_MS),
            ..Self::default()
        };
        for (kind, most) in RATES_MAX {
            if chance.hits(5000) {
                let rate = chance.between(1, i64::from(most));
                rates.rates.insert(kind, u32::try_from(rate).unwrap_or(most));
            }
        }
        rates.skew_ms = *chance.one_of(&[0, 0, 50, 1500, 15_000]);
        let outages = *chance.one_of(&[0, 0, 1, 1, 2]);
        for _ in 0..outages {
            let port = *chance.one_of(&[Port::Odoo, Port::Gateway, Port::Shop, Port::Table, Port::Workflow]);
            let long = match port.is_remote() {
                true => chance.between(60_000, 8 * HOUR_MS),
                false => chance.between(5_000, HOUR_MS / 2),
            };
            let from_ms = chance.between(0, rates.calm_at_ms);
            rates.outages.push(Outage {
                port,
                from_ms,
                to_ms: from_ms + long,
                silent: chance.hits(5000),
            });
        }
        rates
    }

    /// Lets a kind happen that often, of ten thousand.
    pub fn raise(&mut self, kind: Kind, rate: u32) {
        self.rates.insert(kind, rate);
    }

    /// How often a kind happens at that time, of ten thousand.
    pub fn rate(&self, kind: Kind, passed_ms: i64) -> u32 {
        match passed_ms < self.calm_at_ms {
            true => self.rates.get(&kind).copied().unwrap_or(0),
            false => 0,
        }
    }

    fn outage(&self, port: Port, passed_ms: i64) -> Option<&Outage> {
        let ledger_is_table = if port == Port::Ledger { Port::Table } else { port };
        self.outages.iter().find(|outage| {
            outage.port == ledger_is_table && (outage.from_ms..outage.to_ms).contains(&passed_ms)
        })
    }

    /// When the last outage is over, milliseconds since the world began.
    pub fn well_from_ms(&self) -> i64 {
        let ends = self.outages.iter().map(|outage| outage.to_ms);
        ends.max().unwrap_or(0).max(self.calm_at_ms)
    }

    /// Whether anything at all may go wrong.
    pub fn is_rough(&self) -> bool {
        !self.rates.is_empty() || !self.outages.is_empty()
    }
}

/// One call to be cut off: which call of the whole world, and on which side of its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The number of the call.
    pub at: usize,
    /// Whether its effect is done first.
    pub after: bool,
}

/// What goes wrong at calls.
pub enum Plan {
    /// What a seed has in store.
    Seeded(Rates),
    /// Nothing but this one cut; all calls are written down.
    Scripted {
        /// The cut.
        cut: Option<Cut>,
        /// Whether what was cut off is delivered once more, beside the retry.
        twice: bool,
        /// The calls so far.
        calls: Mutex<Vec<Point>>,
    },
}

impl Plan {
    /// All calls are written down, and one is cut off.
    pub fn scripted(cut: Option<Cut>, twice: bool) -> Self {
        Self::Scripted {
            cut,
            twice,
            calls: Mutex::default(),
        }
    }

    /// Whether what was cut off is delivered once more, beside the retry.
    pub fn delivers_again(&self) -> bool {
        matches!(self, Self::Scripted { twice: true, .. })
    }

    /// The calls that were written down.
    pub fn calls(&self) -> Vec<Point> {
        match self {
            Self::Seeded(_) => Vec::new(),
            Self::Scripted { calls, .. } => calls.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// How often a kind happens now, of ten thousand.
    pub fn rate(&self, kind: Kind, passed_ms: i64) -> u32 {
        match self {
            Self::Seeded(rates) => rates.rate(kind, passed_ms),
            Self::Scripted { .. } => 0,
        }
    }

    /// What becomes of a call before its effect, the number of the call, and what to count it as.
    pub fn before(&self, point: &Point, passed_ms: i64, chance: &Chance) -> (usize, Before, Option<Kind>) {
        match self {
            Self::Scripted { cut, calls, .. } => {
                let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
                calls.push(point.clone());
                let number = calls.len() - 1;
                let killed = *cut
                    == Some(Cut {
                        at: number,
                        after: false,
                    });
                match killed {
                    true => (number, Before::Kill, Some(Kind::KilledBefore)),
                    false => (number, Before::Go, None),
                }
            }
            Self::Seeded(rates) => {
                let (before, kind) = seeded_before(rates, point, passed_ms, chance);
                (0, before, kind)
            }
        }
    }

    /// What becomes of a call after its effect.
    pub fn after(
        &self,
        number: usize,
        point: &Point,
        passed_ms: i64,
        chance: &Chance,
    ) -> (After, Option<Kind>) {
        match self {
            Self::Scripted { cut, .. } => {
                match *cut
                    == Some(Cut {
                        at: number,
                        after: true,
                    }) {
                    true => (After::Kill, Some(Kind::KilledAfter)),
                    false => (After::Go, None),
                }
            }
            Self::Seeded(rates) => seeded_after(rates, point, passed_ms, chance),
        }
    }
}

/// What changes something at somebody else's is where it hurts.
fn weight(point: &Point) -> u32 {
    if point.port.is_remote() && point.changes {
        6
    } else {
        1
    }
}

fn seeded_before(rates: &Rates, point: &Point, passed_ms: i64, chance: &Chance) -> (Before, Option<Kind>) {
    if let Some(outage) = rates.outage(point.port, passed_ms) {
        let vanishes = outage.silent && chance.hits(7000);
        return match vanishes {
            // Slower than any client waits; some of them arrive all the same.
            true => (Before::Slow(chance.between(20_000, 600_000)), Some(Kind::Outage)),
            false => (Before::NotSent, Some(Kind::Outage)),
        };
    }
    let hits = |kind| chance.hits(rates.rate(kind, passed_ms) * weight(point));
    if hits(Kind::NotSent) {
        return (Before::NotSent, Some(Kind::NotSent));
    }
    if hits(Kind::Slow) {
        return (Before::Slow(chance.between(1_000, 90_000)), Some(Kind::Slow));
    }
    if hits(Kind::KilledBefore) {
        return (Before::Kill, Some(Kind::KilledBefore));
    }
    if hits(Kind::KilledSent) {
        return (
            Before::KillSent(chance.between(0, 50_000)),
            Some(Kind::KilledSent),
        );
    }
    // A quantity of stock that a frozen process sends after its flight is over overwrites a newer one: the shop knows
    // no condition. It is told again with the next order.
    if point.operation != STOCK && hits(Kind::Frozen) {
        return (Before::Freeze(chance.between(5_000, 400_000)), Some(Kind::Frozen));
    }
    (Before::Go, None)
}

fn seeded_after(rates: &Rates, point: &Point, passed_ms: i64, chance: &Chance) -> (After, Option<Kind>) {
    let hits = |kind| chance.hits(rates.rate(kind, passed_ms) * weight(point));
    if hits(Kind::AnswerLost) {
        return (After::Lost, Some(Kind::AnswerLost));
    }
    if hits(Kind::KilledAfter) {
        return (After::Kill, Some(Kind::KilledAfter));
    }
    if hits(Kind::Frozen) {
        return (After::Freeze(chance.between(5_000, 400_000)), Some(Kind::Frozen));
    }
    (After::Go, None)
}
