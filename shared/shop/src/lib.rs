//! Shops: how each one signs its webhooks, what its orders look like, and how it is told what became of them.
//!
//! A scheme is one file or folder with two halves: [`Scheme`] (verify, name, parse: pure) and [`ShopClient`] (calls).
//! Everything behind them sees the canonical [`domain::order::Order`] only.

mod client;
mod http;
mod json;
pub mod memory;
mod secret;
mod signature;
pub mod standard;
pub mod woocommerce;

pub use client::{Hook, OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth};
pub use http::CALL_TIMEOUT;
pub use secret::ShopSecret;

use ::http::HeaderMap;
use domain::{
    event::EventFacts,
    failure::Failure,
    merchant::{self, Store},
    order::Order,
};
use jiff::Timestamp;
use secrecy::SecretString;
use std::{fmt, sync::Arc};

/// The largest webhook body that is used. It is stored in one database item, whose limit is 400 KB.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// A webhook call as it arrived.
pub struct Delivery<'a> {
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The raw body: signatures are over these bytes, not over what a parser makes of them.
    pub body: &'a [u8],
    /// The secrets that are valid now; several while they are being rotated.
    pub secrets: &'a [SecretString],
    /// The time.
    pub now: Timestamp,
}

/// What a delivery is, once it is known to be the shop's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// An event: store it.
    Event,
    /// A call that only asks whether somebody is there: answer 200, do nothing.
    Ping,
}

/// Why a delivery is answered with 401. Never says what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthorized {
    /// The signature's header, or another one it needs, is missing.
    NoSignature,
    /// A header of the signature cannot be read.
    Malformed,
    /// The signature is none of ours.
    Mismatch,
    /// The signature is too old, or from the future: a repeat of the sender carries a fresh one.
    Stale,
    /// There is no secret to check with.
    NoSecret,
}

impl Unauthorized {
    /// A word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSignature => "no-signature",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::Stale => "stale",
            Self::NoSecret => "no-secret",
        }
    }
}

impl fmt::Display for Unauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The pure half of a shop's scheme.
pub trait Scheme: Send + Sync {
    /// Whether the delivery is the shop's.
    ///
    /// # Errors
    /// Why it is not.
    fn verify(&self, delivery: &Delivery<'_>) -> Result<Verified, Unauthorized>;

    /// What the event is called by, from the signed body; `None` when the body does not tell.
    fn facts(&self, body: &[u8]) -> Option<EventFacts>;

    /// The body as an order. Any bytes give an order or a failure that names what is wrong, never a panic.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::Refused`] with the field; [`domain::failure::FailureName::Conflict`] when the
    /// order's parts do not make up its total. Neither quotes a value.
    fn parse(&self, body: &[u8], store: &Store) -> Result<Order, Failure>;
}

/// The scheme of a store.
pub fn scheme(store: &Store) -> &'static dyn Scheme {
    match store.scheme {
        merchant::Scheme::Standard => &standard::Standard,
        merchant::Scheme::WooCommerce(_) => &woocommerce::WooCommerce,
    }
}

/// A client of a store's shop. Opens no connection yet.
///
/// # Errors
/// [`domain::failure::FailureName::Misconfigured`] when the secret does not hold what the scheme needs.
pub fn client(store: &Store, secret: &ShopSecret) -> Result<Arc<dyn ShopClient>, Failure> {
    Ok(match &store.scheme {
        merchant::Scheme::Standard => Arc::new(standard::StandardClient::new(secret)?),
        merchant::Scheme::WooCommerce(settings) => {
            Arc::new(woocommerce::WooCommerceClient::new(settings.clone(), secret)?)
        }
    })
}
