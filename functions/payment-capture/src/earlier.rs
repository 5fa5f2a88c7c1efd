//! What the earlier runs of an order still hold. A run that was broken off and given up by a person, or whose money could
//! not be let go, leaves a payment behind: we neither reserve nor accept another one beside it. Payments that the shop's
//! plugin made for earlier versions are not looked at here: they are not ours.

use crate::{
    authorization::{is_alive, is_sale},
    authorize::transaction_id,
    effect::{self, SEE_THAT_IT_IS_OVER},
    handler::{Payments, QUIET_MS, WORST_MS, reference},
    request::Step,
};
use domain::failure::{Failure, FailureName};
use effects::{EffectKind, Record, State, UnixMillis};
use heartland::gp_api::{Kind, Transaction};
use runtime::{
    Invocation,
    message::{PaymentFacts, Run},
};

/// Whose payment is judged, and what a person does about it.
struct Whose {
    run: &'static str,
    remedy: &'static str,
}

const EARLIER: Whose = Whose {
    run: "an earlier run of this order",
    remedy: "reverse or refund it in the gateway's portal, then redrive; if it pays the order, drop this and put the order's \
             status right in the shop, which is told that it is rejected",
};
const OWN: Whose = Whose {
    run: "this run, before the order named another payment,",
    remedy: "reverse or refund it in the gateway's portal, then redrive: the payment that the order names by now is taken; \
             dropping this lets ours go and tells the shop that the order is rejected",
};

impl Payments {
    /// Before money is reserved by token. Not when the run's own authorization was sent or refused and is not to be sent
    /// again: what it came to must not wait for the earlier runs, which were looked at before.
    pub(crate) async fn look_back(&self, step: &Step, invocation: &Invocation) -> Result<(), Failure> {
        if step.run.generation < 2 {
            return Ok(());
        }
        let own = self.record(EffectKind::Authorize, &step.run).await?;
        let is_to_be_sent = own.is_none_or(|own| match own.state {
            State::Refused => step.redrive,
            state => state.is_open() && !own.may_have_been_sent(),
        });
        if is_to_be_sent {
            self.refuse_if_held(&step.run, invocation).await?;
            // What is sent next needs all the time that it was promised.
            invocation.time_for(self.ledger.now(), WORST_MS)?;
        }
        Ok(())
    }

    /// Before a payment of the shop's plugin is accepted. This run itself may have reserved by token before the order named
    /// it. Its authorization is not closed: the order may return to a token.
    pub(crate) async fn look_back_beside_a_plugin(
        &self,
        run: &Run,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        self.refuse_if_held(run, invocation).await?;
        let Some(own) = self.record(EffectKind::Authorize, run).await? else {
            return Ok(());
        };
        if own.state.is_open() && self.ledger.now() < own.lease_until {
            let what = "this run's own authorization is being sent";
            return Err(Failure::new(FailureName::InProgress, what));
        }
        match self.let_go(run, &own).await? {
            LetGo::Known => Ok(()),
            LetGo::Perhaps { refund_sent_lately } => {
                let found = self.payments_of(run, Some(&own)).await?;
                judge(&found, refund_sent_lately, &OWN)?;
                self.may_turn_up(Some(&own))
            }
        }
    }

    /// Refuses to go on while an earlier run, the newest first, holds money of ours. What is not known to be over is asked
    /// about, and closed, so that nothing of it reserves any later.
    async fn refuse_if_held(&self, run: &Run, invocation: &Invocation) -> Result<(), Failure> {
        for generation in (1..run.generation).rev() {
            let earlier = Run {
                generation,
                ..run.clone()
            };
            let there = self.record(EffectKind::Authorize, &earlier).await?;
            let refund_sent_lately = match &there {
                None => false,
                Some(authorization) => match self.let_go(&earlier, authorization).await? {
                    LetGo::Known => continue,
                    LetGo::Perhaps { refund_sent_lately } => refund_sent_lately,
                },
            };
            invocation.time_for(self.ledger.now(), WORST_MS)?;
            let found = self.payments_of(&earlier, there.as_ref()).await?;
            judge(&found, refund_sent_lately, &EARLIER)?;
            // What was applied is never sent again.
            if there.as_ref().is_none_or(|there| there.state != State::Applied)
                && self.close(&earlier, invocation).await?.is_some()
            {
                let found = self.payments_of(&earlier, None).await?;
                judge(&found, refund_sent_lately, &EARLIER)?;
            }
            self.may_turn_up(there.as_ref())?;
        }
        Ok(())
    }

    /// What the ledger knows of a run's payment. Of one that was redriven it does not tell what was there before.
    async fn let_go(&self, run: &Run, authorization: &Record) -> Result<LetGo, Failure> {
        let is_whole = authorization.redrives == 0;
        if is_whole && was_declined(authorization) {
            return Ok(LetGo::Known);
        }
        let refund = self.record(EffectKind::Refund, run).await?;
        let void = self.record(EffectKind::Void, run).await?;
        let applied = |record: &Option<Record>| record.as_ref().is_some_and(|r| r.state == State::Applied);
        if is_whole && (applied(&refund) || applied(&void)) {
            return Ok(LetGo::Known);
        }
        let now = self.ledger.now();
        let refund_sent_lately =
            refund.is_some_and(|refund| refund.state.is_open() && sent_lately(&refund, now));
        Ok(LetGo::Perhaps { refund_sent_lately })
    }

