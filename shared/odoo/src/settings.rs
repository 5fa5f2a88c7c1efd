//! Where Odoo is and as whom we speak to it: the content of its secret.

use secrecy::SecretString;
use serde::Deserialize;

/// How an Odoo is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// `/json/2/{model}/{method}`, Odoo 19 and later.
    #[default]
    Json2,
    /// `/jsonrpc`, up to Odoo 19.
    JsonRpc,
}

/// One database of one Odoo. As JSON
/// `{"url": "https://…", "database": "…", "api_key": "…", "dialect": "json2"}`; JSON-RPC needs the bot's `login` too.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// `https://odoo.example.com`, without a path.
    pub url: String,
    /// The database's name.
    pub database: String,
    /// The bot's API key. Lasts at most three months on Odoo's side.
    pub api_key: SecretString,
    /// The bot's login, for JSON-RPC.
    #[serde(default)]
    pub login: Option<String>,
    /// How to speak.
    #[serde(default)]
    pub dialect: Dialect,
}

impl Settings {
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }
}
