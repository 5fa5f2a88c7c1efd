//! The key of the integration's user: whose it is, and where the functions find it.

use anyhow::{Context, Result};
use jiff::{Timestamp, tz::TimeZone};
use odoo::{Call, Client, Odoo, OdooError, value};
use odoo_setup::BOT_LOGIN;
use serde::Serialize;
use serde_json::{Value, json};

use crate::aws::stopped;
use crate::doctor::EXPIRES_ON;
use crate::exit::Stop;
use crate::stack::Stack;

/// What became of the key.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Key {
    /// The stored one works.
    Kept,
    /// One would be made and stored.
    Wanted,
    /// One was stored, which ends on that day.
    Stored { secret: String, expires_on: String },
}

/// The user that a key belongs to; nothing when Odoo does not accept it.
pub(super) async fn owner(odoo: &Client) -> Result<Option<i64>> {
    match odoo.call(&Call::read("res.users", "context_get")).await {
        Ok(context) => Ok(context.get("uid").and_then(Value::as_i64)),
        Err(OdooError::Misconfigured(_)) => Ok(None),
        Err(error) => Err(error).context("trying the key"),
    }
}

/// The integration's user, when it is there.
pub(super) async fn bot(admin: &Client) -> Result<Option<i64>> {
    let named = json!([["login", "=", BOT_LOGIN]]);
    let found = admin
        .call(&Call::search_read("res.users", named, &["login"]))
        .await
        .with_context(|| format!("looking for the user {BOT_LOGIN}"))?;
    Ok(value::records(&found).first().and_then(value::id))
}

/// Whether a key that belongs to this user is the bot's.
pub(super) fn is_bots(owner: Option<i64>, bot: Option<i64>) -> bool {
    owner.is_some() && owner == bot
}

/// Stops when a key that a person gave is not the bot's: the functions would work with rights that are not theirs.
pub(super) fn check_given(owner: Option<i64>, bot: Option<i64>) -> Result<(), Stop> {
    if is_bots(owner, bot) {
        return Ok(());
    }
    let what = match owner {
        None => "Odoo does not accept the key that was given".to_owned(),
        Some(_) => format!("the key that was given is another user's, not that of {BOT_LOGIN}"),
    };
    Err(Stop::usage(what).remedy(format!(
        "log in to Odoo as {BOT_LOGIN}, open Preferences > Account Security > New API Key, and give that key with \
         ODOO_BOT_KEY; an administrator's goes into ODOO_ADMIN_KEY"
    )))
}

/// Stores the key where the functions read it, and says on the secret when it ends.
pub(super) async fn store(stack: &Stack, secret: &str, settings: &Value, until: Timestamp) -> Result<Key> {
    let client = stack.secrets_manager();
    let put = client
        .put_secret_value()
        .secret_id(secret)
        .secret_string(settings.to_string());
    put.send()
        .await
        .map_err(|error| stopped("storing the key in Odoo's secret", &error))?;
    let expires_on = TimeZone::UTC.to_datetime(until).date().to_string();
    let tag = aws_sdk_secretsmanager::types::Tag::builder()
        .key(EXPIRES_ON)
        .value(&expires_on)
        .build();
    let tagged = client.tag_resource().secret_id(secret).tags(tag).send().await;
    tagged.map_err(|error| stopped("writing the day the key ends on Odoo's secret", &error))?;
    Ok(Key::Stored {
        secret: secret.to_owned(),
        expires_on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_of_the_bot_is_taken() {
        assert_eq!(check_given(Some(7), Some(7)), Ok(()));
        let others = check_given(Some(2), Some(7)).unwrap_err();
        assert!(others.what.contains("another user's"), "{others}");
        assert!(check_given(Some(2), None).is_err(), "there is no bot yet");
        let wrong = check_given(None, Some(7)).unwrap_err();
        assert!(wrong.what.contains("does not accept"), "{wrong}");
        assert!(!is_bots(None, None));
    }
}
