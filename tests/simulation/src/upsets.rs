//! What happens to the other systems when a run first comes to a state: the turns of a story that nothing but somebody
//! else's doing brings about.

use crate::{time::HOUR_MS, world::World};
use domain::failure::{Failure, FailureName};
use effects::{Clock, UnixMillis};
use heartland::gp_api::Status;
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};
use twins::{gateway::Switches, shop::orders::catalogue};

/// Somebody else's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upset {
    /// The tokens of all cards end.
    TokensEnd,
    /// What is reserved is reversed in the gateway's portal.
    ReversedElsewhere,
    /// What is reserved is taken in the gateway's portal, and the day's batch closes.
    TakenElsewhere,
    /// What is reserved can no longer be taken.
    ReservationsLapse,
    /// The shop refuses to be told a status, from now on.
    StatusRefused,
    /// The shop refuses quantities, from now on.
    StockRefused,
    /// The shop takes no quantities for a while.
    StockDown,
    /// The sales books are closed, until somebody mends it.
    BooksClosed,
    /// All products are archived.
    ProductsGone,
    /// The shop's staff cancel every order.
    CancelledInShop,
}

/// A turn of a story: the state a run comes to, and what happens then.
pub type Turn = (&'static str, Upset);

/// What is still to happen, and what has happened and goes on.
pub struct Upsets(Mutex<State>);

struct State {
    to_come: Vec<Turn>,
    refused: BTreeSet<&'static str>,
    down_until: UnixMillis,
}

impl Upsets {
    /// What is to happen.
    pub fn new(turns: &[Turn]) -> Self {
        Self(Mutex::new(State {
            to_come: turns.to_vec(),
            refused: BTreeSet::new(),
            down_until: UnixMillis(0),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shop's operations that may be refused.
pub const STATUS: &str = "update";
/// Quantities.
pub const STOCK: &str = "set_stock";

impl World {
    /// A run has come to a state.
    pub fn comes_to(&self, state: &str) {
        let due = {
            let mut upsets = self.upsets.state();
            let due = upsets.to_come.iter().position(|(at, _)| *at == state);
            due.map(|place| upsets.to_come.remove(place).1)
        };
        if let Some(upset) = due {
            self.say_of(format_args!("elsewhere"), format_args!("{upset:?}"));
            self.happens(upset);
        }
    }

    fn happens(&self, upset: Upset) {
        let reserved = || {
            let payments = self.heartland.payments().into_iter();
            let reserved = payments.filter(|payment| payment.status == Status::Preauthorized);
            reserved.map(|payment| payment.id).collect::<Vec<_>>()
        };
        match upset {
            Upset::TokensEnd => self.heartland.end_tokens(),
            Upset::ReversedElsewhere => {
                for id in reserved() {
                    self.heartland.reverse_elsewhere(&id);
                }
            }
            Upset::TakenElsewhere => {
                for id in reserved() {
                    self.heartland.capture_elsewhere(&id);
                }
                self.heartland.close_batch();
            }
            Upset::ReservationsLapse => self.heartland.set_switches(Switches {
                authorization_life_ms: Some(0),
                ..Switches::default()
            }),
            Upset::StatusRefused => drop(self.upsets.state().refused.insert(STATUS)),
            Upset::StockRefused => drop(self.upsets.state().refused.insert(STOCK)),
            Upset::StockDown => self.upsets.state().down_until = self.clock.now().plus_ms(HOUR_MS / 10),
            Upset::BooksClosed => self.close_books(true),
            Upset::ProductsGone => {
                for product in catalogue() {
                    // Of those the catalogue names all are there.
                    drop(self.odoo.archive_product(&product.sku, true));
                }
            }
            Upset::CancelledInShop => {
                for story in self.customers.stories() {
                    if let Some(shop) = self.shops.get(&story.store) {
                        story.cancel(shop);
                        self.bell(&story.store).notify_one();
                    }
                }
            }
        }
    }

    /// Closes the sales books up to today, or opens them.
    pub fn close_books(&self, closed: bool) {
        let today = jiff::Timestamp::from_millisecond(self.clock.now().0).unwrap_or_default();
        let today = jiff::tz::TimeZone::UTC.to_datetime(today).date();
        self.odoo.close_books(closed.then_some(today));
    }

    /// Whether a shop takes this now.
    ///
    /// # Errors
    /// When it does not.
    pub fn shop_takes(&self, operation: &str) -> Result<(), Failure> {
        let upsets = self.upsets.state();
        if upsets.refused.contains(operation) {
            return Err(Failure::new(FailureName::Refused, "the shop answered 400"));
        }
        if operation == STOCK && self.clock.now() < upsets.down_until {
            return Err(Failure::new(
                FailureName::SystemUnavailable,
                "the shop answered 429",
            ));
        }
        Ok(())
    }
}
