//! What the ledger's own secret holds. The dialects know the shapes of theirs.

use effects::FactKey;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The keys of the ledger's fingerprints. The first one makes new ones, `previous` recognise old ones.
#[derive(Deserialize)]
pub(super) struct FactKeySecret {
    key_id: String,
    key: SecretString,
    #[serde(default)]
    previous: Vec<FactKeySecret>,
}

impl From<FactKeySecret> for FactKey {
    fn from(secret: FactKeySecret) -> Self {
        let bytes = |key: &SecretString| key.expose_secret().as_bytes().to_vec();
        let current = FactKey::new(secret.key_id, bytes(&secret.key));
        secret
            .previous
            .into_iter()
            .fold(current, |key, old| key.with_earlier(old.key_id, bytes(&old.key)))
    }
}
