//! Secrets: read once, kept five minutes, read again at most once a minute when the other system says they are
//! wrong (somebody rotated them). Their values are never shown.

mod shapes;
mod source;
mod tags;

pub use source::{MemorySecrets, SecretSource, SecretsManager};
pub use tags::SecretTags;

use domain::failure::{Failure, FailureName};
use effects::{Clock, FactKey, UnixMillis};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How long a secret is kept.
const KEPT_MS: i64 = 5 * 60_000;
/// How long after reading a secret it is not read again on demand.
const REREAD_MS: i64 = 60_000;

type Cache = HashMap<String, (SecretString, UnixMillis)>;

/// The secrets of this function.
pub struct Secrets {
    source: Arc<dyn SecretSource>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

impl Secrets {
    /// The secrets behind this source.
    pub fn new(source: Arc<dyn SecretSource>, clock: Arc<dyn Clock>) -> Self {
        Self {
            source,
            clock,
            cache: Mutex::default(),
        }
    }

    /// The key of the ledger's fingerprints, from the secret with that name or ARN.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`] naming the secret and the field; [`FailureName::SystemUnavailable`].
    pub async fn fact_key(&self, name: &str) -> Result<FactKey, Failure> {
        Ok(self.read::<shapes::FactKeySecret>(name).await?.into())
    }

    /// Any secret in its JSON shape.
    ///
    /// # Errors
    /// As [`Secrets::fact_key`].
    pub async fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let now = self.clock.now();
        let kept = self
            .lock()
            .get(name)
            .filter(|(_, at)| now.since_ms(*at) < KEPT_MS)
            .cloned();
        let text = match kept {
            Some((text, _)) => text,
            None => self.fetch(name).await?,
        };
        parse(name, &text)
    }

    /// Reads a secret again, because the other system refused it. Whether it is another one now: only then is it
    /// worth a second try. At most once a minute, however many ask.
    ///
    /// # Errors
    /// As [`Secrets::fact_key`].
    pub async fn reread(&self, name: &str) -> Result<bool, Failure> {
        let now = self.clock.now();
        let kept = self.lock().get(name).cloned();
        if kept.as_ref().is_some_and(|(_, at)| now.since_ms(*at) < REREAD_MS) {
            return Ok(false);
        }
        let text = self.fetch(name).await?;
        Ok(kept.is_none_or(|(before, _)| before.expose_secret() != text.expose_secret()))
    }

    async fn fetch(&self, name: &str) -> Result<SecretString, Failure> {
        let text = self.source.fetch(name).await?;
        self.lock()
            .insert(name.to_owned(), (text.clone(), self.clock.now()));
        Ok(text)
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// serde's message quotes values only for wrong types, and then only scalars; it is left out all the same.
fn parse<T: DeserializeOwned>(name: &str, text: &SecretString) -> Result<T, Failure> {
    serde_json::from_str(text.expose_secret()).map_err(|error| {
        let missing = error.to_string();
        let missing = missing
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        let failure = Failure::new(
            FailureName::Misconfigured,
            format!("the secret {name} has the wrong shape"),
        );
        match missing {
            Some(field) => failure.field(field).remedy("add the field to the secret's JSON"),
            None => failure.remedy("compare the secret's JSON with the documented shape"),
        }
    })
}

#[cfg(test)]
mod tests;
