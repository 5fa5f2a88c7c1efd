//! A client of another system as a function calls it: behind the breaker, with the credentials of its secret. When
//! the other system does not accept them, the secret is read again once: somebody may have rotated it.

use crate::{guard::Guard, secrets::Secrets};
use domain::failure::{Failure, FailureName};
use serde::de::DeserializeOwned;
use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
};

type Build<C, S> = Box<dyn Fn(S) -> Result<Arc<C>, Failure> + Send + Sync>;

/// A client behind its breaker, made of a secret of the shape `S` when it is first needed.
pub struct Live<C: ?Sized, S> {
    guard: Guard,
    secrets: Arc<Secrets>,
    secret: String,
    build: Build<C, S>,
    client: RwLock<Option<Arc<C>>>,
}

impl<C: ?Sized, S: DeserializeOwned> Live<C, S> {
    /// A client made by `build` from the secret of this name or ARN. Reads and sends nothing yet.
    pub fn new(
        guard: Guard,
        secrets: Arc<Secrets>,
        secret: impl Into<String>,
        build: impl Fn(S) -> Result<Arc<C>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            guard,
            secrets,
            secret: secret.into(),
            build: Box::new(build),
            client: RwLock::default(),
        }
    }

    /// Calls the other system. `act` may be called twice: credentials that are not accepted have done nothing.
    ///
    /// # Errors
    /// Those of [`Guard::call`], [`Secrets::read`], `build` and `act`;
    /// [`SystemUnavailable`](FailureName::SystemUnavailable) when the time of an attempt of [`effects::perform`] is over.
    pub async fn call<T, F>(&self, act: impl Fn(Arc<C>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.guard.call(self.with_current_key(act)).await
    }

    async fn with_current_key<T, F>(&self, act: impl Fn(Arc<C>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let client = match self.made() {
            Some(client) => client,
            None => self.make().await?,
        };
        may_still_send()?;
        let result = act(client).await;
        let refused = result
            .as_ref()
            .is_err_and(|failure| failure.name == FailureName::Misconfigured);
        if !refused || !self.secrets.reread(&self.secret).await? {
            return result;
        }
        let client = self.make().await?;
        match may_still_send() {
            Ok(()) => act(client).await,
            // What the other system said is worth more.
            Err(_) => result,
        }
    }

    async fn make(&self) -> Result<Arc<C>, Failure> {
        let client = (self.build)(self.secrets.read(&self.secret).await?)?;
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
        Ok(client)
    }

    /// The client, once it was needed; another one after its credentials were rotated.
    pub fn made(&self) -> Option<Arc<C>> {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The breaker and the secret may have taken long, or the process was frozen meanwhile.
fn may_still_send() -> Result<(), Failure> {
    effects::may_still_send()
        .then_some(())
        .ok_or_else(Failure::too_late_to_send)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{breaker::Breaker, items::MemoryItems, secrets::MemorySecrets};
    use effects::{ManualClock, UnixMillis};
    use serde::Deserialize;
    use serde_json::json;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Deserialize)]
    struct Key {
        key: String,
    }

    #[tokio::test]
    async fn a_rotated_key_is_read_again_and_a_wrong_one_is_not_asked_for_for_ever() {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_000_000)));
        let source = Arc::new(MemorySecrets::default());
        source.set("shop", &json!({"key": "old"}));
        let secrets = Arc::new(Secrets::new(source.clone(), clock.clone()));
        let breaker = Arc::new(Breaker::new(Arc::new(MemoryItems::default()), clock.clone()));
        let live = Live::new(Guard::new(breaker, "shop"), secrets, "shop", |key: Key| {
            Ok(Arc::new(key.key))
        });
        let call = || {
            live.call(|key| async move {
                let refused = || Failure::new(FailureName::Misconfigured, "the key is not accepted");
                (*key == "new").then_some(()).ok_or_else(refused)
            })
        };
        assert_eq!(call().await.unwrap_err().name, FailureName::Misconfigured);
        source.set("shop", &json!({"key": "new"}));
        clock.advance_ms(3_600_000);
        call().await.unwrap();
        let fetched = source.fetched();
        call().await.unwrap();
        assert_eq!(source.fetched(), fetched);
    }

    /// A secret whose reading takes its time: here the process is frozen, after the ledger's last look at the clock.
    struct Slow {
        clock: Arc<ManualClock>,
        for_ms: i64,
    }

    #[async_trait::async_trait]
    impl crate::secrets::SecretSource for Slow {
        async fn fetch(&self, _: &str) -> Result<secrecy::SecretString, Failure> {
            self.clock.advance_ms(self.for_ms);
            Ok(r#"{"key": "right"}"#.into())
        }
    }

    struct Frozen<'a> {
        live: &'a Live<String, Key>,
        sent: AtomicU32,
    }

    #[async_trait::async_trait]
    impl effects::Remote for Frozen<'_> {
        async fn resolve(&self, _: &effects::Past) -> effects::Resolution {
            effects::Resolution::NotFound
        }

        async fn send(&self, _: &effects::RequestId) -> effects::Sent {
            let call = self.live.call(|_| async {
                self.sent.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
            match call.await {
                Ok(()) => effects::Sent::Applied(json!(null)),
                Err(failure) => effects::Sent::NotSent(failure.what),
            }
        }
    }

    /// An attempt with 30 seconds to work in, whose secret takes so long. How often it was sent, and what came of it.
    async fn attempt(for_ms: i64) -> (u32, Result<effects::Performed, effects::EffectError>) {
        use effects::{ClaimRequest, EffectId, EffectKind, FactKey, Facts, Ledger, OwnerId, Timing, perform};
        let clock = Arc::new(ManualClock::new(UnixMillis(1_000_000)));
        let source = Slow {
            clock: clock.clone(),
            for_ms,
        };
        let secrets = Arc::new(Secrets::new(Arc::new(source), clock.clone()));
        let breaker = Arc::new(Breaker::new(Arc::new(MemoryItems::default()), clock.clone()));
        let live = Live::new(Guard::new(breaker, "gp-api"), secrets, "gp-api", |key: Key| {
            Ok(Arc::new(key.key))
        });
        let store = Arc::new(effects::MemoryStore::default());
        let ledger = Ledger::new(store, clock, FactKey::new("1", "a key"));
        let remote = Frozen {
            live: &live,
            sent: AtomicU32::new(0),
        };
        let claim = ClaimRequest {
            effect: EffectId::new(EffectKind::Authorize, "woo/1"),
            owner: OwnerId::new("a"),
            facts: Facts::new(1),
            timing: Timing {
                work_ms: 30_000,
                quiet_ms: 120_000,
                window_ms: 3_600_000,
                keep_s: 3600,
            },
            redrive: false,
        };
        let performed = perform(&ledger, &claim, &remote).await;
        (remote.sent.load(Ordering::SeqCst), performed)
    }

    #[tokio::test]
    async fn whoever_was_frozen_until_the_time_to_send_is_over_sends_nothing() {
        for (for_ms, times) in [(29_999, 1), (30_000, 0), (139_259, 0)] {
            let (sent, performed) = attempt(for_ms).await;
            assert_eq!(
                (sent, performed.is_ok()),
                (times, times == 1),
                "{for_ms} ms: {performed:?}"
            );
        }
    }
}
