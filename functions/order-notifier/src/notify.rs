//! The step `notify`: the effect as the ledger drives it, then what the order item has to know of it.

use crate::{
    close::End,
    handler::Notifier,
    request::{LetGo, Notify},
    telling::Telling,
};
use domain::{decide::OurWrite, event::EventId, failure::Failure, merchant::Scheme, outcome::Outcome};
use effects::{ClaimRequest, EffectId, EffectKind, Facts, KEEP_MONEY_S, Timing, perform};
use runtime::{Invocation, LastFailure, message::Run, shops::shop_of};
use serde::{Deserialize, Serialize};
use shop::OrderUpdate;
use std::collections::BTreeMap;

/// The meaning of the facts of a notification.
const FACTS: u32 = 1;
/// How long a shop may still work on a request whose client has gone: its own limit is usually half a minute.
pub const QUIET_MS: i64 = 60_000;
/// After that a status is not told again unasked: people may have changed the order by then.
const WINDOW_MS: i64 = 20 * 3_600_000;
/// Kept back of the function's time, to write down how it ended.
const SETTLE_MS: i64 = 3_000;
/// The least time a status write is begun with.
const WORST_MS: i64 = 15_000;
/// Where the shop's order names what it was told last, and by which run: the status alone proves nothing, because an
/// order that waits for its payment looks like one whose customer was asked to pay again.
const OUTCOME_META: &str = "_heartland_outcome";
/// The answer when there was nothing to be told.
const UNTOLD: &str = "as it is";
/// Where the shop's order names the documents.
const SALE_ORDER_META: &str = "_heartland_sale_order";
const INVOICE_META: &str = "_heartland_invoice";

/// What the ledger keeps of a notification.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The version our write made, or a later one that still says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<EventId>,
}

impl Notifier {
    /// Tells the shop, and closes the order item if that is asked for. The shop's word for the outcome.
    pub(crate) async fn notify(&self, notify: &Notify, invocation: &Invocation) -> Result<String, Failure> {
        let run = &notify.run;
        let store = self.merchant.store(&run.order.store)?;
        let end = End {
            state: notify.close,
            outcome: Some(notify.outcome),
        };
        if notify.outcome != Outcome::Paid && self.is_paid_otherwise(run).await? {
            self.record(run, None, end).await?;
            tracing::info!(
                outcome = notify.outcome.as_str(),
                "the shop was not told: the order has gone on without this run"
            );
            return Ok(UNTOLD.to_owned());
        }
        let claim = self.claim(notify, invocation)?;
        let telling = Telling {
            shop: shop_of(&self.shops, self.merchant, &run.order.store)?,
            orders: &self.orders,
            clock: self.clock.as_ref(),
            order: &run.order,
            update: update(notify),
            until: self.clock.now().plus_ms(claim.timing.work_ms),
            last: LastFailure::default(),
        };
        let performed = perform(&self.ledger, &claim, &telling).await;
        let answer = telling.last.outcome("telling the shop", performed)?;
        let told: Told = serde_json::from_value(answer).unwrap_or(Told { version: None });
        let write = told.version.map(|version| OurWrite {
            version,
            outcome: notify.outcome,
            transaction: transaction(notify).map(str::to_owned),
        });
        self.record(run, write, end).await?;
        tracing::info!(
            outcome = notify.outcome.as_str(),
            closes = notify.close.is_some(),
            "the shop was told"
        );
        Ok(match &store.scheme {
            Scheme::WooCommerce(settings) => settings.status(notify.outcome).to_owned(),
            Scheme::Standard => notify.outcome.as_str().to_owned(),
        })
    }

    /// Whether the customer has paid in another way since a run with a token began. That ours came to nothing says
    /// nothing of an order that is paid.
    async fn is_paid_otherwise(&self, run: &Run) -> Result<bool, Failure> {
        let Some(item) = self.orders.load(&run.order).await?.map(|there| there.value) else {
            return Ok(false);
        };
        let began_with_token = item.facts.is_some_and(|facts| facts.is_token());
        let shows_another = began_with_token && item.newest_facts.is_some_and(|newest| newest.is_paid());
        // A later run was opened because this one is over: whatever was to be told was told.
        Ok(item.generation > run.generation || (item.generation == run.generation && shows_another))
    }

    fn claim(&self, notify: &Notify, invocation: &Invocation) -> Result<ClaimRequest, Failure> {
        let now = self.clock.now();
        invocation.time_for(now, WORST_MS)?;
        let key = format!("{}/{}", notify.outcome.as_str(), notify.run.effect_key());
        // Documents are no facts of it: the shop may hear of the payment before there is an invoice.
        let facts = Facts::new(FACTS).with("transaction", transaction(notify).unwrap_or_default());
        Ok(ClaimRequest {
            effect: EffectId::new(EffectKind::Notify, &key),
            owner: invocation.owner(),
            facts,
            timing: Timing {
                work_ms: invocation.remaining_ms(now) - SETTLE_MS,
                quiet_ms: QUIET_MS,
                window_ms: WINDOW_MS,
                keep_s: KEEP_MONEY_S,
            },
            redrive: notify.redrive,
        })
    }
}

/// The transaction the shop is told: only of money that was taken.
fn transaction(notify: &Notify) -> Option<&str> {
    let payment = notify
        .payment
        .as_ref()
        .filter(|_| notify.outcome == Outcome::Paid);
    payment.map(|payment| payment.transaction.as_str())
}

fn update(notify: &Notify) -> OrderUpdate {
    let documents = [
        (SALE_ORDER_META, &notify.sale_order),
        (INVOICE_META, &notify.invoice),
    ];
    let documents = documents
        .into_iter()
        .filter_map(|(key, record)| Some((key.to_owned(), record.as_ref()?.name.clone()?)));
    let outcome = format!("{}/{}", notify.outcome.as_str(), notify.run.generation);
    let meta: BTreeMap<String, String> = [(OUTCOME_META.to_owned(), outcome)]
        .into_iter()
        .chain(documents)
        .collect();
    let usual = OrderUpdate::new(notify.outcome);
    OrderUpdate {
        transaction: transaction(notify).map(str::to_owned),
        note: note(notify).or(usual.note),
        meta,
        ..usual
    }
}

/// What the shop's staff has to know where the outcome's usual note would tell them something else.
fn note(notify: &Notify) -> Option<String> {
    if notify.outcome == Outcome::Paid {
        return None;
    }
    let unpaid = notify.delivered && notify.outcome == Outcome::CaptureRefused;
    let unpaid = unpaid.then_some("The payment could not be captured, and the goods have left.");
    let said: Vec<&str> = [unpaid, notify.let_go.and_then(LetGo::note)]
        .into_iter()
        .flatten()
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}
