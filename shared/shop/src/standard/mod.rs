//! Shops that speak Standard Webhooks (standardwebhooks.com): the canonical order in an envelope,
//! `{"type": "order.updated", "timestamp": "…", "data": {order}}`.
//!
//! Signed is `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256; the header `webhook-signature` may carry
//! several signatures (`v1,…` separated by spaces) and several secrets may be valid, so that secrets can be rotated.
//! Secrets are `whsec_` and the key in base64.

mod client;

pub use client::StandardClient;

use crate::{BODY_BYTES_MAX, Delivery, Scheme, Unauthorized, Verified, json, signature};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    event::EventFacts,
    failure::{Failure, FailureName},
    ids::OrderKey,
    merchant::Store,
    order::{Order, check},
};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// How old, or how far ahead of our clock, a signature may be.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// Signatures that are tried of one header.
const SIGNATURES_MAX: usize = 8;

/// The scheme.
pub struct Standard;

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    data: Order,
}

/// Only what names the event: read even when the rest cannot be.
#[derive(Deserialize)]
struct Hint {
    data: HintData,
}

#[derive(Deserialize)]
struct HintData {
    key: OrderKey,
    modified_at: Timestamp,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

impl Scheme for Standard {
    fn verify(&self, delivery: &Delivery<'_>) -> Result<Verified, Unauthorized> {
        let id = header(delivery.headers, "webhook-id")?;
        let timestamp = header(delivery.headers, "webhook-timestamp")?;
        let signatures = header(delivery.headers, "webhook-signature")?;
        let seconds: i64 = timestamp.parse().map_err(|_| Unauthorized::Malformed)?;
        let signed_at = Timestamp::from_second(seconds).map_err(|_| Unauthorized::Malformed)?;
        if delivery.secrets.is_empty() {
            return Err(Unauthorized::NoSecret);
        }
        let pieces = [id.as_bytes(), b".", timestamp.as_bytes(), b".", delivery.body];
        let given = signatures
            .split(' ')
            .filter_map(|one| one.strip_prefix("v1,"))
            .take(SIGNATURES_MAX);
        let matches = given.flat_map(|one| delivery.secrets.iter().map(move |secret| (one, secret)));
        let mut matches = matches
            .filter(|(one, secret)| key(secret).is_some_and(|key| signature::is_signed(&key, &pieces, one)));
        matches.next().ok_or(Unauthorized::Mismatch)?;
        if delivery.now.duration_since(signed_at).abs() > WINDOW {
            return Err(Unauthorized::Stale);
        }
        let ping = serde_json::from_slice::<Kind>(delivery.body).is_ok_and(|body| body.kind == "ping");
        Ok(if ping { Verified::Ping } else { Verified::Event })
    }

    fn facts(&self, body: &[u8]) -> Option<EventFacts> {
        let hint: Hint = serde_json::from_slice(body).ok()?;
        Some(EventFacts {
            order: hint.data.key.id,
            modified_at: hint.data.modified_at,
        })
    }

    fn parse(&self, body: &[u8], store: &Store) -> Result<Order, Failure> {
        let refused = |field: &str, what: &str| Failure::new(FailureName::Refused, what).field(field);
        if body.len() > BODY_BYTES_MAX {
            return Err(refused(
                "",
                &format!("the body is larger than {BODY_BYTES_MAX} bytes"),
            ));
        }
        let Envelope { kind, data: order } = json::read(body)?;
        if !kind.starts_with("order.") {
            return Err(refused("type", "the event is not about an order"));
        }
        if order.key.store != store.id {
            return Err(refused(
                "data.key",
                "the order is of another store than the one that signed",
            ));
        }
        check(&order)?;
        Ok(order)
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Unauthorized> {
    let value = headers.get(name).ok_or(Unauthorized::NoSignature)?;
    let text = value.to_str().map_err(|_| Unauthorized::Malformed)?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or(Unauthorized::Malformed)
}

/// The bytes of a secret: base64 after `whsec_`; any other text is the key itself.
fn key(secret: &SecretString) -> Option<Vec<u8>> {
    let text = secret.expose_secret();
    match text.strip_prefix("whsec_") {
        Some(encoded) => BASE64_STANDARD.decode(encoded).ok(),
        None => Some(text.as_bytes().to_vec()),
    }
}

/// The three headers of a signed message: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
///
/// # Errors
/// [`FailureName::Misconfigured`] when the secret is no base64.
pub fn signed_headers(
    secret: &SecretString,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<[(&'static str, String); 3], Failure> {
    let unusable = || {
        Failure::new(
            FailureName::Misconfigured,
            "a webhook secret after whsec_ must be base64",
        )
    };
    let key = key(secret).ok_or_else(|| unusable().field("webhook_secrets"))?;
    let timestamp = at.as_second().to_string();
    let pieces = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let signature = format!("v1,{}", signature::sign(&key, &pieces));
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ])
}
