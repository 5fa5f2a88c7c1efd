//! The ledger: claim, sending, settle. Every write carries a condition on owner, attempt and state as they were
//! seen; whoever's condition fails has lost the fence, stops and changes nothing.

use crate::{
    claim::{ClaimRequest, Claimed, Timing, past},
    clock::{Clock, UnixMillis},
    decide::{self, Decision},
    facts::FactKey,
    fence::{Fence, Settled},
    ids::EffectId,
    leave::Leave,
    record::{Record, State},
    store::{Seen, Store, StoreError, Written},
};
use std::sync::Arc;

/// How often a claim starts over because somebody else was faster. Each round means that another claim made
/// progress, so more than a few of them mean something is wrong.
const CLAIM_ROUNDS_MAX: u32 = 8;

/// Why the ledger could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds the effect, or the lease is over: stop, change nothing.
    #[error("the fence of effect {0} is lost")]
    FenceLost(EffectId),
    /// The store failed. The write may have landed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hears of claims, for whoever counts them.
pub trait Observer: Send + Sync {
    /// An effect was claimed, the how manieth time, 1 for the first.
    fn claimed(&self, effect: &EffectId, attempt: u32);
}

/// The effects ledger.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    key: FactKey,
    restored_at: Option<UnixMillis>,
    observer: Option<Arc<dyn Observer>>,
}

