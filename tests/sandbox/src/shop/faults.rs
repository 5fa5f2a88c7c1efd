//! Misbehaviour on demand.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The connection breaks before anything is done.
    Reset,
    /// The request is done, then the connection breaks.
    AnswerLost,
    /// Nothing is done; this is the answer's status.
    Status(u16),
    /// The request is done, but this is the answer's status.
    DoneButStatus(u16),
    /// The request is done after this many milliseconds.
    DelayMs(u64),
}

/// A fault that waits for a request it fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Only requests with this method (`PUT`); any when empty.
    #[serde(default)]
    pub method: String,
    /// Only requests whose path holds this; any when empty.
    #[serde(default)]
    pub path: String,
    /// How many requests it strikes. `u32::MAX`: until it is cleared.
    pub times: u32,
}

impl Fault {
    /// Strikes the next request.
    pub fn next(kind: FaultKind) -> Self {
        Self {
            kind,
            method: String::new(),
            path: String::new(),
            times: 1,
        }
    }

    /// Strikes requests with this method only.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// Strikes requests whose path holds this only.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }

    /// Strikes this many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        (self.method.is_empty() || self.method == method) && path.contains(&self.path)
    }
}

/// The fault of this request, if one waits for it.
pub(super) fn strike(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<FaultKind> {
    let at = faults.iter().position(|fault| fault.fits(method, path))?;
    let kind = faults[at].kind.clone();
    if faults[at].times != u32::MAX {
        faults[at].times -= 1;
    }
    if faults[at].times == 0 {
        faults.remove(at);
    }
    Some(kind)
}
