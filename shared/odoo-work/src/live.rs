//! The Odoo of the secret, behind its breaker, within an invocation's time.

use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use effects::{Clock, UnixMillis};
use odoo::{Call, Client, Odoo, OdooError, Settings};
use runtime::{Invocation, guard::Guard, secrets::Secrets};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::sync::RwLock;

/// Kept back of an invocation, to write down how things stand when the time runs out.
const KEPT_BACK_MS: i64 = 5_000;

/// A connection that follows its secret.
pub struct LiveOdoo {
    secrets: Arc<Secrets>,
    secret: String,
    guard: Guard,
    clock: Arc<dyn Clock>,
    client: RwLock<Arc<Client>>,
}

impl LiveOdoo {
    /// Connects to the Odoo of a secret.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`] when the secret is missing or has another shape.
    pub async fn connect(
        secrets: Arc<Secrets>,
        secret: String,
        guard: Guard,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let client = RwLock::new(Arc::new(client(&secrets, &secret).await?));
        Ok(Self {
            secrets,
            secret,
            guard,
            clock,
            client,
        })
    }

    /// The guard of this Odoo: whether its breaker is open is asked before work is taken up.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The connection within an invocation: no call is begun that could not be finished in it.
    pub fn within(&self, invocation: &Invocation) -> BoundedOdoo<'_> {
        BoundedOdoo {
            odoo: self,
            until: UnixMillis(invocation.deadline.0 - KEPT_BACK_MS),
        }
    }

    async fn guarded(&self, call: &Call) -> Result<Value, OdooError> {
        let client = self.client.read().await.clone();
        let mut kept = None;
        let guarded = self.guard.call(async {
            client.call(call).await.map_err(|error| {
                let failure = error.failure(call.kind);
                kept = Some(error);
                failure
            })
        });
        let result = guarded.await;
        result.map_err(|failure| kept.unwrap_or(OdooError::NotSent(failure.what)))
    }

    /// Reads the secret again; whether it has changed.
    async fn renew(&self) -> Result<bool, Failure> {
        if !self.secrets.reread(&self.secret).await? {
            return Ok(false);
        }
        *self.client.write().await = Arc::new(client(&self.secrets, &self.secret).await?);
        Ok(true)
    }
}

async fn client(secrets: &Secrets, secret: &str) -> Result<Client, Failure> {
    let settings: Settings = secrets.read(secret).await?;
    Client::new(settings).map_err(|error| Failure::new(FailureName::Misconfigured, error.to_string()))
}

#[async_trait]
impl Odoo for LiveOdoo {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        match self.guarded(call).await {
            Err(OdooError::Misconfigured(why)) => match self.renew().await {
                Ok(true) => self.guarded(call).await,
                _ => Err(OdooError::Misconfigured(why)),
            },
            other => other,
        }
    }
}

/// A connection with a deadline.
pub struct BoundedOdoo<'a> {
    odoo: &'a LiveOdoo,
    until: UnixMillis,
}

#[async_trait]
impl Odoo for BoundedOdoo<'_> {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let left = u64::try_from(self.until.since_ms(self.odoo.clock.now())).unwrap_or(0);
        if left == 0 {
            return Err(OdooError::NotSent("no time is left in this invocation".into()));
        }
        let answer = tokio::time::timeout(Duration::from_millis(left), self.odoo.call(call)).await;
        answer.unwrap_or_else(|_| Err(OdooError::NoAnswer("not within this invocation".into())))
    }
}
