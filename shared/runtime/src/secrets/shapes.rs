//! What the secrets hold.

use effects::FactKey;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// GP-API: where it is and who we are.
#[derive(Clone, Debug, Deserialize)]
pub struct GpApiSecret {
    /// `https://apis.globalpay.com/ucp`, or the sandbox.
    pub base_url: String,
    /// The application's id.
    pub app_id: String,
    /// The application's key.
    pub app_key: SecretString,
    /// The account transactions are made with (`transaction_processing`).
    pub account_name: String,
}

/// How Odoo is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OdooDialect {
    /// `/json/2`, Odoo 19 and later.
    Json2,
    /// `/jsonrpc`, older.
    JsonRpc,
}

/// Odoo: where it is and who we are.
#[derive(Clone, Debug, Deserialize)]
pub struct OdooSecret {
    /// The address, without a path.
    pub url: String,
    /// The database.
    pub database: String,
    /// The login of the key's user; [`OdooDialect::JsonRpc`] needs it.
    #[serde(default)]
    pub login: Option<String>,
    /// The API key.
    pub api_key: SecretString,
    /// How it is spoken to.
    pub dialect: OdooDialect,
}

/// A shop: where it is, who we are, and what its webhooks are signed with.
#[derive(Clone, Debug, Deserialize)]
pub struct ShopSecret {
    /// The address, without a path.
    pub base_url: String,
    /// The key of its REST API.
    pub consumer_key: SecretString,
    /// The secret of its REST API.
    pub consumer_secret: SecretString,
    /// What its webhooks may be signed with: several are valid while one is replaced.
    pub webhook_secrets: Vec<SecretString>,
}

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
