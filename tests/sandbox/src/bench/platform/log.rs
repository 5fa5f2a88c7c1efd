//! What a function logs: how much there is of it, and what its lines say of batches and calls to Odoo.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::progress;

/// What CloudWatch adds to the bytes of every line.
const LINE_OVERHEAD: u64 = 26;

/// How much was logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// Lines.
    pub lines: u64,
    /// Bytes as CloudWatch bills them.
    pub bytes: u64,
}

/// What a function says of one piece of work with Odoo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OdooWork {
    /// Messages of the batch; none where there is no batch.
    pub messages: Option<u64>,
    /// Requests to Odoo.
    pub round_trips: u64,
    /// How long it took; not told by everybody.
    pub milliseconds: Option<u64>,
}

#[derive(Default)]
struct State {
    logged: Logged,
    work: Vec<OdooWork>,
}

/// The log of a function.
#[derive(Default)]
pub struct Log(Mutex<State>);

impl Log {
    /// Counts a line.
    pub fn add(&self, line: &str) {
        if line.contains("\"level\":\"ERROR\"") {
            progress::say(line);
        }
        let mut state = self.state();
        state.logged.lines += 1;
        state.logged.bytes += line.len() as u64 + LINE_OVERHEAD;
        if line.contains("\"odoo_round_trips\"")
            && let Ok(line) = serde_json::from_str::<Value>(line)
            && let Some(round_trips) = line["odoo_round_trips"].as_u64()
        {
            state.work.push(OdooWork {
                messages: line["messages"].as_u64(),
                round_trips,
                milliseconds: line["milliseconds"].as_u64(),
            });
        }
    }

    /// How much was logged so far.
    pub fn logged(&self) -> Logged {
        self.state().logged
    }

    /// The work with Odoo so far, oldest first.
    pub fn work(&self) -> Vec<OdooWork> {
        self.state().work.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
