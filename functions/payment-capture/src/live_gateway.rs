//! The gateway as a function calls it: behind the breaker, with the credentials of the secret.

use async_trait::async_trait;
use domain::{failure::Failure, money::Money};
use heartland::gp_api::{
    Authorize, GpApi, IdempotencyKey, PaymentGateway, Reference, Settings, Timeouts, Transaction,
    TransactionId,
};
use runtime::{guard::Guard, live::Live, secrets::Secrets};
use std::{sync::Arc, time::Duration};

/// What the function's 60 seconds leave for each call: a look-up, a new access token and an effect fit into them.
pub const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    effect: Duration::from_secs(25),
    read: Duration::from_secs(8),
};

/// GP-API behind its breaker.
pub struct LiveGateway(Live<dyn PaymentGateway, Settings>);

impl LiveGateway {
    /// The gateway of the secret with this name. Reads and sends nothing yet.
    pub fn new(guard: Guard, secrets: Arc<Secrets>, secret: String) -> Self {
        Self::with(guard, secrets, secret, |settings| {
            let client = GpApi::new(Settings {
                timeouts: TIMEOUTS,
                may_send: effects::may_still_send,
                ..settings
            })?;
            Ok(Arc::new(client))
        })
    }

    /// The gateway over the client that `build` makes of the secret.
    pub fn with(
        guard: Guard,
        secrets: Arc<Secrets>,
        secret: String,
        build: impl Fn(Settings) -> Result<Arc<dyn PaymentGateway>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self(Live::new(guard, secrets, secret, build))
    }
}

#[async_trait]
impl PaymentGateway for LiveGateway {
    async fn authorize(&self, key: &IdempotencyKey, authorize: &Authorize) -> Result<Transaction, Failure> {
        self.0
            .call(|client| async move { client.authorize(key, authorize).await })
            .await
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        self.0
            .call(|client| async move { client.capture(key, id, amount).await })
            .await
    }

    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure> {
        self.0
            .call(|client| async move { client.reverse(key, id).await })
            .await
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        self.0
            .call(|client| async move { client.refund(key, id, amount).await })
            .await
    }

    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure> {
        self.0.call(|client| async move { client.get(id).await }).await
    }

    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure> {
        self.0
            .call(|client| async move { client.find_by_reference(reference).await })
            .await
    }
}
