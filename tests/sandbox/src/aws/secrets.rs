//! What the functions' secrets hold, in the shapes the functions read.

use std::collections::BTreeMap;

use serde::Serialize;

/// Where GP-API is, and who we are there.
#[derive(Clone, Default, Serialize)]
pub struct GpApiSecret {
    /// Up to and including `/ucp`.
    pub base_url: String,
    /// The app's id.
    pub app_id: String,
    /// The app's key.
    pub app_key: String,
    /// The account that takes the payments.
    pub account_name: String,
}

/// Where Odoo is, and the key of our user there.
#[derive(Clone, Default, Serialize)]
pub struct OdooSecret {
    /// Without a path.
    pub url: String,
    /// The database.
    pub database: String,
    /// The API key of the integration's user.
    pub api_key: String,
    /// Which protocol: `json2` or `jsonrpc`.
    pub dialect: String,
    /// The user's login, which JSON-RPC needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
}

/// Where a shop is, our credentials there, and the secrets it signs its webhooks with.
#[derive(Clone, Default, Serialize)]
pub struct ShopSecret {
    /// WooCommerce: the site's address. Else where the shop's calls are.
    pub base_url: String,
    /// The REST key.
    pub consumer_key: String,
    /// Its secret.
    pub consumer_secret: String,
    /// All that are valid now; several while they are rotated.
    pub webhook_secrets: Vec<String>,
}

/// Everything a deployment needs to be told.
#[derive(Clone, Default, Serialize)]
pub struct Secrets {
    /// GP-API.
    pub gp_api: GpApiSecret,
    /// Odoo.
    pub odoo: OdooSecret,
    /// The shops, by store id.
    pub shops: BTreeMap<String, ShopSecret>,
}
