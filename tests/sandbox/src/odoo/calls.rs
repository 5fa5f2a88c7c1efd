//! Plain JSON-2 calls, for preparing and looking at an Odoo. The functions have a client of their own, which is tested;
//! this one shares nothing with it, so that a test does not believe what it tests.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Access;

/// Calls Odoo as one user.
#[derive(Clone)]
pub struct Caller {
    client: reqwest::Client,
    url: String,
    database: String,
    key: String,
}

impl Access {
    /// Calls as the integration's user, with its rights only.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn as_bot(&self) -> Result<Caller> {
        self.caller(&self.bot_key)
    }

    /// Calls as the administrator.
    ///
    /// # Errors
    /// For an Odoo that was already there, whose administrator is not known.
    pub fn as_admin(&self) -> Result<Caller> {
        let admin = self
            .admin
            .as_ref()
            .context("the administrator of this Odoo is not known")?;
        self.caller(&admin.api_key)
    }

    fn caller(&self, key: &str) -> Result<Caller> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Caller {
            client,
            url: self.url.clone(),
            database: self.database.clone(),
            key: key.to_owned(),
        })
    }
}

impl Caller {
    /// Calls `method` of `model` with named arguments.
    ///
    /// # Errors
    /// When Odoo refuses; the message is Odoo's own.
    pub async fn call(&self, model: &str, method: &str, arguments: Value) -> Result<Value> {
        let answer = self
            .client
            .post(format!("{}/json/2/{model}/{method}", self.url))
            .bearer_auth(&self.key)
            .header("X-Odoo-Database", &self.database)
            .json(&arguments)
            .send()
            .await
            .with_context(|| format!("Odoo at {} does not answer", self.url))?;
        let status = answer.status();
        let text = answer.text().await?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if !status.is_success() {
            let message = value
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or("no message");
            bail!("{model}/{method}: {status}: {message}");
        }
        Ok(value)
    }

    /// The records of `model` that fit `domain`, archived ones left out, with these fields only.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn search(&self, model: &str, domain: Value, fields: &[&str]) -> Result<Vec<Value>> {
        let found = self
            .call(model, "search_read", json!({"domain": domain, "fields": fields}))
            .await?;
        match found {
            Value::Array(records) => Ok(records),
            other => bail!("{model}/search_read answered {other}"),
        }
    }

    /// The ids of the records of `model` that fit `domain`.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn ids(&self, model: &str, domain: Value) -> Result<Vec<i64>> {
        let found = self.search(model, domain, &["id"]).await?;
        Ok(found
            .iter()
            .filter_map(|record| record.get("id")?.as_i64())
            .collect())
    }
}
