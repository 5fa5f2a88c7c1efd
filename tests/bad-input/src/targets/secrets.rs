//! Secrets as they are stored. Whatever is wrong with one, nothing of it is told.

use crate::{mutate::Input, parts::at_once};
use domain::failure::{Failure, FailureName};
use effects::{ManualClock, UnixMillis};
use heartland::gp_api;
use runtime::secrets::{SecretSource, Secrets};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use shop::ShopSecret;
use std::{fmt::Debug, sync::Arc};

struct One(SecretString);

#[async_trait::async_trait]
impl SecretSource for One {
    async fn fetch(&self, _: &str) -> Result<SecretString, Failure> {
        Ok(self.0.clone())
    }
}

fn secrets(input: &Input) -> Secrets {
    let clock = Arc::new(ManualClock::new(UnixMillis(0)));
    Secrets::new(Arc::new(One(SecretString::from(input.text()))), clock)
}

/// What is shown of a secret that was read, and of one that was not. An address and a name may be shown: whoever puts a
/// key into these has told it already.
fn check<T: Debug>(read: Result<T, Failure>) -> Option<T> {
    let shown = match &read {
        Ok(secret) => {
            let shown = format!("{secret:?}");
            let names = [
                "base_url: \"hush-",
                "account_name: \"hush-",
                "url: \"hush-",
                "login: Some(\"hush-",
                "database: \"hush-",
            ];
            names.iter().fold(shown, |shown, name| shown.replace(name, ""))
        }
        Err(failure) => {
            assert_eq!(failure.name, FailureName::Misconfigured);
            format!("{failure} {:?}", failure.field)
        }
    };
    assert!(!shown.contains("hush-"), "a secret is shown: {shown}");
    read.ok()
}

fn stored<T: DeserializeOwned + Debug>(input: &Input) -> Option<T> {
    check(at_once(secrets(input).read::<T>("name")))
}

/// The shop's.
pub fn shop(input: &Input) {
    stored::<ShopSecret>(input);
    if let Some(secret) = check(ShopSecret::parse(&input.text())) {
        assert!(!secret.webhook_secrets.is_empty());
        assert!(
            secret
                .webhook_secrets
                .iter()
                .all(|secret| !secret.expose_secret().is_empty()),
            "anybody could sign"
        );
    }
}

/// The gateway's.
pub fn gateway(input: &Input) {
    stored::<gp_api::Settings>(input);
    if let Some(settings) = check(gp_api::Settings::parse(&input.text())) {
        let url = settings.base_url.to_lowercase();
        let url = url.trim_start_matches(|c: char| c.is_ascii_control() || c == ' ');
        // The machine itself has many spellings: 127.1, 0x7f.0.0.1, 2130706433.
        let host = url.trim_start_matches("http:").trim_start_matches(['/', '\\']);
        let host = host.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let number = host.chars().all(|c| c.is_ascii_hexdigit() || ".x:[]".contains(c));
        let loopback = url.starts_with("http:") && (number || host.contains("localhost"));
        assert!(
            url.starts_with("https:") || loopback || settings.base_url.contains(['\t', '\n', '\r']),
            "in the open: {url}"
        );
    }
}

/// Odoo's.
pub fn odoo(input: &Input) {
    stored::<odoo::Settings>(input);
}

/// The ledger's.
pub fn fact_key(input: &Input) {
    check(at_once(secrets(input).fact_key("name")).map(|_| ()));
}

/// The audit trail's.
pub fn audit_key(input: &Input) {
    check(at_once(secrets(input).read::<audit::Keys>("name")).map(|_| ()));
}
