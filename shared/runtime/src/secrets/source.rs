//! Where secrets come from.

use crate::aws_error::aws_failure;
use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use secrecy::SecretString;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Where secrets come from.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The secret's text, as it is now.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn fetch(&self, name: &str) -> Result<SecretString, Failure>;
}

/// AWS Secrets Manager.
pub struct SecretsManager(aws_sdk_secretsmanager::Client);

impl SecretsManager {
    /// The secrets this client may read.
    pub fn new(client: aws_sdk_secretsmanager::Client) -> Self {
        Self(client)
    }

    pub(super) fn client(&self) -> &aws_sdk_secretsmanager::Client {
        &self.0
    }
}

#[async_trait]
impl SecretSource for SecretsManager {
    async fn fetch(&self, name: &str) -> Result<SecretString, Failure> {
        let doing = format!("reading the secret {name}");
        let got = self.0.get_secret_value().secret_id(name).send().await;
        let text = got
            .map_err(|error| aws_failure(&doing, &error).field(name))?
            .secret_string;
        text.map(SecretString::from).ok_or_else(|| {
            Failure::new(FailureName::Misconfigured, format!("{doing}: it holds no text")).field(name)
        })
    }
}

/// Secrets in memory, for tests; they can be rotated.
#[derive(Default)]
pub struct MemorySecrets {
    secrets: Mutex<BTreeMap<String, String>>,
    tags: Mutex<BTreeMap<(String, String), String>>,
    fetched: AtomicUsize,
}

impl MemorySecrets {
    /// Sets or rotates a secret.
    pub fn set(&self, name: &str, value: &serde_json::Value) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), value.to_string());
    }

    /// Tags a secret.
    pub fn set_tag(&self, secret: &str, tag: &str, value: &str) {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        tags.insert((secret.to_owned(), tag.to_owned()), value.to_owned());
    }

    pub(super) fn tag_of(&self, secret: &str, tag: &str) -> Option<String> {
        let tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        tags.get(&(secret.to_owned(), tag.to_owned())).cloned()
    }

    /// How often one was fetched.
    pub fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl SecretSource for MemorySecrets {
    async fn fetch(&self, name: &str) -> Result<SecretString, Failure> {
        self.fetched.fetch_add(1, Ordering::SeqCst);
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let found = secrets.get(name).map(|text| SecretString::from(text.clone()));
        found.ok_or_else(|| {
            Failure::new(FailureName::Misconfigured, format!("there is no secret {name}")).field(name)
        })
    }
}
