//! Our own authorization: the effect `authorize` as the ledger drives it.

use crate::{
    answer,
    effect::{SEE_THAT_IT_IS_OVER, not_sent},
    wanted::Wanted,
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
    payment::{AfterAuthorization, after_authorization},
};
use effects::{Past, Remote, RequestId, Resolution, Sent};
use heartland::gp_api::{Authorize, Kind, PaymentGateway, Status, Transaction};
use jiff::{SignedDuration, Timestamp};
use runtime::{
    LastFailure,
    message::{PaymentFacts, PaymentState},
};
use serde_json::json;

/// The brand of a card whose brand the gateway does not tell.
const UNKNOWN_BRAND: &str = "other";
/// How far the gateway's clock may be behind ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What the ledger asks of the gateway.
pub(crate) struct Authorization<'a> {
    pub gateway: &'a dyn PaymentGateway,
    pub ask: Authorize,
    pub wanted: Wanted<'a>,
    /// Whether it is tried again after a refusal.
    pub redriven: bool,
    pub now: Timestamp,
    pub last: LastFailure,
}

#[async_trait]
impl Remote for Authorization<'_> {
    async fn resolve(&self, past: &Past) -> Resolution {
        match self.gateway.find_by_reference(&self.ask.reference).await {
            Ok(found) => self.judge(found, past),
            Err(failure) => self.last.unresolved(failure),
        }
    }

    async fn send(&self, id: &RequestId) -> Sent {
        if self.redriven
            && let Some(there) = self.already_there().await
        {
            return there;
        }
        if let Some(refused) = self.wanted.refuses(&self.last).await {
            return refused;
        }
        let key = match id.as_str().parse() {
            Ok(key) => key,
            Err(_) => return Sent::NotSent("the request id is no idempotency key".to_owned()),
        };
        match self.gateway.authorize(&key, &self.ask).await {
            Ok(transaction) => self.approved(&transaction),
            Err(failure) => self.last.sent(failure),
        }
    }
}

impl Authorization<'_> {
    /// What an answer that was refused as none to our question has left behind: an approval of more than was asked
    /// for reserves money. A second reservation beside it would be one too many.
    async fn already_there(&self) -> Option<Sent> {
        match self.gateway.find_by_reference(&self.ask.reference).await {
            Ok(found) => {
                let sales = sales(found);
                self.alive(&sales).or_else(|| undecided(&sales))
            }
            Err(failure) => Some(self.last.sent(not_sent(failure))),
        }
    }

    /// The payment that holds money, if there is one.
    fn alive(&self, sales: &[Transaction]) -> Option<Sent> {
        let mut living = sales.iter().filter(|sale| is_alive(sale));
        match (living.next(), living.next()) {
            (Some(one), None) => Some(self.approved(one)),
            (Some(_), Some(_)) => {
                let what = format!("several payments under the reference {}", self.ask.reference);
                let remedy = "reverse all but one at the gateway, then redrive";
                Some(Sent::Refused(json!(
                    Failure::new(FailureName::Conflict, what).remedy(remedy)
                )))
            }
            _ => None,
        }
    }

    /// Which of the transactions under our reference an earlier attempt has made.
    fn judge(&self, found: Vec<Transaction>, past: &Past) -> Resolution {
        let sales = sales(found);
        if let Some(alive) = self.alive(&sales) {
            return resolved(alive);
        }
        // An attempt that was redriven leaves older refusals under the same reference: they prove nothing.
        let since = Timestamp::from_millisecond(past.first_sent_at.0).unwrap_or(Timestamp::MIN);
        let since = since.checked_sub(CLOCK_SKEW).unwrap_or(Timestamp::MIN);
        let ours = |t: &&Transaction| t.created.is_none_or(|created| created >= since);
        match sales.iter().rfind(ours) {
            None => Resolution::NotFound,
            Some(t) if t.status.is_refusal() => Resolution::Refused(json!(declined(t))),
            Some(t) if t.status == Status::Reversed => Resolution::Refused(json!(reversed(t))),
            Some(t) => Resolution::StillUnknown(format!("{} is {}", t.id, t.status)),
        }
    }

    /// An approval, of all or of a part: the part is the ledger's answer too, because it has to be let go.
    fn approved(&self, said: &Transaction) -> Sent {
        let read = answer::transaction(said);
        let decided = read.and_then(|read| Ok((after_authorization(self.ask.amount, &read)?, read.amount)));
        match decided {
            Ok((AfterAuthorization::Decline, _)) => Sent::Refused(json!(declined(said))),
            Ok((AfterAuthorization::Ask, _)) => Sent::Unknown(format!("{} is {}", said.id, said.status)),
            Ok((_, amount)) => Sent::Applied(json!(facts(said, amount, true, self.now))),
            Err(failure) => Sent::Refused(json!(failure)),
        }
    }
}

/// The sales among the transactions of a reference: refunds carry it, too.
pub(crate) fn sales(found: Vec<Transaction>) -> Vec<Transaction> {
    found.into_iter().filter(is_sale).collect()
}

pub(crate) fn is_sale(transaction: &Transaction) -> bool {
    transaction.kind.as_ref().is_none_or(|kind| *kind == Kind::Sale)
}

/// Whether a transaction holds the customer's money, reserved or taken.
pub(crate) fn is_alive(transaction: &Transaction) -> bool {
    transaction.status == Status::Preauthorized || transaction.status.is_captured()
}

/// A transaction as steps hand it on, seen now.
pub(crate) fn facts(transaction: &Transaction, amount: Money, owned: bool, now: Timestamp) -> PaymentFacts {
    PaymentFacts {
        transaction: transaction.id.to_string(),
        amount_minor: amount.minor,
        currency: amount.currency,
        state: if transaction.status.is_captured() {
            PaymentState::Captured
        } else {
            PaymentState::Authorized
        },
        brand: transaction
            .brand
            .clone()
            .unwrap_or_else(|| UNKNOWN_BRAND.to_owned()),
        owned,
        seen_at: Some(now),
    }
}

/// Another payment beside one of which nobody knows what it will become would be one too many.
fn undecided(sales: &[Transaction]) -> Option<Sent> {
    let undecided = sales.iter().find(|sale| !sale.status.is_over())?;
    let what = format!(
        "{} is {}: what it will become is not known yet",
        undecided.id, undecided.status
    );
    if undecided.status.needs_a_person() {
        return Some(Sent::Refused(json!(
            Failure::new(FailureName::Conflict, what).remedy(SEE_THAT_IT_IS_OVER)
        )));
    }
    Some(Sent::NotSent(what))
}

fn resolved(sent: Sent) -> Resolution {
    match sent {
        Sent::Applied(answer) => Resolution::Applied(answer),
        Sent::Refused(reason) => Resolution::Refused(reason),
        Sent::Unknown(why) | Sent::NotSent(why) => Resolution::StillUnknown(why),
    }
}

fn declined(transaction: &Transaction) -> Failure {
    let result = transaction.issuer_result.as_deref().unwrap_or("no code");
    let what = format!(
        "{} is {}, the issuer said {result}",
        transaction.id, transaction.status
    );
    Failure::new(FailureName::PaymentDeclined, what)
}

fn reversed(transaction: &Transaction) -> Failure {
    let what = format!("{} was reversed before it was seen", transaction.id);
    Failure::new(FailureName::Refused, what).remedy("redrive to reserve the money again")
}
