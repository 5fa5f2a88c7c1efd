//! Heartland.

use crate::{
    fault::{Port, Trouble},
    gate::{Gate, Passage},
    time::{pass, whole_millis},
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use heartland::gp_api::{Authorize, IdempotencyKey, PaymentGateway, Reference, Transaction, TransactionId};
use payment_capture::TIMEOUTS;
use std::sync::Arc;
use twins::gateway::{Arrival, GatewayTwin, Request};

/// What changes money: every effect of [`PaymentGateway`].
pub const EFFECTS: [&str; 4] = ["authorize", "capture", "reverse", "refund"];

/// The gateway through the gate.
pub struct GatewayPort {
    /// The gate.
    pub gate: Gate,
    /// The gateway.
    pub twin: Arc<GatewayTwin>,
}

fn failed(changes: bool) -> impl Fn(Trouble) -> Failure {
    move |trouble| {
        let name = match (trouble, changes) {
            (Trouble::NoAnswer, true) => FailureName::OutcomeUnknown,
            _ => FailureName::SystemUnavailable,
        };
        Failure::new(name, "the gateway did not answer")
    }
}

impl GatewayPort {
    async fn effect(
        &self,
        operation: &'static str,
        key: &IdempotencyKey,
        subject: &(dyn std::fmt::Display + Sync),
        request: Request,
    ) -> Result<Transaction, Failure> {
        let (twin, key) = (self.twin.clone(), key.clone());
        // While it is at work, a repeat under the same key meets a request that is running.
        let work_ms = self.gate.world.chance.between(20, 400);
        let effect = async move {
            match twin.arrive(&key, request) {
                Arrival::Underway(underway) => {
                    pass(work_ms).await;
                    twin.finish(underway)
                }
                Arrival::Answered(answer) => answer,
            }
        };
        self.gate
            .call(passage(operation, subject, true), effect, failed(true))
            .await
    }
}

fn passage(operation: &'static str, subject: &(dyn std::fmt::Display + Sync), changes: bool) -> Passage {
    Passage {
        port: Port::Gateway,
        operation,
        subject: subject.to_string(),
        changes,
        patience_ms: whole_millis(match changes {
            true => TIMEOUTS.effect,
            false => TIMEOUTS.read,
        }),
    }
}

#[async_trait]
impl PaymentGateway for GatewayPort {
    async fn authorize(&self, key: &IdempotencyKey, ask: &Authorize) -> Result<Transaction, Failure> {
        let request = self.twin.request_of(ask);
        self.effect("authorize", key, &ask.reference, request).await
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        let request = Request::Capture {
            id: id.clone(),
            amount,
        };
        self.effect("capture", key, id, request).await
    }

    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure> {
        self.effect("reverse", key, id, Request::Reverse { id: id.clone() })
            .await
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        let request = Request::Refund {
            id: id.clone(),
            amount,
        };
        self.effect("refund", key, id, request).await
    }

    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure> {
        let (twin, wanted) = (self.twin.clone(), id.clone());
        let effect = async move { twin.get(&wanted).await };
        self.gate
            .call(passage("get", id, false), effect, failed(false))
            .await
    }

    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure> {
        let (twin, wanted) = (self.twin.clone(), reference.clone());
        let effect = async move { twin.find_by_reference(&wanted).await };
        self.gate
            .call(passage("find", reference, false), effect, failed(false))
            .await
    }
}
