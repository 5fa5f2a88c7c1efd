//! Letting money go: the effects `void` and `refund` as the ledger drives them.

use crate::request::Released;
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use effects::{Past, Remote, RequestId, Resolution, Sent};
use heartland::gp_api::{Kind, PaymentGateway, Reference, Status, TransactionId};
use runtime::LastFailure;
use serde_json::json;

/// Reverses a reservation or an unsettled capture.
pub(crate) struct Void<'a> {
    pub gateway: &'a dyn PaymentGateway,
    pub transaction: TransactionId,
    pub last: LastFailure,
}

#[async_trait]
impl Remote for Void<'_> {
    async fn resolve(&self, _past: &Past) -> Resolution {
        match self.gateway.get(&self.transaction).await {
            Ok(Some(t)) if t.status == Status::Reversed => Resolution::Applied(json!(Released::Voided)),
            Ok(Some(t)) if t.status == Status::Preauthorized || t.status == Status::Captured => {
                Resolution::NotFound
            }
            Ok(Some(t)) if t.status.is_settled() => Resolution::Refused(json!(too_late(&self.transaction))),
            Ok(Some(t)) => Resolution::StillUnknown(format!("{} is {}", t.id, t.status)),
            Ok(None) => Resolution::StillUnknown(format!("the gateway does not know {}", self.transaction)),
            Err(failure) => self.last.unresolved(failure),
        }
    }

    async fn send(&self, id: &RequestId) -> Sent {
        let key = match id.as_str().parse() {
            Ok(key) => key,
            Err(_) => return Sent::NotSent("the request id is no idempotency key".to_owned()),
        };
        match self.gateway.reverse(&key, &self.transaction).await {
            Ok(_) => Sent::Applied(json!(Released::Voided)),
            Err(failure) => self.last.sent(failure),
        }
    }
}

fn too_late(transaction: &TransactionId) -> Failure {
    Failure::new(
        FailureName::Refused,
        format!("{transaction} has settled, it cannot be reversed any more"),
    )
}

/// Gives a settled payment back, in full.
pub(crate) struct Refund<'a> {
    pub gateway: &'a dyn PaymentGateway,
    pub transaction: TransactionId,
    pub amount: Money,
    /// The payment's reference: refunds carry it, too.
    pub reference: Reference,
    pub last: LastFailure,
}

#[async_trait]
impl Remote for Refund<'_> {
    async fn resolve(&self, _past: &Past) -> Resolution {
        let found = match self.gateway.find_by_reference(&self.reference).await {
            Ok(found) => found,
            Err(failure) => return self.last.unresolved(failure),
        };
        let refund = found.iter().find(|t| {
            t.kind == Some(Kind::Refund) && t.parent.as_ref().is_none_or(|parent| *parent == self.transaction)
        });
        match refund {
            None => Resolution::NotFound,
            Some(t) if t.status.is_captured() => Resolution::Applied(json!(Released::Refunded)),
            Some(t) if t.status.is_refusal() => {
                let what = format!("the refund {} is {}", t.id, t.status);
                Resolution::Refused(json!(Failure::new(FailureName::Refused, what)))
            }
            Some(t) => Resolution::StillUnknown(format!("{} is {}", t.id, t.status)),
        }
    }

    async fn send(&self, id: &RequestId) -> Sent {
        let key = match id.as_str().parse() {
            Ok(key) => key,
            Err(_) => return Sent::NotSent("the request id is no idempotency key".to_owned()),
        };
        match self.gateway.refund(&key, &self.transaction, self.amount).await {
            Ok(_) => Sent::Applied(json!(Released::Refunded)),
            Err(failure) => self.last.sent(failure),
        }
    }
}
