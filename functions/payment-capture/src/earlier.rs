//! What the earlier runs of an order still hold. A run that was broken off and given up by a person, or whose money could
//! not be let go, leaves a payment behind: we neither reserve nor accept another one beside it. What an earlier run left to
//! the shop's plugin is not looked at here: the review of its `void` tells of it.

use crate::{
    authorization::{is_alive, sales},
    authorize::transaction_id,
    effect,
    handler::{Payments, QUIET_MS, WORST_MS, reference},
};
use domain::failure::{Failure, FailureName};
use effects::{EffectKind, Record, State, UnixMillis};
use heartland::gp_api::{Kind, Status, Transaction};
use runtime::{
    Invocation,
    message::{PaymentFacts, Run},
};

impl Payments {
    /// Before money is reserved by token. Not once the run's own authorization may have been sent: the earlier runs were
    /// looked at before, and what it came to must not wait for them.
    pub(crate) async fn look_back(&self, run: &Run, invocation: &Invocation) -> Result<(), Failure> {
        if run.generation > 1 {
            let own = self.record(EffectKind::Authorize, run).await?;
            let was_sent = |own: Record| own.may_have_been_sent() && own.state != State::Refused;
            if !own.is_some_and(was_sent) {
                self.refuse_if_held(run, run.generation.saturating_sub(1), invocation)
                    .await?;
            }
        }
        Ok(())
    }

    /// Before a payment of the shop's plugin is accepted. This run itself may have reserved by token before the order named
    /// it.
    pub(crate) async fn look_back_beside_a_plugin(
        &self,
        run: &Run,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let own = self.record(EffectKind::Authorize, run).await?;
        let last = run.generation.saturating_sub(u32::from(own.is_none()));
        self.refuse_if_held(run, last, invocation).await
    }

    /// Refuses to go on while a run up to the `last` holds money of ours. Each is closed first, so that nothing of it
    /// reserves any later; the gateway is asked about what the ledger does not know to be over.
    async fn refuse_if_held(&self, run: &Run, last: u32, invocation: &Invocation) -> Result<(), Failure> {
        for generation in 1..=last {
            let earlier = Run {
                generation,
                ..run.clone()
            };
            if self.is_known_to_be_over(&earlier).await? {
                continue;
            }
            invocation.time_for(self.ledger.now(), WORST_MS)?;
            let authorization = self.closed(&earlier, invocation).await?;
            let found = self.payments_of(&earlier, &authorization).await?;
            judge(&found, may_turn_up(&authorization, self.ledger.now()))?;
        }
        // What is done next needs all the time that it was promised.
        invocation.time_for(self.ledger.now(), WORST_MS)
    }

    /// Whether the ledger knows that nothing was reserved, or that it was let go. A redrive has made another payment of
    /// the run, of which this says nothing.
    async fn is_known_to_be_over(&self, run: &Run) -> Result<bool, Failure> {
        let Some(authorization) = self.record(EffectKind::Authorize, run).await? else {
            return Ok(false);
        };
        if authorization.redrives > 0 {
            return Ok(false);
        }
        if was_nothing(&authorization) {
            return Ok(true);
        }
        if let Some(refund) = self.record(EffectKind::Refund, run).await? {
            if refund.state.is_open() {
                let what = "the refund of an earlier run's payment is under way";
                return Err(Failure::new(FailureName::OutcomeUnknown, what).field("payment.transaction"));
            }
            if refund.state == State::Applied {
                return Ok(true);
            }
        }
        let void = self.record(EffectKind::Void, run).await?;
        Ok(void.is_some_and(|void| void.state == State::Applied))
    }

    /// A run's authorization, which reserves nothing any more: closed, or known to have been done.
    async fn closed(&self, run: &Run, invocation: &Invocation) -> Result<Record, Failure> {
        let there = self.record(EffectKind::Authorize, run).await?;
        if let Some(applied) = there.filter(|record| record.state == State::Applied) {
            return Ok(applied);
        }
        self.close(run, invocation).await?;
        let closed = self.record(EffectKind::Authorize, run).await?;
        closed.ok_or_else(|| {
            let what = "the authorization of an earlier run was closed and is not there";
            Failure::new(FailureName::SystemUnavailable, what)
        })
    }

