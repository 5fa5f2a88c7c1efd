//! Webhooks: sent as the shops send them, and as they should not be sent.

use super::{
    own,
    server::{Shared, WEBHOOK_SECRET_OWN, WEBHOOK_SECRET_WOO, WEBHOOK_SECRET_WOO_OLDER},
    state::Kind,
};
use ::shop::{standard::signed_headers, woocommerce::sign};
use futures::{StreamExt, future::join_all, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use twins::shop::hookshot::{self, FAILURES_MAX, php_json};

/// How a delivery is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// As the shop does.
    #[default]
    Genuine,
    /// By somebody who does not know the secret.
    Forged,
    /// Not at all.
    Missing,
    /// Genuine, but an hour old. WooCommerce's signatures have no time: as [`Signature::Genuine`].
    Stale,
    /// With the secret from before the last rotation. The other shop never had one: as [`Signature::Genuine`].
    Older,
}

/// A delivery to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Send {
    /// Which shop sends.
    pub kind: Kind,
    /// Where to.
    pub url: String,
    /// The order whose content is sent as it is now.
    #[serde(default)]
    pub order: Option<String>,
    /// Or a body of your own.
    #[serde(default)]
    pub body: Option<String>,
    /// How it is signed.
    #[serde(default)]
    pub signature: Signature,
    /// How often the same delivery is made.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether they are made all at once instead of one after the other.
    #[serde(default)]
    pub at_once: bool,
}

fn once() -> u32 {
    1
}

impl Send {
    /// A genuine delivery of an order as it is now.
    pub fn order(kind: Kind, id: impl ToString, url: &str) -> Self {
        Self {
            kind,
            url: url.to_owned(),
            order: Some(id.to_string()),
            body: None,
            signature: Signature::Genuine,
            times: 1,
            at_once: false,
        }
    }

    /// A genuine delivery of any body.
    pub fn body(kind: Kind, body: impl Into<String>, url: &str) -> Self {
        Self {
            order: None,
            body: Some(body.into()),
            ..Self::order(kind, "", url)
        }
    }

    /// Signed in another way.
    #[must_use]
    pub fn signed(mut self, signature: Signature) -> Self {
        self.signature = signature;
        self
    }

    /// Made several times, byte for byte.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Made all at once.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }
}

/// A delivery that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The order, if it was one's.
    pub order: Option<String>,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// The answer's body.
    pub answer: String,
}

/// Sends what was asked for.
pub(super) async fn send(shared: &Shared, request: &Send) -> Vec<Delivery> {
    let body = match (&request.body, &request.order) {
        (Some(body), _) => Some(body.clone()),
        (None, Some(id)) => shared
            .state()
            .shop(request.kind)
            .orders
            .get(id)
            .map(|order| wire(request.kind, order)),
        (None, None) => None,
    };
    let Some(body) = body else { return Vec::new() };
    let headers = headers(request.kind, request.signature, &body);
    let posts = (0..request.times).map(|_| post(shared, request, &headers, &body));
    let made = if request.at_once {
        join_all(posts).await
    } else {
        stream::iter(posts).then(|post| post).collect().await
    };
    let mut state = shared.state();
    state.shop(request.kind).deliveries.extend(made.iter().cloned());
    made
}

async fn post(shared: &Shared, request: &Send, headers: &[(&'static str, String)], body: &str) -> Delivery {
    let mut call = shared.http.post(&request.url).body(body.to_owned());
    for (name, value) in headers {
        call = call.header(*name, value);
    }
    let order = request.order.clone();
    match call.send().await {
        Ok(response) => {
            let status = Some(response.status().as_u16());
            Delivery {
                order,
                status,
                answer: response.text().await.unwrap_or_default(),
            }
        }
        Err(_) => Delivery {
            order,
            status: None,
            answer: String::new(),
        },
    }
}

/// WooCommerce's call when a webhook is switched on: a form, not signed.
pub(super) async fn ping(shared: &Shared, url: &str) -> Delivery {
    let headers = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let request = Send::body(Kind::Woo, "webhook_id=4", url);
    post(shared, &request, &headers, "webhook_id=4").await
}

/// Tells the subscriber of a change, as the shop does after every write, ours included.
pub(super) fn announce(shared: &Arc<Shared>, kind: Kind, id: &str) {
    let url = {
        let mut state = shared.state();
        let shop = state.shop(kind);
        shop.hook_url.clone().filter(|_| shop.hook_active)
    };
    let Some(url) = url else { return };
    let (shared, request) = (Arc::clone(shared), Send::order(kind, id, &url));
    tokio::spawn(async move {
        let made = send(&shared, &request).await;
        let accepted = made
            .iter()
            .all(|delivery| delivery.status.is_some_and(|status| (200..300).contains(&status)));
        let mut state = shared.state();
        let shop = state.shop(kind);
        shop.hook_failures = if accepted { 0 } else { shop.hook_failures + 1 };
        if shop.hook_failures > FAILURES_MAX {
            shop.hook_active = false;
        }
    });
}

/// The body as the shop writes it.
fn wire(kind: Kind, order: &Value) -> String {
    match kind {
        Kind::Own => own::envelope(order).to_string(),
        Kind::Woo => php_json(order),
    }
}

fn headers(kind: Kind, signature: Signature, body: &str) -> Vec<(&'static str, String)> {
    let secret = match (signature, kind) {
        (Signature::Forged, _) => "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQ=",
        (Signature::Older, Kind::Woo) => WEBHOOK_SECRET_WOO_OLDER,
        (_, Kind::Woo) => WEBHOOK_SECRET_WOO,
        (_, Kind::Own) => WEBHOOK_SECRET_OWN,
    };
    match kind {
        Kind::Woo => {
            let mut headers = hookshot::headers("order.updated", "8c2a0d5b6f7e4f1e9d3c");
            if signature != Signature::Missing {
                headers.push(("x-wc-webhook-signature", sign(&secret.into(), body.as_bytes())));
            }
            headers
        }
        Kind::Own => {
            let mut headers = vec![("content-type", "application/json".to_owned())];
            let age = if signature == Signature::Stale {
                SignedDuration::from_hours(1)
            } else {
                SignedDuration::ZERO
            };
            let at = Timestamp::now() - age;
            let id = format!("msg_{}", Timestamp::now().as_nanosecond());
            let signed = signed_headers(&secret.into(), &id, at, body.as_bytes());
            if let (Ok(signed), true) = (signed, signature != Signature::Missing) {
                headers.extend(signed);
            }
            headers
        }
    }
}
