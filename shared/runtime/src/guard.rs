//! A guard around one remote system: the breaker in front of every call.

use crate::breaker::{Breaker, Health};
use domain::failure::{Failure, FailureName};
use std::{future::Future, sync::Arc};

/// Puts the breaker of one system in front of calls to it.
#[derive(Clone)]
pub struct Guard {
    breaker: Arc<Breaker>,
    system: String,
}

impl Guard {
    /// The guard of a system: `gp-api`, `odoo`, `shop-woo`.
    pub fn new(breaker: Arc<Breaker>, system: impl Into<String>) -> Self {
        Self {
            breaker,
            system: system.into(),
        }
    }

    /// Whether the system's breaker is open: ask before taking up work that would only be given back.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn is_open(&self) -> Result<bool, Failure> {
        self.breaker.is_open(&self.system).await
    }

    /// Calls the system, unless its breaker is open. `call` does nothing before it is polled.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::SystemUnavailable`] while the breaker is open; else what the call says.
    pub async fn call<T>(&self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let permit = self.breaker.permit(&self.system).await.map_err(not_called)?;
        let result = call.await;
        // What the other system said counts, whether or not we could write down that it is well.
        if let Err(failure) = self.breaker.record(permit, Health::of(&result)).await {
            tracing::warn!(system = self.system, %failure, "the breaker could not be written");
        }
        result
    }
}

/// Without leave nothing was sent: whatever is wrong with the breaker's item says nothing about the call.
fn not_called(failure: Failure) -> Failure {
    let name = match failure.name {
        FailureName::Misconfigured => FailureName::Misconfigured,
        _ => FailureName::SystemUnavailable,
    };
    Failure { name, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::MemoryItems;
    use effects::SystemClock;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn a_breaker_that_cannot_be_read_is_no_refusal_of_the_call() {
        use crate::items::{Items, NewItem};
        let items = Arc::new(MemoryItems::default());
        let broken = NewItem::new("breaker/odoo", serde_json::json!({"failures": "many"}));
        items.insert(broken).await.unwrap();
        let guard = Guard::new(Arc::new(Breaker::new(items, Arc::new(SystemClock))), "odoo");
        let failure = guard.call(async { Ok(()) }).await.unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
    }

    #[tokio::test]
    async fn a_system_that_is_down_is_left_alone_and_a_refusal_is_no_outage() {
        let items = Arc::new(MemoryItems::default());
        let guard = Guard::new(Arc::new(Breaker::new(items, Arc::new(SystemClock))), "odoo");
        let calls = AtomicU32::new(0);
        let call = |name| {
            let calls = &calls;
            async move {
                calls.fetch_add(1, Ordering::SeqCst);
                Err::<(), _>(Failure::new(name, "no"))
            }
        };
        for _ in 0..20 {
            assert_eq!(
                guard.call(call(FailureName::Refused)).await.unwrap_err().name,
                FailureName::Refused
            );
        }
        for _ in 0..20 {
            guard
                .call(call(FailureName::SystemUnavailable))
                .await
                .unwrap_err();
        }
        assert_eq!(calls.load(Ordering::SeqCst), 25);
    }
}
