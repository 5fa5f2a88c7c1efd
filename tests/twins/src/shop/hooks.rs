//! Webhooks as the shops send them.
//!
//! WooCommerce sends a delivery once, with the order as it is when it is sent; after more than five failures in a row it
//! switches the webhook off. The other shop keeps to the retry schedule that Standard Webhooks recommends, with the
//! event as it was, newly signed each time; it switches the webhook off when a delivery has failed to the end.

use super::{
    ShopTwin,
    hookshot::{self, FAILURES_MAX, php_json},
    kept::State,
};
use ::shop::{standard::signed_headers, woocommerce::sign};
use domain::{event::EventId, ids::StoreId};
use effects::UnixMillis;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How long after a failure the other shop tries again, seconds: as Standard Webhooks recommends.
const RETRIES_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// A webhook that waits to be sent.
pub(super) struct Waiting {
    number: u64,
    order: String,
    topic: &'static str,
    due: UnixMillis,
    attempt: usize,
    /// What it says, when that was fixed as it happened.
    body: Option<String>,
}

/// A webhook as it goes over the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The shop's number of it: the same for every attempt.
    pub number: u64,
    /// Which attempt, from 1.
    pub attempt: usize,
    /// Whose it is: the last part of the path it is posted to.
    pub store: StoreId,
    /// The shop's id of the order; none of a ping.
    pub order: Option<String>,
    /// The name the intake will give it.
    pub event: EventId,
    /// `order.created`, `order.updated`.
    pub topic: &'static str,
    /// All headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that are signed.
    pub body: Vec<u8>,
    /// Whether the next attempt will say the same, or what the order is then.
    pub fixed: bool,
}

/// A webhook that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// When its end was known.
    pub at: UnixMillis,
    /// What was sent.
    pub delivery: Delivery,
    /// The status of the answer; nothing when there was none.
    pub answer: Option<u16>,
}

impl Made {
    /// Whether the shop may believe that it was taken.
    pub fn is_accepted(&self) -> bool {
        self.answer.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Delivery {
    /// The headers as the intake gets them.
    pub fn header_map(&self) -> HeaderMap {
        let parsed = self.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_static(name);
            Some((name, HeaderValue::from_str(value).ok()?))
        });
        parsed.collect()
    }
}

impl ShopTwin {
    /// Tells of a change, if anybody listens.
    pub(super) fn announce(&self, state: &mut State, id: &str, event: &str) {
        if !state.hook_is_on {
            return;
        }
        state.deliveries += 1;
        let topic = if event == "created" {
            "order.created"
        } else {
            "order.updated"
        };
        // WooCommerce builds the body when it sends it; the other shop sends what has happened.
        let body = match (self.woocommerce(), state.orders.get(id)) {
            (None, Some(order)) => Some(self.wire(order, topic)),
            _ => None,
        };
        state.waiting.push(Waiting {
            number: state.deliveries,
            order: id.to_owned(),
            topic,
            due: self.now(),
            attempt: 1,
            body,
        });
    }

    /// When the next webhook is due, if one waits.
    pub fn next_due(&self) -> Option<UnixMillis> {
        self.state().waiting.iter().map(|waiting| waiting.due).min()
    }

    /// Takes the webhook that has been due longest. It is on its way until it is answered.
    pub fn take_due(&self) -> Option<Delivery> {
        let now = self.now();
        let mut state = self.state();
        let due = state
            .waiting
            .iter()
            .enumerate()
            .filter(|(_, waiting)| waiting.due <= now);
        let (at, _) = due.min_by_key(|(_, waiting)| (waiting.due, waiting.number))?;
        let waiting = state.waiting.remove(at);
        let body = match &waiting.body {
            Some(body) => body.clone(),
            None => self.wire(state.orders.get(&waiting.order)?, waiting.topic),
        };
        let fixed = waiting.body.is_some();
        Some(self.delivery(
            waiting.number,
            waiting.attempt,
            Some(waiting.order),
            waiting.topic,
            body,
            fixed,
        ))
    }

    /// WooCommerce's unsigned call that asks whether somebody is there. Not to be answered to the shop.
    pub fn ping(&self) -> Delivery {
        let mut ping = self.delivery(0, 1, None, "ping", "webhook_id=4".to_owned(), false);
        ping.headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        ping
    }

    /// Tells the shop how a delivery ended: with the status of an answer, or with none. What was sent twice on the
    /// network is one delivery.
    pub fn answered(&self, delivery: Delivery, answer: Option<u16>) {
        let now = self.now();
        let mut state = self.state();
        let made = Made {
            at: now,
            delivery,
            answer,
        };
        let accepted = made.is_accepted();
        if self.woocommerce().is_some() {
            state.hook_failures = if accepted { 0 } else { state.hook_failures + 1 };
            state.hook_is_on &= state.hook_failures <= FAILURES_MAX;
        } else if !accepted {
            match retry(&made, now) {
                Some(again) => state.waiting.push(again),
                None => state.hook_is_on = false,
            }
        }
        state.made.push(made);
    }

    fn delivery(
        &self,
        number: u64,
        attempt: usize,
        order: Option<String>,
        topic: &'static str,
        body: String,
        fixed: bool,
    ) -> Delivery {
        let facts = ::shop::scheme(&self.store).facts(body.as_bytes());
        Delivery {
            number,
            attempt,
            store: self.store.id.clone(),
            order,
            event: EventId::derive(&self.store.id, facts.as_ref(), body.as_bytes()),
            topic,
            headers: self.headers(number, topic, &body),
            body: body.into_bytes(),
            fixed,
        }
    }

    fn headers(&self, number: u64, topic: &'static str, body: &str) -> Vec<(&'static str, String)> {
        let secret = &self.settings.signing_secret;
        if self.woocommerce().is_some() {
            let mut headers = hookshot::headers(topic, &number.to_string());
            headers.push(("x-wc-webhook-signature", sign(secret, body.as_bytes())));
            return headers;
        }
        let mut headers = vec![("content-type", "application/json".to_owned())];
        let at = Timestamp::from_millisecond(self.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
        let id = format!("msg_{}_{number}", self.store.id);
        // A secret that is no base64 signs nothing, and the intake says so.
        headers.extend(
            signed_headers(secret, &id, at, body.as_bytes())
                .into_iter()
                .flatten(),
        );
        headers
    }

    /// The body as the shop writes it.
    pub(super) fn wire(&self, order: &Value, topic: &str) -> String {
        if self.woocommerce().is_none() {
            let at = Timestamp::from_second(self.now().seconds().0).unwrap_or(Timestamp::UNIX_EPOCH);
            return json!({ "type": topic, "timestamp": at, "data": order }).to_string();
        }
        php_json(order)
    }
}

/// The next attempt of a delivery that failed, if there is one.
fn retry(made: &Made, now: UnixMillis) -> Option<Waiting> {
    let Delivery {
        number,
        attempt,
        order,
        topic,
        body,
        fixed,
        ..
    } = &made.delivery;
    let after_s = RETRIES_S.get(attempt.checked_sub(1)?)?;
    Some(Waiting {
        number: *number,
        order: order.clone()?,
        topic,
        due: now.plus_ms(after_s * 1000),
        attempt: attempt + 1,
        body: fixed.then(|| String::from_utf8_lossy(body).into_owned()),
    })
}
