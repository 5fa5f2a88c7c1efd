//! The gateway as a function calls it: behind the breaker, with the credentials of the secret. When the gateway does
//! not accept them, the secret is read again once: somebody may have rotated it.

use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use heartland::gp_api::{
    Authorize, GpApi, IdempotencyKey, PaymentGateway, Reference, Settings, Timeouts, Transaction,
    TransactionId,
};
use runtime::{guard::Guard, secrets::Secrets};
use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// What the function's 60 seconds leave for each call: a look-up, a new access token and an effect fit into them.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    effect: Duration::from_secs(25),
    read: Duration::from_secs(8),
};

/// GP-API behind its breaker.
pub struct LiveGateway {
    guard: Guard,
    secrets: Arc<Secrets>,
    secret: String,
    client: RwLock<Arc<GpApi>>,
}

impl LiveGateway {
    /// Reads the secret of this name and builds a client. Nothing is sent yet.
    ///
    /// # Errors
    /// Those of [`Secrets::read`] and [`GpApi::new`].
    pub async fn connect(guard: Guard, secrets: Arc<Secrets>, secret: String) -> Result<Self, Failure> {
        let client = RwLock::new(client(&secrets, &secret).await?);
        Ok(Self {
            guard,
            secrets,
            secret,
            client,
        })
    }

    fn current(&self) -> Arc<GpApi> {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn call<T, F>(&self, act: impl Fn(Arc<GpApi>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.guard.call(self.with_current_key(act)).await
    }

    /// Credentials that are not accepted have done nothing: the call may be repeated with others.
    async fn with_current_key<T, F>(&self, act: impl Fn(Arc<GpApi>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let result = act(self.current()).await;
        let refused = result
            .as_ref()
            .is_err_and(|failure| failure.name == FailureName::Misconfigured);
        if !refused || !self.secrets.reread(&self.secret).await? {
            return result;
        }
        let fresh = client(&self.secrets, &self.secret).await?;
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        act(fresh).await
    }
}

async fn client(secrets: &Secrets, secret: &str) -> Result<Arc<GpApi>, Failure> {
    let settings: Settings = secrets.read(secret).await?;
    Ok(Arc::new(GpApi::new(Settings {
        timeouts: TIMEOUTS,
        ..settings
    })?))
}

#[async_trait]
impl PaymentGateway for LiveGateway {
    async fn authorize(&self, key: &IdempotencyKey, authorize: &Authorize) -> Result<Transaction, Failure> {
        self.call(|client| async move { client.authorize(key, authorize).await })
            .await
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        self.call(|client| async move { client.capture(key, id, amount).await })
            .await
    }

    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure> {
        self.call(|client| async move { client.reverse(key, id).await })
            .await
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        self.call(|client| async move { client.refund(key, id, amount).await })
            .await
    }

    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure> {
        self.call(|client| async move { client.get(id).await }).await
    }

    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure> {
        self.call(|client| async move { client.find_by_reference(reference).await })
            .await
    }
}
