//! How to reach the gateway and as whom.

use domain::failure::{Failure, FailureName};
use secrecy::SecretString;
use serde::Deserialize;
use std::{fmt, time::Duration};

/// How long the client waits. All three end a call; none of them proves that it was not carried out.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until a connection stands, TLS included. Ends as `SystemUnavailable`: nothing was sent.
    pub connect: Duration,
    /// For one effect, from the connection to the last byte of the answer.
    pub effect: Duration,
    /// For one read or one access token.
    pub read: Duration,
}

impl Default for Timeouts {
    /// 3 s to connect, 30 s for an effect (the gateway itself gives up on an issuer after about that time),
    /// 15 s for a read.
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            connect: s(3),
            effect: s(30),
            read: s(15),
        }
    }
}

/// The gateway's secret as it is stored:
/// `{"base_url":"https://apis.globalpay.com/ucp","app_id":"…","app_key":"…","account_name":"…","country":"US"}`.
#[derive(Clone, Deserialize)]
pub struct Settings {
    /// Up to and including `/ucp`. White labels of the API differ only here.
    pub base_url: String,
    /// Who we are.
    pub app_id: String,
    /// Proves it, and signs the gateway's notifications.
    pub app_key: SecretString,
    /// The processing account of the merchant, unless a call names another one.
    #[serde(default = "default_account")]
    pub account_name: String,
    /// The merchant's country, ISO 3166 alpha-2: part of every sale.
    #[serde(default = "default_country")]
    pub country: String,
    /// How long to wait.
    #[serde(skip)]
    pub timeouts: Timeouts,
    /// Asked right before a request that moves money leaves, after everything that had to be waited for: whether it may
    /// still be sent.
    #[serde(skip, default = "always")]
    pub may_send: fn() -> bool,
}

fn always() -> fn() -> bool {
    || true
}

fn default_account() -> String {
    "transaction_processing".to_owned()
}

fn default_country() -> String {
    "US".to_owned()
}

impl Settings {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`], naming the key, never a value.
    pub fn parse(secret: &str) -> Result<Self, Failure> {
        let settings: Self = serde_json::from_str(secret).map_err(|error| {
            // serde's own message can quote the value that did not fit
            let what = format!(
                "the gateway's secret is not what it should be (line {})",
                error.line()
            );
            Failure::new(FailureName::Misconfigured, what)
                .remedy("store base_url, app_id, app_key and account_name as strings of one JSON object")
        })?;
        settings.checked_base_url()?;
        Ok(settings)
    }

    /// The base URL without a slash at its end.
    pub(super) fn checked_base_url(&self) -> Result<String, Failure> {
        let misconfigured = |what: &str| Failure::new(FailureName::Misconfigured, what).field("base_url");
        let url = reqwest::Url::parse(&self.base_url)
            .map_err(|_| misconfigured("the gateway's base_url is not a URL"))?;
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                return Err(misconfigured(
                    "the gateway's base_url must be https unless it is a loopback address",
                ));
            }
        }
        Ok(self.base_url.trim_end_matches('/').to_owned())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("account_name", &self.account_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        r#"{"base_url":"https://apis.example.com/ucp/","app_id":"id","app_key":"k3y","account_name":"main"}"#;

    #[test]
    fn a_secret_is_read_and_prints_nothing_secret() {
        let settings = Settings::parse(SECRET).unwrap();
        assert_eq!(
            settings.checked_base_url().unwrap(),
            "https://apis.example.com/ucp"
        );
        assert!(!format!("{settings:?}").contains("k3y"));
    }

    #[test]
    fn a_broken_secret_is_not_quoted() {
        let failure = Settings::parse(r#"{"base_url": 4, "app_key": "hush"}"#).unwrap_err();
        assert_eq!(failure.name, FailureName::Misconfigured);
        assert!(!failure.to_string().contains("hush"));
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        let at = |url: &str| Settings::parse(&SECRET.replace("https://apis.example.com/ucp/", url));
        assert!(at("http://127.0.0.1:8080/ucp").is_ok());
        assert_eq!(
            at("http://apis.example.com/ucp").unwrap_err().field.as_deref(),
            Some("base_url")
        );
    }
}
