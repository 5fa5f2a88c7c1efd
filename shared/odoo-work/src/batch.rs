//! The effects of a batch: claimed one by one, done together, settled one by one. Odoo resolves by external id, so
//! doing it again *is* the resolution: an attempt after another differs only in that it looks first.

use domain::failure::{Failure, FailureName};
use effects::{
    CancelRequest, ClaimRequest, Claimed, Closed, EffectId, EffectKind, Facts, Fence, KEEP_MONEY_S, Ledger,
    LedgerError, Remote, Settled, Timing, cancel,
};
use futures::future::join_all;
use runtime::{Invocation, failure::effect_failure, message::Run};
use serde_json::Value;
use std::future::Future;

/// Odoo may go on for half a minute after its client has gone, and commit.
pub const QUIET_MS: i64 = 120_000;
/// An external id never forgets.
const WINDOW_MS: i64 = KEEP_MONEY_S * 1000;
/// Kept back of the invocation, to settle.
const SETTLE_MS: i64 = 3_000;

/// Who claims, and for how long.
pub struct Claimant<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The invocation that works.
    pub invocation: &'a Invocation,
}

impl Claimant<'_> {
    /// The times of an effect on Odoo in this invocation.
    pub fn timing(&self) -> Timing {
        let work_ms = self
            .invocation
            .remaining_ms(self.ledger.now())
            .saturating_sub(SETTLE_MS)
            .max(0);
        Timing {
            work_ms,
            quiet_ms: QUIET_MS,
            window_ms: WINDOW_MS,
            keep_s: KEEP_MONEY_S,
        }
    }

    /// A wish to work on an effect of a run.
    pub fn request(&self, kind: EffectKind, run: &Run, facts: Facts, redrive: bool) -> ClaimRequest {
        ClaimRequest {
            effect: EffectId::new(kind, &run.effect_key()),
            owner: self.invocation.owner(),
            facts,
            timing: self.timing(),
            redrive,
        }
    }
}

impl Claimant<'_> {
    /// Closes an effect of a run, so that whoever comes late finds it closed.
    ///
    /// # Errors
    /// [`FailureName::InProgress`], [`FailureName::OutcomeUnknown`]: nothing is closed, ask again later.
    pub async fn close(&self, kind: EffectKind, run: &Run, remote: &dyn Remote) -> Result<Closed, Failure> {
        let effect = EffectId::new(kind, &run.effect_key());
        let request = CancelRequest {
            effect,
            owner: self.invocation.owner(),
            timing: self.timing(),
        };
        let closed = cancel(self.ledger, &request, remote).await;
        closed.map_err(|error| effect_failure("closing the effect", &error))
    }
}

/// One piece of a batch.
pub struct BatchItem<T> {
    /// The effect.
    pub claim: ClaimRequest,
    /// What is needed to do it.
    pub work: T,
}

/// A piece whose turn it is.
pub struct Turn<T> {
    /// What is needed to do it.
    pub work: T,
    /// Whether certainly nobody has tried before.
    pub fresh: bool,
}

/// What came of a piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Its answer, or why there is none.
    pub outcome: Result<Value, Failure>,
    /// Whether this very call has written the answer down: only one caller ever sees `true`.
    pub moved: bool,
}

