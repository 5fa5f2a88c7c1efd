//! What an earlier run of the order still holds. One that was broken off, and given up by a person, may have left a
//! payment behind. A void that failed closes the effect and leaves money, too: its review tells a person, and it is not
//! looked for here.

use crate::{
    authorization::{is_alive, sales},
    handler::{Payments, reference},
};
use domain::failure::{Failure, FailureName};
use effects::{EffectKind, State};
use runtime::message::Run;

impl Payments {
    /// Refuses to reserve money while a payment of ours from an earlier run holds some: no card is charged or blocked
    /// for an order twice. The gateway is asked only about what the ledger does not know to be over.
    pub(crate) async fn nothing_is_held(&self, run: &Run) -> Result<(), Failure> {
        for generation in 1..run.generation {
            let earlier = Run {
                generation,
                ..run.clone()
            };
            if !self.may_hold(&earlier).await? {
                continue;
            }
            let found = sales(self.gateway.find_by_reference(&reference(&earlier)).await?);
            if let Some(payment) = found.iter().find(|payment| is_alive(payment)) {
                let what = format!(
                    "an earlier run of this order ended without letting its payment {} go",
                    payment.id
                );
                return Err(Failure::new(FailureName::Conflict, what)
                    .field("payment.transaction")
                    .remedy(
                        "reverse it in the gateway's portal, then redrive; if it pays the order, drop this and put \
                         the order's status right in the shop, which is told that it is rejected",
                    ));
            }
        }
        Ok(())
    }

    /// Whether a run may have left money held, as far as the ledger knows.
    async fn may_hold(&self, run: &Run) -> Result<bool, Failure> {
        let authorized = match self.state_of(EffectKind::Authorize, run).await? {
            None => false,
            Some(state) => state == State::Applied || state.is_open(),
        };
        let let_go = async |kind| Ok::<_, Failure>(self.state_of(kind, run).await? == Some(State::Applied));
        Ok(authorized && !let_go(EffectKind::Void).await? && !let_go(EffectKind::Refund).await?)
    }

    async fn state_of(&self, kind: EffectKind, run: &Run) -> Result<Option<State>, Failure> {
        Ok(self.record(kind, run).await?.map(|record| record.state))
    }
}