    /// What the gateway has under a run's reference, and the payment that the ledger knows of.
    async fn payments_of(&self, run: &Run, authorization: &Record) -> Result<Vec<Transaction>, Failure> {
        let mut found = self.gateway.find_by_reference(&reference(run)).await?;
        if let Some(answer) = &authorization.result {
            let known: PaymentFacts = effect::read(answer.clone())?;
            let id = transaction_id(&known.transaction)?;
            if found.iter().all(|transaction| transaction.id != id) {
                found.push(self.look_up(&id).await?);
            }
        }
        Ok(found)
    }
}

/// Whether an authorization that was never redriven certainly reserved nothing: it was closed before it was sent, or the
/// issuer said no. A refusal of another kind may have been an answer to something else than was asked, with money reserved.
fn was_nothing(authorization: &Record) -> bool {
    match authorization.state {
        State::Cancelled => !authorization.may_have_been_sent(),
        State::Refused => authorization.result.as_ref().is_some_and(is_issuers_no),
        State::Intended | State::Sent | State::Unknown | State::Applied => false,
    }
}

fn is_issuers_no(reason: &serde_json::Value) -> bool {
    let said = serde_json::from_value::<Failure>(reason.clone());
    said.is_ok_and(|failure| {
        matches!(
            failure.name,
            FailureName::PaymentDeclined | FailureName::PaymentTokenExpired
        )
    })
}

/// Whether it was sent so lately that the gateway may not show yet what it came to.
fn may_turn_up(authorization: &Record, now: UnixMillis) -> bool {
    let sent_lately = |at: UnixMillis| now.since_ms(at) < QUIET_MS;
    authorization.result.is_none() && authorization.last_sent_at.is_some_and(sent_lately)
}

/// Refuses what holds money, and waits for what may yet.
fn judge(found: &[Transaction], may_turn_up: bool) -> Result<(), Failure> {
    let about = |name, what| Failure::new(name, what).field("payment.transaction");
    for sale in &sales(found.to_vec()) {
        let id = &sale.id;
        match &sale.status {
            Status::Reversed => {}
            status if status.is_refusal() => {}
            status if is_alive(sale) => match given_back(sale, found) {
                GivenBack::All => {}
                GivenBack::NotYet(refund) => {
                    let what = format!("the refund {refund} of an earlier run's payment {id} is under way");
                    return Err(about(FailureName::OutcomeUnknown, what));
                }
                GivenBack::No => {
                    let what = format!(
                        "an earlier run of this order ended without letting its payment {id} go, it is {status}"
                    );
                    return Err(about(FailureName::Conflict, what).remedy(
                        "reverse or refund it in the gateway's portal, then redrive; if it pays the order, drop this and \
                         put the order's status right in the shop, which is told that it is rejected",
                    ));
                }
            },
            Status::ForReview | Status::Unknown(_) => {
                let what = format!("the payment {id} of an earlier run is {}", sale.status);
                let remedy = "see in the gateway's portal that it is reversed or refused, then redrive";
                return Err(about(FailureName::Conflict, what).remedy(remedy));
            }
            status => {
                let what = format!(
                    "the payment {id} of an earlier run is {status}: what it will become is not known yet"
                );
                return Err(about(FailureName::OutcomeUnknown, what));
            }
        }
    }
    if may_turn_up {
        let what = "an earlier run sent its authorization so lately that its payment may yet turn up";
        return Err(about(FailureName::OutcomeUnknown, what.to_owned()));
    }
    Ok(())
}

/// What refunds have given back of a sale: it stays captured after them.
#[derive(Debug, PartialEq)]
enum GivenBack {
    All,
    /// A refund of which it is not known what it will become.
    NotYet(String),
    No,
}

fn given_back(sale: &Transaction, found: &[Transaction]) -> GivenBack {
    let is_refund = |t: &&Transaction| {
        t.kind == Some(Kind::Refund) && t.parent.as_ref().is_none_or(|parent| *parent == sale.id)
    };
    let refunds = || found.iter().filter(is_refund);
    let done = refunds().filter(|refund| refund.status.is_captured());
    let amounts = done.filter_map(|refund| refund.amount);
    let of_currency =
        amounts.filter(|refund| sale.amount.is_some_and(|sale| sale.currency == refund.currency));
    let sum = of_currency.fold(0_i64, |sum, refund| sum.saturating_add(refund.minor));
    if sale.amount.is_some_and(|sale| sale.minor <= sum) {
        return GivenBack::All;
    }
    let is_undecided = |refund: &&Transaction| {
        !refund.status.is_captured() && !refund.status.is_refusal() && refund.status != Status::Reversed
    };
    match refunds().find(is_undecided) {
        Some(refund) => GivenBack::NotYet(refund.id.to_string()),
        None => GivenBack::No,
    }
}
