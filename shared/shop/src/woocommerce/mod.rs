//! WooCommerce: webhooks and REST API, version 3.
//!
//! A webhook carries the order as the REST API shows it, signed in `X-WC-Webhook-Signature` (HMAC-SHA256 over the raw
//! body, base64). Its other headers are not signed, so nothing is read from them. When a webhook is switched on the
//! shop sends an unsigned form, `webhook_id=123`, and wants a 200.

mod amounts;
mod client;
mod parse;
mod payment;
mod webhooks;
mod wire;

pub use client::WooCommerceClient;

use crate::{BODY_BYTES_MAX, Delivery, Scheme, Unauthorized, Verified, json, json::Text, signature};
use domain::{
    event::EventFacts,
    failure::{Failure, FailureName},
    merchant::{self, Store},
    order::{Order, check},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use secrecy::ExposeSecret;
use serde::Deserialize;

/// The scheme.
pub struct WooCommerce;

const SIGNATURE: &str = "x-wc-webhook-signature";
/// Digits of a webhook's id.
const PING_DIGITS_MAX: usize = 20;

/// Only what names the event: read even when the rest cannot be.
#[derive(Deserialize)]
struct Hint {
    id: Text,
    date_modified_gmt: Text,
}

impl Scheme for WooCommerce {
    fn verify(&self, delivery: &Delivery<'_>) -> Result<Verified, Unauthorized> {
        let Some(given) = delivery.headers.get(SIGNATURE) else {
            return if is_ping(delivery.body) {
                Ok(Verified::Ping)
            } else {
                Err(Unauthorized::NoSignature)
            };
        };
        let given = given.to_str().map_err(|_| Unauthorized::Malformed)?;
        if delivery.secrets.is_empty() {
            return Err(Unauthorized::NoSecret);
        }
        let mut secrets = delivery
            .secrets
            .iter()
            .map(|secret| secret.expose_secret().as_bytes());
        let signed = secrets.any(|secret| signature::is_signed(secret, &[delivery.body], given));
        match signed {
            true if is_ping(delivery.body) => Ok(Verified::Ping),
            true => Ok(Verified::Event),
            false => Err(Unauthorized::Mismatch),
        }
    }

    fn facts(&self, body: &[u8]) -> Option<EventFacts> {
        let hint: Hint = serde_json::from_slice(body).ok()?;
        let order = hint.id.as_str().parse().ok()?;
        Some(EventFacts {
            order,
            modified_at: gmt(&hint.date_modified_gmt)?,
        })
    }

    fn parse(&self, body: &[u8], store: &Store) -> Result<Order, Failure> {
        let merchant::Scheme::WooCommerce(settings) = &store.scheme else {
            let what = format!("the store {} is no WooCommerce shop", store.id);
            return Err(Failure::new(FailureName::Misconfigured, what));
        };
        if body.len() > BODY_BYTES_MAX {
            let what = format!("the body is larger than {BODY_BYTES_MAX} bytes");
            return Err(Failure::new(FailureName::Refused, what));
        }
        let order = parse::order(json::read(body)?, store, settings)?;
        check(&order)?;
        Ok(order)
    }
}

/// The call that asks whether somebody is there.
fn is_ping(body: &[u8]) -> bool {
    body.strip_prefix(b"webhook_id=")
        .is_some_and(|id| (1..=PING_DIGITS_MAX).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}

/// The signature a shop with this secret puts into `X-WC-Webhook-Signature`.
pub fn sign(secret: &secrecy::SecretString, body: &[u8]) -> String {
    signature::sign(secret.expose_secret().as_bytes(), &[body])
}

/// A `…_gmt` date: UTC without saying so.
fn gmt(text: &Text) -> Option<Timestamp> {
    let text = text.as_str();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()
}