impl Ledger {
    /// A ledger over a store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, key: FactKey) -> Self {
        Self {
            store,
            clock,
            key,
            restored_at: None,
            observer: None,
        }
    }

    /// With somebody who hears of claims.
    #[must_use]
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Says that the table was restored to that moment: what was sent since then is forgotten. Within an effect's
    /// window after it, an effect that looks unsent counts as [`State::Unknown`] and is looked up first.
    #[must_use]
    pub fn restored_at(mut self, moment: UnixMillis) -> Self {
        self.restored_at = Some(moment);
        self
    }

    /// Now, by the ledger's clock.
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// Claims an effect: one conditional write that also tells what is there.
    ///
    /// # Errors
    /// [`LedgerError::Store`]; [`LedgerError::FenceLost`] when others kept being faster.
    pub async fn claim(&self, request: &ClaimRequest) -> Result<Claimed, LedgerError> {
        let now = self.clock.now();
        let request = &ClaimRequest {
            owner: request.owner.for_one_claim(),
            ..request.clone()
        };
        let mut ours = self.first_record(request, now);
        let mut written = self.store.create(&ours).await?;
        for _ in 0..CLAIM_ROUNDS_MAX {
            let there = match written {
                Written::Done => return Ok(self.claimed(ours, request, now)),
                // Our own write, whose first answer was lost on the way.
                Written::Found(there) if *there == ours => return Ok(self.claimed(ours, request, now)),
                Written::Found(there) => *there,
                Written::Absent => {
                    ours = self.first_record(request, now);
                    written = self.store.create(&ours).await?;
                    continue;
                }
            };
            let seen = Seen::of(&there);
            match decide::next(there, request, &self.key, now) {
                Decision::Answer(claimed) => return Ok(*claimed),
                Decision::Take(record) => ours = self.after_restore(*record, request, now),
            }
            written = self.store.replace(&seen, &ours).await?;
        }
        Err(LedgerError::FenceLost(request.effect.clone()))
    }

    /// Says that the effect is about to be sent. Nothing may be sent before this has returned.
    ///
    /// # Errors
    /// [`LedgerError::FenceLost`], also when the time to send is over; [`LedgerError::Store`].
    pub async fn sending(&self, fence: &mut Fence) -> Result<(), LedgerError> {
        self.may_send(fence)?;
        let now = self.clock.now();
        let mut record = Record::clone(&fence.record);
        let before = (record.first_sent_at, record.last_sent_at);
        record.state = State::Sent;
        record.first_sent_at = record.first_sent_at.or(Some(now));
        record.last_sent_at = Some(now);
        self.write(fence, record).await?;
        fence.before_sending.get_or_insert(before);
        Ok(())
    }

    /// Whether this attempt may still send: asked again before the sender is called, because the process may have been
    /// frozen since [`Ledger::sending`]. The sender itself asks [`may_still_send`](crate::may_still_send).
    ///
    /// # Errors
    /// [`LedgerError::FenceLost`] when its time is over.
    pub fn may_send(&self, fence: &Fence) -> Result<(), LedgerError> {
        let lost = || LedgerError::FenceLost(fence.record.effect.clone());
        self.leave(fence).holds().then_some(()).ok_or_else(lost)
    }

    /// The leave that an attempt sends with.
    pub(crate) fn leave(&self, fence: &Fence) -> Leave {
        Leave {
            clock: self.clock.clone(),
            until: fence.send_before,
        }
    }

    /// Writes down how the attempt ended, and gives the lease back.
    ///
    /// # Errors
    /// [`LedgerError::FenceLost`]; [`LedgerError::Store`].
    pub async fn settle(&self, fence: &mut Fence, settled: Settled) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let mut record = Record::clone(&fence.record);
        record.lease_until = now;
        match settled {
            Settled::Applied(answer) => (record.state, record.result) = (State::Applied, Some(answer)),
            Settled::Refused(reason) => (record.state, record.result) = (State::Refused, Some(reason)),
            Settled::Cancelled => record.state = State::Cancelled,
            Settled::Unknown => {
                record.state = State::Unknown;
                if fence.before_sending.is_some() {
                    // Until now bytes of this attempt may have left: the quiet period starts here.
                    record.last_sent_at = Some(now);
                }
            }
            Settled::NotSent => {
                if let Some(before) = fence.before_sending {
                    (record.first_sent_at, record.last_sent_at) = before;
                }
                record.state = if record.may_have_been_sent() {
                    State::Unknown
                } else {
                    State::Intended
                };
            }
        }
        if !record.state.is_open() {
            record.forget_at = Some(now.seconds().plus_s(fence.keep_s));
        }
        self.write(fence, record).await
    }

    /// An effect as it stands, for people and for sweeps.
    ///
    /// # Errors
    /// [`LedgerError::Store`].
    pub async fn look(&self, effect: &EffectId) -> Result<Option<Record>, LedgerError> {
        Ok(self.store.load(effect).await?)
    }

    async fn write(&self, fence: &mut Fence, record: Record) -> Result<(), LedgerError> {
        if !fence.record.state.is_open() {
            // Settled is settled: there is no way back from a terminal state.
            return Err(LedgerError::FenceLost(record.effect));
        }
        match self.store.replace(&Seen::of(&fence.record), &record).await? {
            Written::Done => {}
            // Our own write, whose first answer was lost on the way.
            Written::Found(there) if *there == record => {}
            Written::Found(_) | Written::Absent => {
                return Err(LedgerError::FenceLost(record.effect));
            }
        }
        *fence.record = record;
        Ok(())
    }

    fn claimed(&self, record: Record, request: &ClaimRequest, now: UnixMillis) -> Claimed {
        if let Some(observer) = &self.observer {
            observer.claimed(&record.effect, record.attempt);
        }
        let past = past(&record, &request.timing, now);
        let fence = self.fence(record, &request.timing, now);
        match past {
            Some(past) => Claimed::Resolve(fence, past),
            None => Claimed::Fresh(fence),
        }
    }

    pub(crate) fn fence(&self, record: Record, timing: &Timing, now: UnixMillis) -> Fence {
        let send_before = now.plus_ms(timing.work_ms);
        Fence {
            record: Box::new(record),
            send_before,
            keep_s: timing.keep_s,
            before_sending: None,
        }
    }

    /// The record of a first claim.
    pub(crate) fn first_record(&self, request: &ClaimRequest, now: UnixMillis) -> Record {
        self.after_restore(decide::first(request, &self.key, now), request, now)
    }

    fn after_restore(&self, mut record: Record, request: &ClaimRequest, now: UnixMillis) -> Record {
        let restored_at = self
            .restored_at
            .filter(|moment| now.since_ms(*moment) < request.timing.window_ms);
        if let (Some(moment), false) = (restored_at, record.may_have_been_sent()) {
            record.state = State::Unknown;
            (record.first_sent_at, record.last_sent_at) = (Some(moment), Some(moment));
        }
        record
    }
}