/// Claims all effects, has those done together that are ours, and settles each. One outcome per item, in order.
/// `act` must answer every turn, in order.
pub async fn perform<T, F>(
    ledger: &Ledger,
    items: Vec<BatchItem<T>>,
    act: impl FnOnce(Vec<Turn<T>>) -> F,
) -> Vec<Done>
where
    F: Future<Output = Vec<Result<Value, Failure>>>,
{
    let begun = join_all(items.into_iter().map(|item| begin(ledger, item))).await;
    let mut outcomes = Vec::with_capacity(begun.len());
    let (mut fences, mut turns) = (Vec::new(), Vec::new());
    for (place, begun) in begun.into_iter().enumerate() {
        match begun {
            Begun::Ended(outcome) => outcomes.push(Some(Done {
                outcome,
                moved: false,
            })),
            Begun::Ours(fence, turn) => {
                outcomes.push(None);
                fences.push((place, fence));
                turns.push(turn);
            }
        }
    }
    if !turns.is_empty() {
        let done = act(turns).await;
        let settled = fences
            .into_iter()
            .zip(done)
            .map(|((place, fence), outcome)| async move { (place, settle(ledger, fence, outcome).await) });
        for (place, outcome) in join_all(settled).await {
            let moved = outcome.is_ok();
            outcomes[place] = Some(Done { outcome, moved });
        }
    }
    let lost = || {
        let what = "a piece of the batch was not answered";
        let outcome = Err(Failure::new(FailureName::OutcomeUnknown, what));
        Done {
            outcome,
            moved: false,
        }
    };
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(lost))
        .collect()
}

enum Begun<T> {
    Ended(Result<Value, Failure>),
    Ours(Box<Fence>, Turn<T>),
}

async fn begin<T>(ledger: &Ledger, item: BatchItem<T>) -> Begun<T> {
    let (mut fence, fresh) = match ledger.claim(&item.claim).await {
        // A redrive after a refusal is fresh for the ledger; what the refused attempt has drafted is there.
        Ok(Claimed::Fresh(fence)) => {
            let first = fence.attempt() == 1;
            (fence, first)
        }
        Ok(Claimed::Resolve(fence, _)) => (fence, false),
        Ok(Claimed::Applied(answer)) => return Begun::Ended(Ok(answer)),
        Ok(Claimed::Refused(reason)) => return Begun::Ended(Err(refusal(&reason))),
        Ok(Claimed::Cancelled) => {
            let closed = Failure::new(FailureName::Cancelled, "the effect was closed by a compensation");
            return Begun::Ended(Err(closed));
        }
        Ok(Claimed::InProgress { .. }) => {
            return Begun::Ended(Err(Failure::new(FailureName::InProgress, "somebody works on it")));
        }
        Ok(Claimed::Conflict { facts }) => return Begun::Ended(Err(conflict(facts))),
        Err(error) => return Begun::Ended(Err(ledger_failure(&error, FailureName::SystemUnavailable))),
    };
    match ledger.sending(&mut fence).await {
        Ok(()) => Begun::Ours(
            Box::new(fence),
            Turn {
                work: item.work,
                fresh,
            },
        ),
        Err(error) => Begun::Ended(Err(ledger_failure(&error, FailureName::SystemUnavailable))),
    }
}

async fn settle(
    ledger: &Ledger,
    mut fence: Box<Fence>,
    outcome: Result<Value, Failure>,
) -> Result<Value, Failure> {
    let settled = match &outcome {
        Ok(answer) => Settled::Applied(answer.clone()),
        Err(failure) => match failure.name {
            FailureName::Refused | FailureName::Conflict => Settled::Refused(serde_json::json!(failure)),
            // Some of the calls may have been made: what is there is looked at before anything is done again.
            _ => Settled::Unknown,
        },
    };
    match ledger.settle(&mut fence, settled).await {
        Ok(()) => outcome,
        Err(error) => Err(ledger_failure(&error, FailureName::OutcomeUnknown)),
    }
}

fn refusal(reason: &Value) -> Failure {
    let stored = serde_json::from_value(reason.clone());
    stored.unwrap_or_else(|_| Failure::new(FailureName::Refused, "Odoo refused it before"))
}

fn conflict(facts: Vec<String>) -> Failure {
    effect_failure("writing to Odoo", &effects::EffectError::Conflict { facts })
}

fn ledger_failure(error: &LedgerError, silent: FailureName) -> Failure {
    let name = match error {
        LedgerError::FenceLost(_) => FailureName::InProgress,
        LedgerError::Store(_) => silent,
    };
    Failure::new(name, error.to_string())
}
