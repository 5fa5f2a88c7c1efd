//! Odoo 19 in memory: records, the methods that the product calls, and what they answer.
//!
//! A call is a transaction: it does everything or nothing, and it is done when it answers. Lost answers, clients that
//! are gone and outages are put around it by whoever simulates them; what Odoo answers to a call that collided with
//! another is told by [`collided`]. What the twin does not know it refuses, and remembers in [`Twin::unknown`].

mod amounts;
mod by_hand;
mod cell;
mod create;
mod dispatch;
mod domain;
mod errors;
mod facts;
mod invoices;
mod load;
mod matrix;
mod partners;
mod payments;
mod people;
mod posting;
mod read;
mod reconciliation;
mod sales;
mod schema;
mod set_up;
mod stock;
mod store;

pub use facts::{ContactFacts, InvoiceFacts, PaymentFacts, SaleFacts, StockFacts};
pub use people::Product;

use ::domain::merchant::Merchant;
use anyhow::Result;
use async_trait::async_trait;
use effects::Clock;
use odoo::{Call, Odoo, OdooError};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An Odoo that was set up for a merchant.
pub struct Twin {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
}

#[derive(Clone)]
struct State {
    store: store::Store,
    key_refused: bool,
    unknown: Vec<String>,
}

/// Why PostgreSQL took a transaction back: somebody else was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collision {
    /// Two transactions that cannot have happened one after the other.
    Serialization,
    /// Two transactions that waited for each other.
    Deadlock,
    /// A record that somebody else holds.
    Lock,
}

/// What Odoo answers to a call that collided with another one, after its own repeats. Nothing is done. `load` says so
/// in its messages.
///
/// # Errors
/// [`OdooError::Busy`] for all other methods.
pub fn collided(call: &Call, collision: Collision) -> Result<Value, OdooError> {
    let (name, message) = match collision {
        Collision::Serialization => (
            "SerializationFailure",
            "could not serialize access due to concurrent update",
        ),
        Collision::Deadlock => ("DeadlockDetected", "deadlock detected"),
        Collision::Lock => ("LockNotAvailable", "could not obtain lock on row in relation"),
    };
    match call.method {
        "load" => {
            let message =
                json!({"type": "error", "message": message, "record": 0, "rows": {"from": 0, "to": 0}});
            Ok(json!({"ids": false, "messages": [message], "nextrow": 0}))
        }
        _ => Err(OdooError::Busy(format!("psycopg2.errors.{name}: {message}"))),
    }
}

impl Twin {
    /// An Odoo with everything that the merchant's configuration names, and no products but those for charges.
    ///
    /// # Errors
    /// When the merchant has more than one company.
    pub fn new(merchant: &Merchant, clock: Arc<dyn Clock>) -> Result<Self> {
        let state = State {
            store: set_up::store(merchant)?,
            key_refused: false,
            unknown: Vec::new(),
        };
        Ok(Self {
            state: Mutex::new(state),
            clock,
        })
    }

    /// A copy that goes on by itself.
    #[must_use]
    pub fn fork(&self, clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Mutex::new(self.state().clone()),
            clock,
        }
    }

    /// What was asked for that the twin does not simulate. A test whose list is not empty has shown nothing.
    pub fn unknown(&self) -> Vec<String> {
        self.state().unknown.clone()
    }

    /// How often something was written so far: as long as it stays, no fact has changed.
    pub fn writes(&self) -> u64 {
        self.state().store.writes
    }

    /// One call, at once: all of it, or nothing.
    ///
    /// # Errors
    /// As Odoo rejects it; [`OdooError::Malformed`] for what the twin does not know.
    pub fn answer(&self, call: &Call) -> Result<Value, OdooError> {
        let mut state = self.state();
        if state.key_refused {
            let message = "werkzeug.exceptions.Unauthorized: Invalid apikey";
            return Err(OdooError::Misconfigured(message.to_owned()));
        }
        state.store.now = Some(self.clock.now());
        let answer = dispatch::answer(&mut state.store, call);
        match &answer {
            // `load` that took nothing says so in an answer.
            Ok(answer) if answer["ids"] == false => state.store.roll_back(),
            Ok(_) => state.store.commit(),
            Err(error) => {
                state.store.roll_back();
                if let OdooError::Malformed(what) = error {
                    let what = format!("{}: {what}", call.name());
                    state.unknown.push(what);
                }
            }
        }
        answer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Odoo for Twin {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        self.answer(call)
    }
}
