//! Faults on demand: what can go wrong between a gateway and its caller.

use super::{call::Call, world::World};
use serde::{Deserialize, Serialize};

/// Whether something happens before or after the gateway has done what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before: nothing was done (for a delay: not yet).
    Before,
    /// After: it was done.
    After,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The connection is closed without an answer.
    Lost {
        /// Whether it was done.
        commit: Moment,
    },
    /// The connection is reset.
    Reset {
        /// Whether it was done.
        commit: Moment,
    },
    /// It takes long. Whoever hangs up does not stop it.
    Delay {
        /// How long, milliseconds.
        ms: u64,
        /// Whether it is done before or after waiting.
        commit: Moment,
    },
    /// An error of the gateway. `commit: after` makes it lie: it was done all the same.
    Error {
        /// The HTTP status.
        http: u16,
        /// `error_code`.
        code: String,
        /// `detailed_error_code`.
        detail: String,
        /// `detailed_error_description`.
        text: String,
        /// Whether it was done.
        commit: Moment,
    },
    /// A proxy's own HTML page.
    Html {
        /// The HTTP status.
        http: u16,
        /// Whether it was done.
        commit: Moment,
    },
    /// It is done; the answer is not JSON.
    BrokenBody,
    /// It is done; the connection breaks in the middle of the answer.
    HalfBody,
    /// 429; nothing is done.
    TooManyRequests,
    /// Approved for less than asked.
    PartialApproval {
        /// Minor units.
        minor: i64,
    },
    /// It is done; the answer names a status nobody has heard of.
    StrangeStatus {
        /// The status.
        status: String,
    },
}

/// A fault and whom it meets. Without conditions: the next request, signing in included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many requests it still meets.
    #[serde(default = "once")]
    pub times: u32,
    /// Only this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only paths that end with this (`/transactions`, `/capture`) or hold it in their middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only requests about this reference, by their own body or by the transaction in their path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// A fault that meets the next request, whatever it is.
    pub fn next(kind: FaultKind) -> Self {
        Self {
            kind,
            times: 1,
            method: None,
            path: None,
            reference: None,
        }
    }

    /// A fault of the next POST whose path ends with this: `/transactions`, `/capture`, `/accesstoken`.
    pub fn post(path: &str, kind: FaultKind) -> Self {
        Self {
            method: Some("POST".to_owned()),
            path: Some(path.to_owned()),
            ..Self::next(kind)
        }
    }

    /// A fault of the next GET whose path holds this.
    pub fn get(path: &str, kind: FaultKind) -> Self {
        Self {
            method: Some("GET".to_owned()),
            path: Some(path.to_owned()),
            ..Self::next(kind)
        }
    }

    /// Meets that many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Meets only requests about this reference.
    #[must_use]
    pub fn reference(mut self, reference: &str) -> Self {
        self.reference = Some(reference.to_owned());
        self
    }

    /// The name of what goes wrong, for the recordings.
    pub(super) fn name(&self) -> String {
        let value = serde_json::to_value(&self.kind).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }

    fn meets(&self, call: &Call, reference: Option<&str>) -> bool {
        let path = |wanted: &String| {
            let post = self.method.as_deref() == Some("POST");
            if post {
                call.raw_path.ends_with(wanted.as_str())
            } else {
                call.raw_path.contains(wanted.as_str())
            }
        };
        self.times > 0
            && self
                .method
                .as_ref()
                .is_none_or(|m| m.eq_ignore_ascii_case(&call.method))
            && self.path.as_ref().is_none_or(path)
            && self.reference.as_deref().is_none_or(|r| reference == Some(r))
    }
}

/// Takes the fault this request meets, if any.
pub(super) fn take(world: &mut World, call: &Call) -> Option<Fault> {
    let body = call.json();
    let by_body = body.as_ref().and_then(|b| b["reference"].as_str());
    let by_query = call.query.get("reference").map(String::as_str);
    let by_path = call
        .path
        .get(1)
        .and_then(|id| world.payment(id))
        .map(|p| p.reference.clone());
    let reference = by_body.or(by_query).map(str::to_owned).or(by_path);
    let at = world
        .faults
        .iter()
        .position(|fault| fault.meets(call, reference.as_deref()))?;
    let fault = world.faults.get_mut(at)?;
    fault.times -= 1;
    let taken = fault.clone();
    if taken.times == 0 {
        world.faults.remove(at);
    }
    Some(taken)
}
