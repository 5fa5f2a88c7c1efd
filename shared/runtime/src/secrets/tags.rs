//! What is written on a secret from outside. Its value is not read for it, and needs no right to be.

use super::{MemorySecrets, SecretsManager};
use crate::aws_error::{answered_with, aws_failure};
use async_trait::async_trait;
use domain::failure::Failure;

/// Where the tags of secrets are read.
#[async_trait]
pub trait SecretTags: Send + Sync {
    /// The value of a secret's tag; nothing when the secret has no such tag, or there is no such secret.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn tag(&self, secret: &str, tag: &str) -> Result<Option<String>, Failure>;
}

#[async_trait]
impl SecretTags for SecretsManager {
    async fn tag(&self, secret: &str, tag: &str) -> Result<Option<String>, Failure> {
        let described = match self.client().describe_secret().secret_id(secret).send().await {
            Ok(described) => described,
            Err(error) if answered_with(&error, &["ResourceNotFoundException"]) => return Ok(None),
            Err(error) => return Err(aws_failure(&format!("looking at the secret {secret}"), &error)),
        };
        let tags = described.tags.unwrap_or_default();
        let found = tags.into_iter().find(|there| there.key.as_deref() == Some(tag));
        Ok(found.and_then(|tag| tag.value))
    }
}

#[async_trait]
impl SecretTags for MemorySecrets {
    async fn tag(&self, secret: &str, tag: &str) -> Result<Option<String>, Failure> {
        Ok(self.tag_of(secret, tag))
    }
}
