//! A shop's secret as it is stored.

use domain::failure::{Failure, FailureName};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;

/// `{"base_url":"https://shop.example","consumer_key":"ck_…","consumer_secret":"cs_…","webhook_secrets":["…"]}`
#[derive(Clone, Deserialize)]
pub struct ShopSecret {
    /// Where the shop's API is. WooCommerce: the site's address; `/wp-json/wc/v3` is appended.
    pub base_url: String,
    /// WooCommerce: the REST key. Standard: not used.
    #[serde(default = "empty")]
    pub consumer_key: SecretString,
    /// WooCommerce: its secret. Standard: not used.
    #[serde(default = "empty")]
    pub consumer_secret: SecretString,
    /// The secrets webhooks may be signed with; the first one signs what we send.
    pub webhook_secrets: Vec<SecretString>,
}

fn empty() -> SecretString {
    SecretString::default()
}

impl ShopSecret {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`]; no value is quoted.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let secret: Self = serde_json::from_str(text).map_err(|error| {
            let what = format!(
                "the shop's secret has not the shape it should have (line {})",
                error.line()
            );
            let remedy =
                "store base_url, consumer_key, consumer_secret and webhook_secrets in one JSON object";
            Failure::new(FailureName::Misconfigured, what).remedy(remedy)
        })?;
        if secret.webhook_secrets.is_empty()
            || secret
                .webhook_secrets
                .iter()
                .any(|s| s.expose_secret().is_empty())
        {
            let what = "the shop's secret holds no webhook secret, or an empty one";
            return Err(Failure::new(FailureName::Misconfigured, what).field("webhook_secrets"));
        }
        Ok(secret)
    }
}

impl fmt::Debug for ShopSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopSecret")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_and_never_shown() {
        let text = r#"{"base_url":"https://shop.example","consumer_key":"ck_1","consumer_secret":"cs_2",
                       "webhook_secrets":["old","new"]}"#;
        let secret = ShopSecret::parse(text).unwrap();
        assert_eq!(secret.webhook_secrets.len(), 2);
        let shown = format!("{secret:?}");
        assert!(
            ["ck_1", "cs_2", "old", "new"]
                .iter()
                .all(|hidden| !shown.contains(hidden)),
            "{shown}"
        );
    }

    #[test]
    fn a_wrong_secret_is_refused_without_quoting_it() {
        for text in [
            r#"{"base_url":"topsecret"}"#,
            r#"{"base_url":"u","webhook_secrets":[]}"#,
            "topsecret",
        ] {
            let failure = ShopSecret::parse(text).unwrap_err();
            assert_eq!(failure.name, FailureName::Misconfigured);
            assert!(!failure.to_string().contains("topsecret"));
        }
    }
}
