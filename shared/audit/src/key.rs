//! The keys of the seals. They are in Secrets Manager and in no table.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;

/// The keys: the first one seals, all of them recognise what they sealed.
#[derive(Clone, Deserialize)]
#[serde(from = "Shape")]
pub struct Keys(Vec<(String, SecretString)>);

/// What the secret holds: `{"key_id":"1","key":"…","previous":[{"key_id":"0","key":"…"}]}`.
#[derive(Deserialize)]
struct Shape {
    key_id: String,
    key: SecretString,
    #[serde(default)]
    previous: Vec<Shape>,
}

/// The secret is not of the shape of [`Keys`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit key's secret must hold key_id and key")]
pub struct BadKey;

impl From<Shape> for Keys {
    fn from(shape: Shape) -> Self {
        let previous = shape.previous.into_iter().map(|old| (old.key_id, old.key));
        Self(
            std::iter::once((shape.key_id, shape.key))
                .chain(previous)
                .collect(),
        )
    }
}

impl Keys {
    /// One key with its id.
    pub fn new(id: impl Into<String>, key: impl Into<String>) -> Self {
        Self(vec![(id.into(), SecretString::from(key.into()))])
    }

    /// Adds a key that sealed before.
    #[must_use]
    pub fn with_previous(mut self, id: impl Into<String>, key: impl Into<String>) -> Self {
        self.0.push((id.into(), SecretString::from(key.into())));
        self
    }

    /// The keys of a secret's value.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_secret(json: &str) -> Result<Self, BadKey> {
        serde_json::from_str(json).map_err(|_| BadKey)
    }

    /// The id of the key that seals now.
    pub fn current(&self) -> &str {
        self.0.first().map_or("", |(id, _)| id)
    }

    /// The keyed hash of a text under the key of that id, hexadecimal. `purpose` keeps hashes of different things
    /// apart. Nothing when there is no such key.
    pub(crate) fn mac(&self, id: &str, purpose: &str, text: &str) -> Option<String> {
        let (_, key) = self.0.iter().find(|(known, _)| known == id)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
        mac.update(purpose.as_bytes());
        mac.update(b"\n");
        mac.update(text.as_bytes());
        Some(hex::encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

/// The hash of a text, hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
