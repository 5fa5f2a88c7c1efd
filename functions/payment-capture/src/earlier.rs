//! What the earlier runs of an order still hold. A run that was broken off and given up by a person, or whose money could
//! not be let go, leaves a payment behind: no order is paid beside it, whoever makes the second payment.

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

/// The longest way of two look-ups with a new access token.
const LOOK_MS: i64 = 25_000;

impl Payments {
    /// Refuses to go on while a payment of ours from an earlier run holds money: nobody is charged twice for an order,
    /// and no card is blocked twice. The gateway is asked only about what the ledger does not know to be over.
    pub(crate) async fn nothing_is_held(&self, run: &Run, invocation: &Invocation) -> Result<(), Failure> {
        for generation in 1..run.generation {
            let earlier = Run {
                generation,
                ..run.clone()
            };
            if let Some(authorization) = self.may_hold(&earlier).await? {
                invocation.time_for(self.ledger.now(), LOOK_MS)?;
                let found = self.payments_of(&earlier, &authorization).await?;
                is_over(&found, is_settling(&authorization, self.ledger.now()))?;
            }
        }
        invocation.time_for(self.ledger.now(), WORST_MS)
    }

    /// The authorization of a run that may have left money held, as far as the ledger knows.
    async fn may_hold(&self, run: &Run) -> Result<Option<Record>, Failure> {
        let Some(authorization) = self.record(EffectKind::Authorize, run).await? else {
            return Ok(None);
        };
        if came_to_nothing(&authorization, self.ledger.now()) {
            return Ok(None);
        }
        for kind in [EffectKind::Void, EffectKind::Refund] {
            let let_go = self.record(kind, run).await?;
            if let_go.is_some_and(|record| record.state == State::Applied) {
                return Ok(None);
            }
        }
        Ok(Some(authorization))
    }

    /// What the gateway has under a run's reference, and the payment that the ledger knows of.
    async fn payments_of(&self, run: &Run, authorization: &Record) -> Result<Vec<Transaction>, Failure> {
        let mut found = self.gateway.find_by_reference(&reference(run)).await?;
        if let Some(known) = known(authorization)? {
            let id = transaction_id(&known.transaction)?;
            if found.iter().all(|transaction| transaction.id != id) {
                found.push(self.look_up(&id).await?);
            }
        }
        Ok(found)
    }
}

/// Whether an authorization certainly reserved nothing: none of its attempts was sent or can be any more, or the issuer
/// said no. A refusal of another kind may have been an answer to something else than was asked, with money reserved.
fn came_to_nothing(authorization: &Record, now: UnixMillis) -> bool {
    let never_sent = !authorization.may_have_been_sent() && authorization.redrives == 0;
    match authorization.state {
        State::Intended | State::Cancelled => never_sent && authorization.lease_until <= now,
        State::Refused => authorization.result.as_ref().is_some_and(is_no),
        State::Sent | State::Unknown | State::Applied => false,
    }
}

/// Whether a refusal's reason is the issuer's no.
fn is_no(reason: &serde_json::Value) -> bool {
    let said = serde_json::from_value::<Failure>(reason.clone());
    said.is_ok_and(|failure| {
        matches!(
            failure.name,
            FailureName::PaymentDeclined | FailureName::PaymentTokenExpired
        )
    })
}

/// The payment an authorization came to, kept when it is closed.
fn known(authorization: &Record) -> Result<Option<PaymentFacts>, Failure> {
    match (authorization.state, authorization.result.clone()) {
        (State::Applied | State::Cancelled, Some(answer)) => effect::read(answer).map(Some),
        _ => Ok(None),
    }
}

/// Whether it was sent so lately, or is being sent, that what the gateway does not have proves nothing.
fn is_settling(authorization: &Record, now: UnixMillis) -> bool {
    let sent_lately = |at: UnixMillis| now.since_ms(at) < QUIET_MS;
    authorization.state.is_open()
        && (now < authorization.lease_until || authorization.last_sent_at.is_some_and(sent_lately))
}

/// Whether none of a run's payments holds money.
fn is_over(found: &[Transaction], is_settling: bool) -> Result<(), Failure> {
    let sales = sales(found.to_vec());
    if let Some(payment) = sales
        .iter()
        .find(|sale| is_alive(sale) && !is_given_back(sale, found))
    {
        let what = format!(
            "an earlier run of this order ended without letting its payment {} go",
            payment.id
        );
        let remedy = "reverse or refund it in the gateway's portal, then redrive; if it pays the order, drop this and put \
                      the order's status right in the shop, which is told that it is rejected";
        return Err(Failure::new(FailureName::Conflict, what)
            .field("payment.transaction")
            .remedy(remedy));
    }
    let is_open =
        |sale: &&Transaction| !is_alive(sale) && sale.status != Status::Reversed && !sale.status.is_refusal();
    if let Some(payment) = sales.iter().find(is_open) {
        let what = format!(
            "the payment {} of an earlier run is {}: what it will become is not known yet",
            payment.id, payment.status
        );
        return Err(Failure::new(FailureName::OutcomeUnknown, what));
    }
    if is_settling {
        let what = "an earlier run sent its authorization so lately that its payment may yet turn up";
        return Err(Failure::new(FailureName::OutcomeUnknown, what));
    }
    Ok(())
}

/// Whether a person has refunded all of a sale: it stays captured then.
fn is_given_back(sale: &Transaction, found: &[Transaction]) -> bool {
    let is_refund = |t: &&Transaction| t.kind == Some(Kind::Refund) && t.parent.as_ref() == Some(&sale.id);
    let refunds = found
        .iter()
        .filter(is_refund)
        .filter(|refund| refund.status.is_captured());
    let same_currency = refunds
        .filter_map(|refund| refund.amount)
        .filter(|refund| sale.amount.is_some_and(|sale| sale.currency == refund.currency));
    let given_back = same_currency.fold(0_i64, |sum, refund| sum.saturating_add(refund.minor));
    sale.amount.is_some_and(|sale| sale.minor <= given_back)
}
