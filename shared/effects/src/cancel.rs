//! Closing an effect before it is compensated: first find out what became of it, then close it under a new
//! attempt, so that a late message or a zombie finds it closed.

use crate::{
    claim::{ClaimRequest, Past, Timing, past},
    clock::UnixMillis,
    facts::Facts,
    fence::{Fence, Settled},
    ids::{EffectId, OwnerId},
    ledger::{Ledger, LedgerError},
    perform::{EffectError, Remote, Resolution, after_sending, before_sending},
    record::{Record, State},
    store::{Seen, Written},
};
use serde_json::Value;

/// How often closing starts over because somebody else was faster.
const ROUNDS_MAX: u32 = 8;

/// Wish to close an effect.
#[derive(Clone, Debug)]
pub struct CancelRequest {
    /// Which effect.
    pub effect: EffectId,
    /// Who closes it.
    pub owner: OwnerId,
    /// Its times.
    pub timing: Timing,
}

/// What one step of closing came to.
#[derive(Debug)]
pub enum Cancelling {
    /// It is closed.
    Closed(Closed),
    /// It may have been sent: ask the other system, then [`Ledger::settle`] what it says ([`Settled::Cancelled`]
    /// when it certainly did not happen).
    Resolve(Fence, Past),
    /// Somebody works on it.
    InProgress {
        /// Until when.
        until: UnixMillis,
    },
}

/// A closed effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// What it had come to before: the answer, when it had been applied and has to be compensated.
    pub applied: Option<Value>,
}

impl Ledger {
    /// Closes an effect, unless it may have been sent and nobody knows what became of it.
    ///
    /// # Errors
    /// [`LedgerError::Store`]; [`LedgerError::FenceLost`] when others kept being faster.
    pub async fn cancel(&self, request: &CancelRequest) -> Result<Cancelling, LedgerError> {
        let now = self.now();
        let request = &CancelRequest {
            owner: request.owner.for_one_claim(),
            ..request.clone()
        };
        let mut there = self.store.load(&request.effect).await?;
        for _ in 0..ROUNDS_MAX {
            let seen = there.as_ref().map(Seen::of);
            let ours = match there {
                None => self.tombstone(request, now),
                Some(there) if there.state == State::Cancelled => return Ok(closed(&there)),
                Some(there) if there.state.is_open() && now < there.lease_until => {
                    return Ok(Cancelling::InProgress {
                        until: there.lease_until,
                    });
                }
                Some(there) => next_attempt(there, request, now),
            };
            let written = match &seen {
                None => self.store.create(&ours).await?,
                Some(seen) => self.store.replace(seen, &ours).await?,
            };
            there = match written {
                Written::Done => return Ok(self.cancelling(ours, request, now)),
                Written::Found(found) if *found == ours => return Ok(self.cancelling(ours, request, now)),
                Written::Found(found) => Some(*found),
                Written::Absent => None,
            };
        }
        Err(LedgerError::FenceLost(request.effect.clone()))
    }

    fn cancelling(&self, ours: Record, request: &CancelRequest, now: UnixMillis) -> Cancelling {
        match past(&ours, &request.timing, now) {
            Some(past) if ours.state.is_open() => {
                Cancelling::Resolve(self.fence(ours, &request.timing, now), past)
            }
            _ => closed(&ours),
        }
    }

    /// Closes what was never claimed, so that a message still under way finds it closed.
    fn tombstone(&self, request: &CancelRequest, now: UnixMillis) -> Record {
        let claim = ClaimRequest {
            effect: request.effect.clone(),
            owner: request.owner.clone(),
            facts: Facts::new(0),
            timing: request.timing,
            redrive: false,
        };
        close(self.first_record(&claim, now), request, now)
    }
}

/// Closes an effect, asking the other system when it may have been sent.
///
/// # Errors
/// [`EffectError::InProgress`], [`EffectError::Unknown`] (nothing is closed: ask again later),
/// [`EffectError::FenceLost`], [`EffectError::Ledger`].
pub async fn cancel(
    ledger: &Ledger,
    request: &CancelRequest,
    remote: &dyn Remote,
) -> Result<Closed, EffectError> {
    let (mut fence, past) = match ledger.cancel(request).await.map_err(before_sending)? {
        Cancelling::Closed(closed) => return Ok(closed),
        Cancelling::InProgress { until } => return Err(EffectError::InProgress { until }),
        Cancelling::Resolve(fence, past) => (fence, past),
    };
    let (settled, why) = match remote.resolve(&past).await {
        Resolution::Applied(answer) => (Settled::Applied(answer), None),
        Resolution::Refused(reason) => (Settled::Refused(reason), None),
        Resolution::NotFound if past.quiet_over => (Settled::Cancelled, None),
        Resolution::NotFound => {
            let why = "not found yet, which proves nothing so soon after it was sent";
            (Settled::Unknown, Some(why.to_owned()))
        }
        Resolution::StillUnknown(why) => (Settled::Unknown, Some(why)),
    };
    ledger.settle(&mut fence, settled).await.map_err(after_sending)?;
    if let Some(why) = why {
        return Err(EffectError::Unknown(why));
    }
    match ledger.cancel(request).await.map_err(before_sending)? {
        Cancelling::Closed(closed) => Ok(closed),
        Cancelling::InProgress { until } => Err(EffectError::InProgress { until }),
        Cancelling::Resolve(..) => Err(EffectError::FenceLost),
    }
}

fn next_attempt(there: Record, request: &CancelRequest, now: UnixMillis) -> Record {
    let record = Record {
        owner: request.owner.clone(),
        attempt: there.attempt.saturating_add(1),
        lease_until: now.plus_ms(request.timing.lease_ms()),
        ..there
    };
    close(record, request, now)
}

/// The record closed; as it is when it may have been sent and has to be resolved first. A refusal's reason is of
/// no use to a compensation; an answer is what it undoes.
fn close(mut record: Record, request: &CancelRequest, now: UnixMillis) -> Record {
    if record.state.is_open() && record.may_have_been_sent() {
        return record;
    }
    if record.state != State::Applied {
        record.result = None;
    }
    record.state = State::Cancelled;
    record.lease_until = now;
    record.forget_at = Some(now.seconds().plus_s(request.timing.keep_s));
    record
}

fn closed(record: &Record) -> Cancelling {
    Cancelling::Closed(Closed {
        applied: record.result.clone(),
    })
}
