//! The one place that knows the order of the steps: claim → resolve → sending → send → settle.

use crate::{
    claim::{ClaimRequest, Claimed, Past},
    clock::UnixMillis,
    fence::{Fence, Settled},
    ids::RequestId,
    ledger::{Ledger, LedgerError},
};
use async_trait::async_trait;
use serde_json::Value;

/// The other system, seen from one effect.
#[async_trait]
pub trait Remote: Send + Sync {
    /// Asks what became of an earlier attempt. Changes nothing there.
    async fn resolve(&self, past: &Past) -> Resolution;

    /// Does it, under this id. Called at most once in an attempt. Whoever waits for something before the first byte
    /// leaves asks [`may_still_send`](crate::may_still_send) after it.
    async fn send(&self, id: &RequestId) -> Sent;
}

/// What the other system knows of an earlier attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// It happened; the answer as [`Remote::send`] would have given it.
    Applied(Value),
    /// It was refused.
    Refused(Value),
    /// There is no trace of it. Proves nothing before the quiet period is over: the ledger sees to that.
    NotFound,
    /// It could not be found out, and why.
    StillUnknown(String),
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// Done; the answer.
    Applied(Value),
    /// The other system definitely said no; the reason.
    Refused(Value),
    /// It ended without an answer that can be read, and how.
    Unknown(String),
    /// No byte of it can have arrived, or the other system said it did nothing, and why.
    NotSent(String),
}

/// How an effect stands after [`perform`].
#[derive(Clone, Debug, PartialEq)]
pub enum Performed {
    /// It is done.
    Applied {
        /// The answer: the same for every caller.
        answer: Value,
        /// Whether this very call moved the record: only one caller ever sees `true`.
        moved: bool,
    },
    /// The other system refuses it; the stored reason.
    Refused(Value),
    /// It was closed by a compensation.
    Cancelled,
}

/// Why an effect is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EffectError {
    /// Somebody works on it: come back later.
    #[error("somebody else works on it")]
    InProgress {
        /// Until when nobody else may claim it.
        until: UnixMillis,
    },
    /// Same effect, other facts.
    #[error("it was claimed with other facts: {}", .facts.join(", "))]
    Conflict {
        /// The names of the facts that differ.
        facts: Vec<String>,
    },
    /// It may have happened: ask again later, send nothing.
    #[error("its outcome is unknown: {0}")]
    Unknown(String),
    /// It did not happen: try again later.
    #[error("it was not sent: {0}")]
    NotSent(String),
    /// Somebody else took over: stop, change nothing.
    #[error("somebody else took it over")]
    FenceLost,
    /// The ledger could not be reached before anything was sent.
    #[error("the effects ledger cannot be reached: {0}")]
    Ledger(String),
}

/// Does an effect once, whoever else tries, and whatever breaks on the way.
///
/// # Errors
/// [`EffectError`]; after each of them the call may be repeated.
pub async fn perform(
    ledger: &Ledger,
    request: &ClaimRequest,
    remote: &dyn Remote,
) -> Result<Performed, EffectError> {
    match ledger.claim(request).await.map_err(before_sending)? {
        Claimed::Applied(answer) => Ok(Performed::Applied { answer, moved: false }),
        Claimed::Refused(reason) => Ok(Performed::Refused(reason)),
        Claimed::Cancelled => Ok(Performed::Cancelled),
        Claimed::InProgress { until } => Err(EffectError::InProgress { until }),
        Claimed::Conflict { facts } => Err(EffectError::Conflict { facts }),
        Claimed::Fresh(fence) => send(ledger, fence, remote).await,
        Claimed::Resolve(fence, past) => resolve(ledger, fence, &past, remote).await,
    }
}

async fn resolve(
    ledger: &Ledger,
    mut fence: Fence,
    past: &Past,
    remote: &dyn Remote,
) -> Result<Performed, EffectError> {
    let why = match remote.resolve(past).await {
        Resolution::Applied(answer) => return applied(ledger, &mut fence, answer).await,
        Resolution::Refused(reason) => return refused(ledger, &mut fence, reason).await,
        Resolution::NotFound if past.may_send_again => return send(ledger, fence, remote).await,
        Resolution::NotFound if past.quiet_over => {
            "not found, and too long ago to be sent again without risk: a person has to decide".to_owned()
        }
        Resolution::NotFound => "not found yet, which proves nothing so soon after it was sent".to_owned(),
        Resolution::StillUnknown(why) => why,
    };
    ledger
        .settle(&mut fence, Settled::Unknown)
        .await
        .map_err(after_sending)?;
    Err(EffectError::Unknown(why))
}

async fn send(ledger: &Ledger, mut fence: Fence, remote: &dyn Remote) -> Result<Performed, EffectError> {
    ledger.sending(&mut fence).await.map_err(before_sending)?;
    ledger.may_send(&fence).map_err(before_sending)?;
    let leave = ledger.leave(&fence);
    match leave.scope(remote.send(fence.request_id())).await {
        Sent::Applied(answer) => applied(ledger, &mut fence, answer).await,
        Sent::Refused(reason) => refused(ledger, &mut fence, reason).await,
        Sent::Unknown(why) => {
            ledger
                .settle(&mut fence, Settled::Unknown)
                .await
                .map_err(after_sending)?;
            Err(EffectError::Unknown(why))
        }
        Sent::NotSent(why) => {
            ledger
                .settle(&mut fence, Settled::NotSent)
                .await
                .map_err(after_sending)?;
            Err(EffectError::NotSent(why))
        }
    }
}

async fn applied(ledger: &Ledger, fence: &mut Fence, answer: Value) -> Result<Performed, EffectError> {
    ledger
        .settle(fence, Settled::Applied(answer.clone()))
        .await
        .map_err(after_sending)?;
    Ok(Performed::Applied { answer, moved: true })
}

async fn refused(ledger: &Ledger, fence: &mut Fence, reason: Value) -> Result<Performed, EffectError> {
    ledger
        .settle(fence, Settled::Refused(reason.clone()))
        .await
        .map_err(after_sending)?;
    Ok(Performed::Refused(reason))
}

pub(crate) fn before_sending(error: LedgerError) -> EffectError {
    match error {
        LedgerError::FenceLost(_) => EffectError::FenceLost,
        LedgerError::Store(error) => EffectError::Ledger(error.0),
    }
}

/// After something may have left, a silent ledger leaves the outcome unknown.
pub(crate) fn after_sending(error: LedgerError) -> EffectError {
    match error {
        LedgerError::FenceLost(_) => EffectError::FenceLost,
        LedgerError::Store(error) => EffectError::Unknown(error.0),
    }
}
