//! The parts a payment step works with.

use crate::request::Request;
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
    order::Order,
};
use effects::{
    CancelRequest, ClaimRequest, EffectId, EffectKind, Facts, KEEP_MONEY_S, Ledger, Record, Timing,
};
use heartland::gp_api::{PaymentGateway, Reference};
use jiff::Timestamp;
use runtime::{
    Invocation,
    message::Run,
    stores::{OrderItems, PayloadStore, PaymentsUsed},
};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// How long the gateway may still act on a request whose client has gone: it gives up on an issuer after about
/// half a minute.
pub const QUIET_MS: i64 = 60_000;
/// How long the gateway recognises a repeat. Its own 24 hours are hearsay.
const WINDOW_MS: i64 = 20 * 3_600_000;
/// The longest way of one effect: a new access token, a look-up, the effect, and writing down how it ended.
pub(crate) const WORST_MS: i64 = 45_000;
/// Kept back of the function's time, to write down how it ended.
const SETTLE_MS: i64 = 3_000;

/// The parts a payment step works with.
pub struct Payments {
    /// The merchant's configuration.
    pub merchant: &'static Merchant,
    /// What was done before.
    pub ledger: Ledger,
    /// The payment gateway.
    pub gateway: Arc<dyn PaymentGateway>,
    /// The orders' content.
    pub payloads: PayloadStore,
    /// What the shop says of orders by now.
    pub orders: OrderItems,
    /// Which transaction pays which order.
    pub used: PaymentsUsed,
}

impl Payments {
    /// Does one step.
    ///
    /// # Errors
    /// Every [`Failure`] the function's README names.
    pub async fn handle(&self, request: Request, invocation: &Invocation) -> Result<Value, Failure> {
        invocation.time_for(self.ledger.now(), WORST_MS)?;
        let answer = match request {
            Request::Authorize(step) => written(&self.authorize(&step, invocation).await?),
            Request::Capture(step) => written(&self.capture(&step, invocation).await?),
            Request::Void(step) => Ok(serde_json::json!({"state": self.void(&step, invocation).await?})),
        }?;
        let said = |name: &str| answer.get(name).and_then(Value::as_str);
        tracing::info!(
            transaction = said("transaction"),
            state = said("state"),
            "payment"
        );
        Ok(answer)
    }

    /// What the ledger has of an effect of a run.
    pub(crate) async fn record(&self, kind: EffectKind, run: &Run) -> Result<Option<Record>, Failure> {
        let record = self.ledger.look(&EffectId::new(kind, &run.effect_key())).await;
        record.map_err(|e| Failure::new(FailureName::SystemUnavailable, e.to_string()))
    }

    pub(crate) async fn order(&self, run: &Run) -> Result<Order, Failure> {
        self.payloads.content(&run.order, &run.version).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.ledger.now().0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn timing(&self, invocation: &Invocation) -> Timing {
        let work_ms = invocation
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

    pub(crate) fn claim(
        &self,
        kind: EffectKind,
        run: &Run,
        facts: Facts,
        invocation: &Invocation,
        redrive: bool,
    ) -> ClaimRequest {
        ClaimRequest {
            effect: EffectId::new(kind, &run.effect_key()),
            owner: invocation.owner(),
            facts,
            timing: self.timing(invocation),
            redrive,
        }
    }

    pub(crate) fn cancellation(&self, kind: EffectKind, run: &Run, invocation: &Invocation) -> CancelRequest {
        CancelRequest {
            effect: EffectId::new(kind, &run.effect_key()),
            owner: invocation.owner(),
            timing: self.timing(invocation),
        }
    }
}

/// The gateway's name for a run's payment.
pub(crate) fn reference(run: &Run) -> Reference {
    Reference::for_order(&run.order, run.generation)
}

fn written(answer: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|_| Failure::new(FailureName::Refused, "the answer cannot be written as JSON"))
}
