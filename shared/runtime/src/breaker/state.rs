//! The breaker's states. Pure.

use super::Health;
use effects::UnixMillis;
use serde::{Deserialize, Serialize};

/// Failures in a row that open the breaker.
pub(super) const FAILURES_MAX: u32 = 5;
/// A failure this long after the last one starts a new row.
const ROW_MS: i64 = 60_000;
/// How long it is open at first; doubled each time the probe fails.
pub(super) const OPEN_MS: i64 = 10_000;
/// How long it is open at most.
const OPEN_MS_MAX: i64 = 300_000;
/// How long a probe may take before another one is let through.
pub(super) const PROBE_MS: i64 = 60_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    schema: u32,
    /// Failures in a row.
    failures: u32,
    failed_at_ms: i64,
    #[serde(default)]
    open: Option<Open>,
    /// Whether a person has paused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused: Option<Paused>,
}

/// A system that a person has paused: nobody calls it, and nobody tries whether it is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
}

/// How a system stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when it has been left alone without a break, Unix milliseconds; nothing while it is called.
    pub open_since_ms: Option<i64>,
    /// Whether it does not accept our credentials.
    pub misconfigured: bool,
    /// Whether a person has paused it.
    pub paused: Option<Paused>,
    /// Whether a person has resumed it, and no call has tried it since.
    pub untried: bool,
    /// From when on a call tries whether it is back, Unix milliseconds; nothing while it is called, or paused.
    pub tried_from_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    until_ms: i64,
    /// Since when it has been open without a break; 0 in items from before this was kept.
    #[serde(default)]
    since_ms: i64,
    /// How often in a row it was opened.
    times: u32,
    /// Whether the system does not know us.
    misconfigured: bool,
    /// Who tries whether it is back, and until when nobody else does.
    #[serde(default)]
    probe: Option<(String, i64)>,
}

impl Open {
    fn since_ms(&self) -> i64 {
        match self.since_ms {
            0 => self.until_ms,
            since_ms => since_ms,
        }
    }

    /// From when on somebody may try whether it is back.
    fn tried_from_ms(&self) -> i64 {
        let probe_ms = self.probe.as_ref().map_or(0, |(_, until_ms)| *until_ms);
        self.until_ms.max(probe_ms)
    }

    /// A resumed system is open with the next call as its probe: nothing has opened it.
    fn untried(&self) -> bool {
        self.times == 0
    }
}

/// What becomes of a wish to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Closed { dirty: bool },
    Probe,
    Open,
    Paused,
}

impl State {
    pub(super) fn ask(&self, now: UnixMillis, probe: &str) -> (Option<Self>, Asked) {
        if self.paused.is_some() {
            return (None, Asked::Paused);
        }
        let Some(open) = &self.open else {
            return (
                None,
                Asked::Closed {
                    dirty: self.failures > 0,
                },
            );
        };
        let probing = open.probe.as_ref().is_some_and(|(_, until_ms)| now.0 < *until_ms);
        if now.0 < open.until_ms || probing {
            return (None, Asked::Open);
        }
        let probe = Some((probe.to_owned(), now.plus_ms(PROBE_MS).0));
        (
            Some(Self {
                open: Some(Open {
                    probe,
                    ..open.clone()
                }),
                ..self.clone()
            }),
            Asked::Probe,
        )
    }

    /// The state after a call, and why it opened if it did just now.
    pub(super) fn record(
        self,
        now: UnixMillis,
        probe: Option<&str>,
        health: Health,
    ) -> (Option<Self>, Option<&'static str>) {
        if self.paused.is_some() {
            // A call from before it was paused. Whether the system is well is found out when it is resumed.
            return (None, None);
        }
        let misconfigured = health == Health::Misconfigured;
        match (&self.open, health) {
            (Some(open), _) => {
                let ours = open
                    .probe
                    .as_ref()
                    .is_some_and(|(name, _)| Some(name.as_str()) == probe);
                match health {
                    // A call from before it opened says nothing about now.
                    _ if !ours => (None, None),
                    Health::Reached => (Some(Self::default()), None),
                    Health::Failed | Health::Misconfigured => {
                        let cause = (misconfigured && !open.misconfigured).then_some("misconfigured");
                        (Some(opened(&self, now, open.times + 1, misconfigured)), cause)
                    }
                }
            }
            (None, Health::Reached) => ((self.failures > 0).then(Self::default), None),
            (None, Health::Misconfigured) => (Some(opened(&self, now, 1, true)), Some("misconfigured")),
            (None, Health::Failed) => {
                let in_row = now.0 - self.failed_at_ms < ROW_MS;
                let failures = if in_row { self.failures + 1 } else { 1 };
                let state = Self {
                    schema: 1,
                    failures,
                    failed_at_ms: now.0,
                    open: None,
                    paused: None,
                };
                if failures < FAILURES_MAX {
                    return (Some(state), None);
                }
                (Some(opened(&state, now, 1, false)), Some("unavailable"))
            }
        }
    }
}

impl State {
    /// Paused; who has done so first stays.
    pub(super) fn pause(&self, paused: Paused) -> Self {
        let paused = self.paused.clone().or(Some(paused));
        Self {
            schema: 1,
            paused,
            ..self.clone()
        }
    }

    /// Open, with the next call as its probe; nothing when it was not paused.
    pub(super) fn resume(&self, now: UnixMillis) -> Option<Self> {
        let paused = self.paused.as_ref()?;
        let since_ms = self.open_since_ms().unwrap_or(paused.since_ms);
        Some(Self {
            schema: 1,
            open: Some(Open {
                until_ms: now.0,
                since_ms,
                times: 0,
                misconfigured: false,
                probe: None,
            }),
            paused: None,
            ..Self::default()
        })
    }

    pub(super) fn standing(&self) -> Standing {
        let called = self.open.as_ref().filter(|_| self.paused.is_none());
        Standing {
            open_since_ms: self.open_since_ms(),
            misconfigured: self.open.as_ref().is_some_and(|open| open.misconfigured),
            untried: called.is_some_and(Open::untried),
            tried_from_ms: called.map(Open::tried_from_ms),
            paused: self.paused.clone(),
        }
    }

    fn open_since_ms(&self) -> Option<i64> {
        let open = self.open.as_ref().map(Open::since_ms);
        let paused = self.paused.as_ref().map(|paused| paused.since_ms);
        open.into_iter().chain(paused).min()
    }
}

fn opened(state: &State, now: UnixMillis, times: u32, misconfigured: bool) -> State {
    let open_ms = OPEN_MS.saturating_mul(1 << (times - 1).min(16)).min(OPEN_MS_MAX);
    let open = Open {
        until_ms: now.plus_ms(open_ms).0,
        since_ms: state.open.as_ref().map_or(now.0, Open::since_ms),
        times,
        misconfigured,
        probe: None,
    };
    State {
        schema: 1,
        open: Some(open),
        ..state.clone()
    }
}
