//! The other system: it remembers what was done to it.

use async_trait::async_trait;
use effects::{ManualClock, Past, Remote, RequestId, Resolution, Sent, UnixMillis};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What the other system does with the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Will {
    /// Do it and answer.
    Apply,
    /// Do it; the answer is lost.
    ApplyInSilence,
    /// Do it that many milliseconds after the client has gone.
    ApplyLate(i64),
    /// Say no.
    Refuse,
    /// The request is lost on the way.
    LoseRequest,
    /// No connection.
    BeAway,
}

struct Done {
    id: RequestId,
    at: UnixMillis,
}

pub struct OtherSystem {
    clock: Arc<ManualClock>,
    recognises_repeats: bool,
    will: Mutex<Vec<Will>>,
    done: Mutex<Vec<Done>>,
    requests: Mutex<Vec<RequestId>>,
}

impl OtherSystem {
    pub fn new(clock: &Arc<ManualClock>) -> Self {
        Self {
            clock: clock.clone(),
            recognises_repeats: true,
            will: Mutex::default(),
            done: Mutex::default(),
            requests: Mutex::default(),
        }
    }

    /// One that does it again each time it is asked.
    pub fn forgetful(clock: &Arc<ManualClock>) -> Self {
        Self {
            recognises_repeats: false,
            ..Self::new(clock)
        }
    }

    /// What it does with the next requests; afterwards it applies.
    pub fn will(self, will: &[Will]) -> Self {
        *self.will.lock().unwrap() = will.iter().rev().copied().collect();
        self
    }

    /// How often it was done.
    pub fn times_done(&self) -> usize {
        self.done.lock().unwrap().len()
    }

    /// The ids of all requests that were sent to it.
    pub fn requests(&self) -> Vec<RequestId> {
        self.requests.lock().unwrap().clone()
    }

    fn apply(&self, id: &RequestId, after_ms: i64) {
        let mut done = self.done.lock().unwrap();
        if !(self.recognises_repeats && done.iter().any(|done| done.id == *id)) {
            let at = effects::Clock::now(&*self.clock).plus_ms(after_ms);
            done.push(Done { id: id.clone(), at });
        }
    }
}

pub fn answer(id: &RequestId) -> Value {
    json!({ "transaction": format!("TRN_{id}") })
}

pub fn refusal() -> Value {
    json!({ "code": "no" })
}

#[async_trait]
impl Remote for OtherSystem {
    async fn resolve(&self, past: &Past) -> Resolution {
        let now = effects::Clock::now(&*self.clock);
        let done = self.done.lock().unwrap();
        let found = done
            .iter()
            .any(|done| done.id == past.request_id && done.at <= now);
        if found {
            Resolution::Applied(answer(&past.request_id))
        } else {
            Resolution::NotFound
        }
    }

    async fn send(&self, id: &RequestId) -> Sent {
        self.requests.lock().unwrap().push(id.clone());
        match self.will.lock().unwrap().pop().unwrap_or(Will::Apply) {
            Will::Apply => {
                self.apply(id, 0);
                Sent::Applied(answer(id))
            }
            Will::ApplyInSilence => {
                self.apply(id, 0);
                Sent::Unknown("no answer".to_owned())
            }
            Will::ApplyLate(after_ms) => {
                self.apply(id, after_ms);
                Sent::Unknown("no answer".to_owned())
            }
            Will::Refuse => Sent::Refused(refusal()),
            Will::LoseRequest => Sent::Unknown("no answer".to_owned()),
            Will::BeAway => Sent::NotSent("no connection".to_owned()),
        }
    }
}
