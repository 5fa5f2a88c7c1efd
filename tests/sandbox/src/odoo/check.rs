//! The product's own set-up and check, against this Odoo: what a merchant's operator runs.

use anyhow::{Context, Result};
use domain::merchant::Merchant;
use odoo::{Client, Dialect, Settings};
use secrecy::{ExposeSecret, SecretString};

use super::{Access, merchant_config};

impl Access {
    fn client(&self, key: &str) -> Result<Client> {
        let settings = Settings {
            url: self.url.clone(),
            database: self.database.clone(),
            api_key: SecretString::from(key),
            login: None,
            dialect: Dialect::Json2,
        };
        Ok(Client::new(settings)?)
    }

    fn admin_client(&self) -> Result<Client> {
        let admin = self.admin.as_ref();
        let admin = admin.context("the administrator of this Odoo is not known")?;
        self.client(&admin.api_key)
    }
}

/// Looks up every code and name of the configuration as the integration's user; one line for each that is not there.
///
/// # Errors
/// When Odoo does not answer or refuses the key.
pub async fn check(access: &Access, merchant: &Merchant) -> Result<Vec<String>> {
    let odoo = access.client(&access.bot_key)?;
    let rights = odoo_setup::missing_rights(&odoo, merchant).await?;
    let names = odoo_setup::check(&odoo, merchant).await?;
    let missing = rights.into_iter().chain(names);
    Ok(missing
        .map(|missing| format!("{}: {}", missing.key, missing.what))
        .collect())
}

/// Makes what the merchant's configuration names and is not there yet.
///
/// # Errors
/// When the database contradicts the configuration; the message names the key.
pub(super) async fn set_up(access: &Access) -> Result<()> {
    let file = merchant_config();
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let merchant = Merchant::parse(&text)?;
    let made = odoo_setup::set_up(&access.admin_client()?, &merchant, false, &|_| ()).await;
    made.map(|_| ())
        .map_err(|failure| anyhow::anyhow!("{}: {failure}", failure.field.as_deref().unwrap_or("odoo")))
}

/// Makes a key of the integration's user that does not end: the prepared database is kept for months.
///
/// # Errors
/// When there is no such user.
pub(super) async fn bot_key(access: &Access) -> Result<String> {
    let key = odoo_setup::make_key(&access.admin_client()?, None).await?;
    Ok(key.expose_secret().to_owned())
}
