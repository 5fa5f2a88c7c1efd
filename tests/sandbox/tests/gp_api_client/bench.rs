//! What the tests share: a simulator, a client on it, and short names.

use domain::money::Money;
use heartland::gp_api::{Authorize, GpApi, IdempotencyKey, Settings, Timeouts, Transaction, TransactionId};
use sandbox::gp_api::{Control, Options, Recorded, RunningGpApi, start};
use secrecy::SecretString;
use std::{sync::Arc, time::Duration};

/// A simulator with our client on it.
pub struct Bench {
    pub gateway: Arc<GpApi>,
    pub control: Control,
    pub simulator: RunningGpApi,
    /// A token of a card that is approved.
    pub card: String,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(Timeouts::default()).await
    }

    /// With a client that waits no longer than this for an answer.
    pub async fn impatient(limit: Duration) -> Self {
        Self::with(Timeouts {
            connect: limit,
            effect: limit,
            read: limit,
        })
        .await
    }

    async fn with(timeouts: Timeouts) -> Self {
        let simulator = start(Options::default()).await.unwrap();
        let control = simulator.control();
        let card = control.store_card("visa").await.unwrap();
        let gateway = Arc::new(client(&simulator.base_url, "APPKEY", timeouts));
        Self {
            gateway,
            control,
            simulator,
            card,
        }
    }

    /// An authorization of this many cents.
    pub fn cents(&self, reference: &str, minor: i64) -> Authorize {
        self.of(reference, usd(minor))
    }

    pub fn of(&self, reference: &str, amount: Money) -> Authorize {
        let (reference, token) = (reference.parse().unwrap(), self.card.parse().unwrap());
        Authorize {
            amount,
            reference,
            token,
            holder: None,
            account: None,
        }
    }

    /// What was sent to a path that ends like this.
    pub async fn sent_to(&self, path: &str) -> Vec<Recorded> {
        let all = self.control.recordings().await.unwrap();
        all.into_iter().filter(|r| r.path.ends_with(path)).collect()
    }
}

pub fn client(base_url: &str, app_key: &str, timeouts: Timeouts) -> GpApi {
    GpApi::new(settings(base_url, app_key, timeouts)).unwrap()
}

pub fn settings(base_url: &str, app_key: &str, timeouts: Timeouts) -> Settings {
    Settings {
        base_url: base_url.to_owned(),
        app_id: "APPID".to_owned(),
        app_key: SecretString::from(app_key),
        account_name: "transaction_processing".to_owned(),
        country: "US".to_owned(),
        timeouts,
        may_send: || true,
    }
}

pub fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

pub fn key(text: &str) -> IdempotencyKey {
    text.parse().unwrap()
}

pub fn id_of(transaction: &Transaction) -> &TransactionId {
    &transaction.id
}
