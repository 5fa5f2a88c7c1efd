//! Notifications: the gateway tells a `status_url` about a transaction, signed over the bytes it sends.

use super::{errors::ApiError, server::Shared, world::World};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha512};
use std::sync::Arc;

/// How the JSON is written. All of them are the same JSON and different bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Without spaces.
    #[default]
    Compact,
    /// With spaces and line ends.
    Spaced,
    /// `\/` for every slash.
    EscapedSlashes,
    /// `\u00e9` for everything that is not ASCII.
    EscapedUnicode,
}

/// A notification to send now, through the control plane. Several calls make repeats, late ones, and any
/// order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notify {
    /// The transaction.
    pub transaction: String,
    /// Where to; without it, the transaction's own `status_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A status other than the present one: an old notification that comes late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How the JSON is written.
    #[serde(default)]
    pub style: Style,
    /// How often the same bytes are sent.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

/// A notification on its way.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub url: String,
    pub body: String,
    pub signature: String,
}

/// Queues a notification about the present state, when the transaction asked for it.
pub(super) fn queue(world: &mut World, id: &str) {
    let url = world.payment(id).and_then(|payment| payment.status_url.clone());
    let Some(url) = url.filter(|_| world.switches.notify) else {
        return;
    };
    let notify = Notify {
        transaction: id.to_owned(),
        url: Some(url),
        status: None,
        style: Style::Compact,
        times: 1,
    };
    if let Ok(outgoing) = compose(world, &notify) {
        world.outbox.push(outgoing);
    }
}

/// Writes and signs a notification.
pub(super) fn compose(world: &mut World, notify: &Notify) -> Result<Outgoing, ApiError> {
    let action = world.action("STATUS_NOTIFICATION", "SUCCESS");
    let payment = world
        .payment(&notify.transaction)
        .ok_or_else(|| ApiError::no_transaction(&notify.transaction))?;
    let url = notify
        .url
        .clone()
        .or_else(|| payment.status_url.clone())
        .ok_or_else(|| ApiError::missing("url"))?;
    let mut body = world.render(payment, &action);
    if let Some(status) = &notify.status {
        body["status"] = Value::String(status.clone());
    }
    let body = write(&body, notify.style);
    let signature = sign(&body, &world.options.app_key);
    Ok(Outgoing { url, body, signature })
}

/// The URL a payer's browser is sent back to: the query is signed as it stands.
pub(super) fn return_url(world: &World, transaction: &str, url: &str) -> Result<String, ApiError> {
    let payment = world
        .payment(transaction)
        .ok_or_else(|| ApiError::no_transaction(transaction))?;
    let query = format!(
        "id={}&status={}&reference={}&payment_method.result={}&action.type=RETURN_NOTIFICATION",
        payment.id,
        payment.state.word(),
        payment.reference,
        payment.result
    );
    Ok(format!(
        "{url}?X-GP-Signature={}&{query}",
        sign(&query, &world.options.app_key)
    ))
}

fn sign(text: &str, app_key: &str) -> String {
    hex::encode(Sha512::digest(format!("{text}{app_key}").as_bytes()))
}

fn write(body: &Value, style: Style) -> String {
    let compact = body.to_string();
    match style {
        Style::Compact => compact,
        Style::Spaced => serde_json::to_string_pretty(body).unwrap_or(compact),
        Style::EscapedSlashes => compact.replace('/', "\\/"),
        Style::EscapedUnicode => {
            let mut units = [0_u16; 2];
            let mut text = String::with_capacity(compact.len());
            for c in compact.chars() {
                if c.is_ascii() {
                    text.push(c);
                    continue;
                }
                for unit in c.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            text
        }
    }
}

/// Sends one notification; returns the HTTP status of the answer, or nothing when there was none.
pub(super) async fn send(http: &reqwest::Client, outgoing: &Outgoing) -> Option<u16> {
    let request = http
        .post(&outgoing.url)
        .header("content-type", "application/json")
        .header("X-GP-Signature", &outgoing.signature)
        .body(outgoing.body.clone());
    request
        .send()
        .await
        .ok()
        .map(|response| response.status().as_u16())
}

/// Sends what is queued, without waiting for it.
pub(super) fn send_queued(shared: &Arc<Shared>) {
    for outgoing in std::mem::take(&mut shared.world().outbox) {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let status = send(&shared.http, &outgoing).await;
            tracing::debug!(url = outgoing.url, ?status, "notification");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_styles_are_the_same_json_and_different_bytes() {
        let body = json!({"url": "https://x/y", "name": "José 😀"});
        let all = [
            Style::Compact,
            Style::Spaced,
            Style::EscapedSlashes,
            Style::EscapedUnicode,
        ]
        .map(|s| write(&body, s));
        for (at, text) in all.iter().enumerate() {
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), body);
            assert!(!all[..at].contains(text));
        }
    }
}
