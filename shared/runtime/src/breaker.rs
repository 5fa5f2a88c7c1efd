//! The breaker: one item per remote system, so that all functions stop calling what is down, and one of them at a
//! time tries whether it is back.

mod state;

use crate::{
    items::{
        Items,
        typed::{self, Beside},
    },
    metrics::{self, Metric},
    unique::unique,
};
use domain::failure::{Failure, FailureName};
use effects::{Clock, UnixMillis};
use state::{Asked, State};
pub use state::{Paused, Standing};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How long a closed breaker is believed without asking the table: the price of one read per call is not worth
/// two seconds' notice.
const BELIEVED_MS: i64 = 2_000;

/// How a call ended, as far as the system's health is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered, whatever it said.
    Reached,
    /// It did not answer.
    Failed,
    /// It does not know us: nobody's call can succeed.
    Misconfigured,
}

impl Health {
    /// What a call's result says about the system.
    pub fn of<T>(result: &Result<T, Failure>) -> Self {
        match result.as_ref().err().map(|failure| failure.name) {
            Some(FailureName::SystemUnavailable | FailureName::OutcomeUnknown) => Self::Failed,
            Some(FailureName::Misconfigured) => Self::Misconfigured,
            _ => Self::Reached,
        }
    }
}

/// Leave to call a system; to be given back with [`Breaker::record`].
#[derive(Debug)]
pub struct Permit {
    system: String,
    probe: Option<String>,
    /// Whether the item holds something that a success has to clear.
    dirty: bool,
}

/// The breakers.
pub struct Breaker {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
    closed: Mutex<HashMap<String, UnixMillis>>,
}

impl Breaker {
    /// The breakers in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self {
            items,
            clock,
            closed: Mutex::default(),
        }
    }

    /// Asks for leave to call a system.
    ///
    /// # Errors
    /// [`FailureName::SystemUnavailable`] while the breaker is open: nothing was sent. Not a failure to be counted.
    /// Those of [`Items::get`].
    pub async fn permit(&self, system: &str) -> Result<Permit, Failure> {
        let now = self.clock.now();
        if self
            .lock()
            .get(system)
            .is_some_and(|seen| now.since_ms(*seen) < BELIEVED_MS)
        {
            return Ok(Permit {
                system: system.to_owned(),
                probe: None,
                dirty: false,
            });
        }
        let probe = unique();
        let asked = typed::change(&*self.items, &key(system), beside, |there: Option<&State>| {
            there.map_or((None, Asked::Closed { dirty: false }), |state| {
                state.ask(now, &probe)
            })
        })
        .await?;
        let permit = |probe, dirty| Permit {
            system: system.to_owned(),
            probe,
            dirty,
        };
        match asked {
            Asked::Closed { dirty } => {
                if !dirty {
                    self.lock().insert(system.to_owned(), now);
                }
                Ok(permit(None, dirty))
            }
            Asked::Probe => Ok(permit(Some(probe), true)),
            Asked::Open | Asked::Paused => {
                let why = match asked {
                    Asked::Paused => "is paused: a person has to resume it",
                    _ => "is left alone: its breaker is open",
                };
                Err(Failure::new(
                    FailureName::SystemUnavailable,
                    format!("{system} {why}"),
                ))
            }
        }
    }

    /// Whether a call would be let through now. Takes no probe: for whoever wants to know before taking up work.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn is_open(&self, system: &str) -> Result<bool, Failure> {
        let there = typed::load::<State>(&*self.items, &key(system)).await?;
        let asked = there.map(|there| there.value.ask(self.clock.now(), "").1);
        Ok(matches!(asked, Some(Asked::Open | Asked::Paused)))
    }

    /// How a system stands, for people and for metrics.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn standing(&self, system: &str) -> Result<Standing, Failure> {
        let there = typed::load::<State>(&*self.items, &key(system)).await?;
        Ok(there.map(|there| there.value.standing()).unwrap_or_default())
    }

    /// Pauses a system: from now on nobody calls it, until it is resumed. Functions that have just seen it well notice
    /// within two seconds. Whoever has paused it already stays in the books, and is the answer.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn pause(&self, system: &str, by: &str, reason: &str) -> Result<Paused, Failure> {
        let paused = Paused {
            by: by.to_owned(),
            reason: reason.to_owned(),
            since_ms: self.clock.now().0,
        };
        self.lock().remove(system);
        typed::change(&*self.items, &key(system), beside, |there: Option<&State>| {
            let state = there.cloned().unwrap_or_default().pause(paused.clone());
            let in_force = state.standing().paused.unwrap_or_else(|| paused.clone());
            ((there != Some(&state)).then_some(state), in_force)
        })
        .await
    }

    /// Resumes a paused system: the next call tries whether it is well, the others wait for that. Who had paused it;
    /// nothing when nobody had.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn resume(&self, system: &str) -> Result<Option<Paused>, Failure> {
        let now = self.clock.now();
        typed::change(&*self.items, &key(system), beside, |there: Option<&State>| {
            let paused = there.and_then(|state| state.standing().paused);
            (there.and_then(|state| state.resume(now)), paused)
        })
        .await
    }

    /// Writes down how a call ended. A healthy call of a healthy system writes nothing.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn record(&self, permit: Permit, health: Health) -> Result<(), Failure> {
        if health == Health::Reached && !permit.dirty {
            return Ok(());
        }
        self.lock().remove(&permit.system);
        let now = self.clock.now();
        let opened = typed::change(
            &*self.items,
            &key(&permit.system),
            beside,
            |there: Option<&State>| {
                there
                    .cloned()
                    .unwrap_or_default()
                    .record(now, permit.probe.as_deref(), health)
            },
        )
        .await?;
        if let Some(cause) = opened {
            // The alarm. It is said once, not once per order.
            metrics::count(Metric::BreakersOpened, &[&permit.system]);
            tracing::error!(system = permit.system, cause, "breaker opened");
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, UnixMillis>> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(system: &str) -> String {
    format!("breaker/{system}")
}

fn beside(_: &State) -> Beside {
    Beside::default()
}

#[cfg(test)]
mod tests;
