//! The other systems as the operator's tool calls them: with the integration's own credentials, past the breakers, and
//! only to read.

use std::sync::Arc;

use anyhow::Result;
use domain::failure::{Failure, FailureName};
use domain::ids::StoreId;
use domain::merchant::{Merchant, Store};
use heartland::gp_api::{self, GpApi};
use odoo::{Client, Odoo};
use runtime::secrets::Secrets;
use shop::{ShopClient, ShopSecret};

use crate::stack::Stack;

/// The name of the gateway's breaker.
pub const GATEWAY: &str = "gp-api";
/// The name of Odoo's breaker.
pub const ODOO: &str = "odoo";

/// A secret with credentials of another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The system: `odoo`, `gp-api`, `shop-woo`.
    pub name: String,
    /// The secret's name or ARN.
    pub secret: String,
    /// Whether such a key ends by itself: then somebody has to know when.
    pub expires: bool,
}

/// The other systems.
pub struct Systems {
    /// The configuration this tool was built with: the same file as the functions'.
    pub merchant: &'static Merchant,
    secrets: Arc<Secrets>,
    gateway: String,
    odoo: String,
    shop_prefix: String,
}

impl Systems {
    /// The systems of a stack.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn of(stack: &Stack) -> Result<Self> {
        Ok(Self {
            merchant: runtime::merchant()?,
            secrets: Arc::new(stack.secrets()),
            gateway: stack.output("GpApiSecret")?.to_owned(),
            odoo: stack.output("OdooSecret")?.to_owned(),
            shop_prefix: stack.output("ShopSecretPrefix")?.to_owned(),
        })
    }

    /// The names of all systems, as breakers know them.
    pub fn names(&self) -> Vec<String> {
        let shops = self.merchant.stores.keys().map(|id| format!("shop-{id}"));
        [ODOO.to_owned(), GATEWAY.to_owned()]
            .into_iter()
            .chain(shops)
            .collect()
    }

    /// The secrets of all systems.
    pub fn credentials(&self) -> Vec<Credential> {
        let of = |name: String, secret: String| Credential {
            expires: name == ODOO,
            name,
            secret,
        };
        let shops = self.merchant.stores.keys();
        let shops = shops.map(|id| of(format!("shop-{id}"), self.shop_secret(id)));
        [
            of(ODOO.into(), self.odoo.clone()),
            of(GATEWAY.into(), self.gateway.clone()),
        ]
        .into_iter()
        .chain(shops)
        .collect()
    }

    /// Whether a secret is filled in and has its shape.
    ///
    /// # Errors
    /// What is wrong with it; no value is quoted.
    pub async fn shape(&self, credential: &Credential) -> Result<(), Failure> {
        match credential.name.as_str() {
            ODOO => self.odoo_settings().await.map(|_| ()),
            GATEWAY => self.gateway().await.map(|_| ()),
            _ => {
                let secret: ShopSecret = self.secrets.read(&credential.secret).await?;
                let id = credential.name.strip_prefix("shop-").unwrap_or_default();
                let store = self
                    .merchant
                    .stores
                    .values()
                    .find(|store| store.id.as_str() == id);
                store.map_or(Ok(()), |store| shop::client(store, &secret).map(|_| ()))
            }
        }
    }

    /// Where Odoo is, and as whom we speak to it.
    ///
    /// # Errors
    /// Those of [`Secrets::read`]; [`FailureName::Misconfigured`] for the placeholders of a new stack.
    pub async fn odoo_settings(&self) -> Result<odoo::Settings, Failure> {
        let settings: odoo::Settings = self.secrets.read(&self.odoo).await?;
        if settings.url.is_empty() || settings.database.is_empty() {
            let failure = Failure::new(
                FailureName::Misconfigured,
                "the secret of Odoo holds its placeholders",
            );
            return Err(failure.field("url").remedy("run `odoo-heartland setup odoo`"));
        }
        Ok(settings)
    }

    /// The name or ARN of Odoo's secret.
    pub fn odoo_secret(&self) -> &str {
        &self.odoo
    }

    /// Odoo, as the integration's user.
    ///
    /// # Errors
    /// Those of [`Self::odoo_settings`].
    pub async fn odoo(&self) -> Result<Arc<dyn Odoo>, Failure> {
        let refused = |error: odoo::OdooError| Failure::new(FailureName::Misconfigured, error.to_string());
        let client = Client::new(self.odoo_settings().await?).map_err(refused)?;
        Ok(Arc::new(client))
    }

    /// The gateway, and the account of its secret.
    ///
    /// # Errors
    /// Those of [`Secrets::read`] and [`GpApi::new`].
    pub async fn gateway(&self) -> Result<(GpApi, String), Failure> {
        let settings: gp_api::Settings = self.secrets.read(&self.gateway).await?;
        let own = settings.account_name.clone();
        if settings.app_id.is_empty() {
            let failure = Failure::new(
                FailureName::Misconfigured,
                "the secret of the gateway holds its placeholders",
            );
            return Err(failure.field("app_id"));
        }
        Ok((GpApi::new(settings)?, own))
    }

    /// The name of a shop's secret.
    pub fn shop_secret(&self, store: &StoreId) -> String {
        format!("{}{store}", self.shop_prefix)
    }

    /// A shop's secret.
    ///
    /// # Errors
    /// Those of [`Secrets::read`].
    pub async fn shop_settings(&self, store: &Store) -> Result<ShopSecret, Failure> {
        self.secrets.read(&self.shop_secret(&store.id)).await
    }

    /// A shop.
    ///
    /// # Errors
    /// Those of [`Secrets::read`] and [`shop::client`].
    pub async fn shop(&self, store: &Store) -> Result<Arc<dyn ShopClient>, Failure> {
        shop::client(store, &self.shop_settings(store).await?)
    }
}