    /// What the gateway has under a run's reference, and the payment that the ledger knows of.
    async fn payments_of(
        &self,
        run: &Run,
        authorization: Option<&Record>,
    ) -> Result<Vec<Transaction>, Failure> {
        let mut found = self.gateway.find_by_reference(&reference(run)).await?;
        if let Some(answer) = authorization.and_then(answer) {
            let known: PaymentFacts = effect::read(answer.clone())?;
            let id = transaction_id(&known.transaction)?;
            if found.iter().all(|transaction| transaction.id != id) {
                found.push(self.look_up(&id).await?);
            }
        }
        Ok(found)
    }

    /// Waits for what was sent so lately that the gateway may not show yet what it came to.
    fn may_turn_up(&self, authorization: Option<&Record>) -> Result<(), Failure> {
        let now = self.ledger.now();
        let may = |record: &Record| answer(record).is_none() && sent_lately(record, now);
        if !authorization.is_some_and(may) {
            return Ok(());
        }
        let what = "an authorization was sent so lately that its payment may yet turn up";
        Err(Failure::new(FailureName::OutcomeUnknown, what).field("payment.transaction"))
    }
}

/// Whether a run has let its payment go.
enum LetGo {
    /// It has, or nothing was reserved.
    Known,
    /// The gateway has to be asked.
    Perhaps {
        /// A refund was sent that the gateway may not show yet.
        refund_sent_lately: bool,
    },
}

/// What an authorization came to, kept when it is closed. A refusal's reason is no answer.
fn answer(authorization: &Record) -> Option<&serde_json::Value> {
    let kept = matches!(authorization.state, State::Applied | State::Cancelled);
    authorization.result.as_ref().filter(|_| kept)
}

fn sent_lately(record: &Record, now: UnixMillis) -> bool {
    record.last_sent_at.is_some_and(|at| now.since_ms(at) < QUIET_MS)
}

/// Whether the issuer said no, or the token was over. A refusal of another kind may have been an answer to something else
/// than was asked, with money reserved.
fn was_declined(authorization: &Record) -> bool {
    authorization.state == State::Refused && authorization.result.as_ref().is_some_and(is_issuers_no)
}

fn is_issuers_no(reason: &serde_json::Value) -> bool {
    let said = effect::read::<Failure>(reason.clone());
    said.is_ok_and(|failure| {
        matches!(
            failure.name,
            FailureName::PaymentDeclined | FailureName::PaymentTokenExpired
        )
    })
}

/// Refuses what holds money or needs a person, and then what may still come to hold some.
fn judge(found: &[Transaction], refund_sent_lately: bool, whose: &Whose) -> Result<(), Failure> {
    let about = |name, what| Failure::new(name, what).field("payment.transaction");
    let mut waits = None;
    for sale in found.iter().filter(|found| is_sale(found)) {
        let (id, status) = (&sale.id, &sale.status);
        match status {
            status if status.is_over() => {}
            status if status.needs_a_person() => {
                let what = format!("the payment {id} of {} is {status}", whose.run);
                return Err(about(FailureName::Conflict, what).remedy(SEE_THAT_IT_IS_OVER));
            }
            _ if is_alive(sale) => match given_back(sale, found) {
                GivenBack::All => {}
                GivenBack::NotYet(refund) => {
                    waits = Some(format!(
                        "the refund {refund} of the payment {id} of {} is under way",
                        whose.run
                    ));
                }
                GivenBack::No if refund_sent_lately => {
                    waits = Some(format!(
                        "a refund of the payment {id} of {} was just sent",
                        whose.run
                    ));
                }
                GivenBack::No => {
                    let what = format!("{} has not let its payment {id} go, it is {status}", whose.run);
                    return Err(about(FailureName::Conflict, what).remedy(whose.remedy));
                }
            },
            _ => {
                let known = "what it will become is not known yet";
                waits = Some(format!("the payment {id} of {} is {status}: {known}", whose.run));
            }
        }
    }
    waits.map_or(Ok(()), |what| Err(about(FailureName::OutcomeUnknown, what)))
}

/// What refunds have given back of a sale: it stays captured after them.
enum GivenBack {
    All,
    /// A refund of which it is not known what it will become.
    NotYet(String),
    No,
}

fn given_back(sale: &Transaction, found: &[Transaction]) -> GivenBack {
    // A refund that names no sale is that of the only one there is.
    let is_only = found.iter().filter(|t| is_sale(t) && is_alive(t)).count() == 1;
    let is_refund = |t: &&Transaction| {
        t.kind == Some(Kind::Refund) && t.parent.as_ref().map_or(is_only, |parent| *parent == sale.id)
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
    let is_undecided = |refund: &&Transaction| !refund.status.is_captured() && !refund.status.is_over();
    match refunds().find(is_undecided) {
        Some(refund) => GivenBack::NotYet(refund.id.to_string()),
        None => GivenBack::No,
    }
}
