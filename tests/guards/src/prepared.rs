//! What the pieces of work begin with. Made beforehand, so that it is not counted.

use crate::{odoo_stub, order};
use anyhow::Result;
use domain::{
    decide::{OrderState, OrderView},
    event::EventId,
    merchant::{Merchant, Store},
    money::Currency,
    order::Order,
};
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use odoo::books::Books;
use order_writer::plan::lines::{self, Products};
use secrecy::SecretString;
use serde_json::{Value, json};
use shop::{standard::signed_headers, woocommerce};

/// The configuration as the repository has it: another merchant's would give other figures.
const MERCHANT: &str = include_str!("../../../infra/merchant.toml");

/// The configuration, parsed.
///
/// # Errors
/// When it is wrong.
pub fn merchant() -> Result<Merchant> {
    Ok(Merchant::parse(MERCHANT)?)
}

/// A signed webhook.
pub struct Webhook {
    /// Its headers, the signature among them.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// Everything about one order.
pub struct Prepared {
    /// The configuration.
    pub merchant: Merchant,
    /// The secrets of both shops.
    pub secrets: [SecretString; 1],
    /// The time.
    pub now: Timestamp,
    /// The order as WooCommerce sends it.
    pub woo: Webhook,
    /// The order as a shop of one's own sends it.
    pub own: Webhook,
    /// The order.
    pub order: Order,
    /// What is known of it: its run works on a version that says the same.
    pub known: OrderView,
    /// The books of its company.
    pub books: Books,
    /// Its products.
    pub products: Products,
    /// Its documents as Odoo shows them.
    pub documents: Value,
    /// The amounts of its lines as texts.
    pub amounts: Vec<String>,
    /// Their currency.
    pub currency: Currency,
}

impl Prepared {
    /// With an order of so many lines.
    ///
    /// # Errors
    /// When the samples are not as they were.
    pub fn new(merchant: &Merchant, lines: u32) -> Result<Self> {
        let secrets = [SecretString::from("a secret of this program".to_owned())];
        let now: Timestamp = "2026-11-23T14:15:05Z".parse()?;
        let woo = woo(&secrets, order::body(lines)?)?;
        let store = merchant.store(&"woo".parse()?)?;
        let order = shop::scheme(store).parse(&woo.body, store)?;
        let products = lines::skus(&order, merchant).into_iter().zip(100..);
        let products = products.map(|((sku, _), id)| (sku.to_owned(), Ok(id)));
        let currency = order::dollars()?;
        Ok(Self {
            secrets: secrets.clone(),
            now,
            own: own(&secrets, now, &order)?,
            known: known(&order),
            books: odoo_stub::books(merchant)?,
            products: products.collect(),
            documents: odoo_stub::documents(&order),
            // All with as many digits: what they take is to differ by their number alone.
            amounts: (0..lines).map(|line| format!("{}.99", 1_000 + line)).collect(),
            currency,
            merchant: merchant.clone(),
            woo,
            order,
        })
    }

    /// The store with that id.
    ///
    /// # Errors
    /// When the configuration has none.
    pub fn store(&self, id: &str) -> Result<&Store> {
        Ok(self.merchant.store(&id.parse()?)?)
    }
}

fn woo(secrets: &[SecretString], body: Vec<u8>) -> Result<Webhook> {
    let signature = secrets.first().map(|secret| woocommerce::sign(secret, &body));
    let signature = HeaderValue::from_str(&signature.unwrap_or_default())?;
    let headers = [("x-wc-webhook-signature", signature)];
    Ok(Webhook {
        headers: header_map(headers),
        body,
    })
}

fn own(secrets: &[SecretString], now: Timestamp, order: &Order) -> Result<Webhook> {
    let mut data = json!(order);
    if let Some(key) = data.get_mut("key") {
        *key = json!("own/1001");
    }
    let body =
        serde_json::to_vec(&json!({"type": "order.updated", "timestamp": now.to_string(), "data": data}))?;
    let mut headers = HeaderMap::new();
    for secret in secrets {
        for (name, value) in signed_headers(secret, "msg_1", now, &body)? {
            headers.insert(name, HeaderValue::from_str(&value)?);
        }
    }
    Ok(Webhook { headers, body })
}

fn header_map(headers: impl IntoIterator<Item = (&'static str, HeaderValue)>) -> HeaderMap {
    let named = |(name, value)| (http::HeaderName::from_static(name), value);
    headers.into_iter().map(named).collect()
}

/// A run works on a version of a minute before.
fn known(order: &Order) -> OrderView {
    let before = Order {
        modified_at: order.modified_at - SignedDuration::from_mins(1),
        ..order.clone()
    };
    OrderView {
        state: OrderState::Open,
        generation: 1,
        newest: before.modified_at,
        newest_facts: Some(before.facts()),
        opened_by: Some(EventId::of_order(&before)),
        facts: Some(before.facts()),
        edited: None,
        our_writes: Vec::new(),
        let_in: false,
    }
}
