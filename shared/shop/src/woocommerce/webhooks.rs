//! The webhooks of a WooCommerce shop: how they are, and putting them right.

use super::client::{PAGE_SIZE, WooCommerceClient};
use crate::{
    Hook, WebhookHealth,
    http::{Effect, unreadable},
    json::Text,
};
use domain::failure::Failure;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Webhook {
    id: Text,
    topic: Text,
    delivery_url: Text,
    status: Text,
}

impl WooCommerceClient {
    /// Those that tell of orders.
    pub(super) async fn webhooks(&self) -> Result<WebhookHealth, Failure> {
        let query = [("per_page", PAGE_SIZE.to_string())];
        let webhooks: Vec<Webhook> = self.read("/webhooks", &query).await?;
        let hooks = webhooks
            .into_iter()
            .filter(|hook| hook.topic.as_str().starts_with("order."))
            .map(|hook| Hook {
                id: hook.id.as_str().to_owned(),
                topic: hook.topic.as_str().to_owned(),
                delivery_url: hook.delivery_url.as_str().to_owned(),
                is_active: hook.status.as_str() == "active",
            });
        Ok(WebhookHealth {
            hooks: hooks.collect(),
        })
    }

    /// Registers a webhook for a topic (`order.updated`). The shop calls `delivery_url` at once to see whether somebody
    /// is there.
    ///
    /// # Errors
    /// As all changes.
    pub async fn create_webhook(
        &self,
        topic: &str,
        delivery_url: &str,
        secret: &SecretString,
    ) -> Result<(), Failure> {
        let body = json!({
            "name": format!("odoo-heartland {topic}"), "topic": topic, "delivery_url": delivery_url,
            "secret": secret.expose_secret(), "status": "active",
        });
        let _: Value = self.change(Method::POST, "/webhooks", &body).await?;
        Ok(())
    }

    /// Puts a webhook right: where it goes, what it is signed with, and on.
    ///
    /// # Errors
    /// As all changes.
    pub async fn mend_webhook(
        &self,
        hook: &Hook,
        delivery_url: &str,
        secret: &SecretString,
    ) -> Result<(), Failure> {
        // It becomes a part of the address.
        if hook.id.is_empty() || !hook.id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unreadable(Effect::Reads));
        }
        let body = json!({
            "delivery_url": delivery_url, "secret": secret.expose_secret(), "status": "active",
        });
        let path = format!("/webhooks/{}", hook.id);
        let _: Value = self.change(Method::PUT, &path, &body).await?;
        Ok(())
    }
}
