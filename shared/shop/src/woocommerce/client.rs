//! Calls to WooCommerce's REST API: `{base_url}/wp-json/wc/v3/…` with a consumer key.

use super::{
    gmt,
    payment::{awaits_payment, counts_as_paid},
};
use crate::{
    OrderUpdate, Page, ShopClient, ShopSecret, StockSet, Updated, WebhookHealth,
    http::{Effect, Reply, base_url, connections, send, unreadable},
    json::Text,
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::ShopOrderId,
    merchant::WooCommerce,
    outcome::Outcome,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// Orders a page; the most WordPress gives.
pub(super) const PAGE_SIZE: usize = 100;
/// Where WordPress tells how many pages there are.
const PAGES: &str = "x-wp-totalpages";

/// A client of one WooCommerce shop.
pub struct WooCommerceClient {
    http: Client,
    api: String,
    key: SecretString,
    secret: SecretString,
    settings: WooCommerce,
}

#[derive(Deserialize)]
struct Told {
    status: Text,
    #[serde(default)]
    transaction_id: Text,
    date_modified_gmt: Text,
    #[serde(default)]
    meta_data: Vec<super::wire::Meta>,
}

impl Told {
    /// Whether it counts as paid and names another transaction than ours.
    fn is_paid_by_another(&self, ours: &str) -> bool {
        let named = self.transaction_id.some();
        counts_as_paid(self.status.as_str()) && named.is_some_and(|named| named != ours)
    }
}

#[derive(Deserialize)]
struct Product {
    id: Text,
    #[serde(default)]
    parent_id: Text,
    #[serde(default)]
    sku: Text,
    /// `true`, `false`, or `"parent"` for a variation that shares its parent's stock.
    #[serde(default)]
    manage_stock: Value,
}

impl WooCommerceClient {
    /// A client. Opens no connection.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`].
    pub fn new(settings: WooCommerce, secret: &ShopSecret) -> Result<Self, Failure> {
        for (field, value) in [
            ("consumer_key", &secret.consumer_key),
            ("consumer_secret", &secret.consumer_secret),
        ] {
            if value.expose_secret().is_empty() {
                let failure = Failure::new(FailureName::Misconfigured, "the shop's secret is not complete");
                return Err(failure
                    .field(field)
                    .remedy("make a REST API key with read and write rights in the shop"));
            }
        }
        Ok(Self {
            http: connections()?,
            api: format!("{}/wp-json/wc/v3", base_url(&secret.base_url)?),
            key: secret.consumer_key.clone(),
            secret: secret.consumer_secret.clone(),
            settings,
        })
    }

    /// Basic authentication over TLS. WooCommerce takes it over TLS only; plain HTTP happens on this machine alone,
    /// and then the key travels in the query.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.api));
        let (key, secret) = (self.key.expose_secret(), self.secret.expose_secret());
        if self.api.starts_with("https:") {
            return request.basic_auth(key, Some(secret));
        }
        request.query(&[("consumer_key", key), ("consumer_secret", secret)])
    }

    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Reply, Failure> {
        send(self.request(Method::GET, path).query(query), Effect::Reads).await
    }

    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, Failure> {
        let reply = self.get(path, query).await?;
        serde_json::from_slice(&reply.body).map_err(|_| unreadable(Effect::Reads))
    }

    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<T, Failure> {
        let reply = send(self.request(method, path).json(body), Effect::Changes).await?;
        serde_json::from_slice(&reply.body).map_err(|_| unreadable(Effect::Changes))
    }

    /// What is changed in an order. One that is told paid keeps the status it has gone on to by itself, and the
    /// transaction of another payment: what the customer has paid twice is not covered up.
    async fn change_for(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Value, Failure> {
        let meta: Vec<Value> = update
            .meta
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect();
        let mut body = json!({ "meta_data": meta });
        let there: Option<Told> = match update.outcome {
            Outcome::Paid => Some(self.read(&format!("/orders/{id}"), &[]).await?),
            _ => None,
        };
        let transaction = update.transaction.as_ref();
        if let Some(transaction) =
            transaction.filter(|ours| !there.as_ref().is_some_and(|told| told.is_paid_by_another(ours)))
        {
            body["transaction_id"] = json!(transaction);
        }
        if !there.is_some_and(|told| self.stands_at(told.status.as_str(), update.outcome)) {
            body["status"] = json!(self.settings.status(update.outcome));
        }
        Ok(body)
    }

    /// Whether an order in `status` has been told `outcome`. A paid order goes on to later statuses by itself, those of
    /// plugins too, and what somebody has cancelled stays so.
    fn stands_at(&self, status: &str, outcome: Outcome) -> bool {
        status == self.settings.status(outcome) || (outcome == Outcome::Paid && !awaits_payment(status))
    }
}

#[async_trait]
impl ShopClient for WooCommerceClient {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        Ok(self.get(&format!("/orders/{id}"), &[]).await?.body)
    }

    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        // `modified_after` leaves out the second it names.
        let after = since.checked_sub(SignedDuration::from_secs(1)).unwrap_or(since);
        let query = [
            ("modified_after", after.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            ("dates_are_gmt", "true".to_owned()),
            ("orderby", "modified".to_owned()),
            ("order", "asc".to_owned()),
            ("status", "any".to_owned()),
            ("per_page", PAGE_SIZE.to_string()),
            ("page", page.to_string()),
        ];
        let reply = self.get("/orders", &query).await?;
        let orders: Vec<Box<RawValue>> =
            serde_json::from_slice(&reply.body).map_err(|_| unreadable(Effect::Reads))?;
        let pages = reply
            .headers
            .get(PAGES)
            .and_then(|pages| pages.to_str().ok()?.parse::<u32>().ok());
        let more = pages.map_or(orders.len() == PAGE_SIZE, |pages| page < pages);
        Ok(Page {
            bodies: orders.iter().map(|raw| raw.get().as_bytes().to_vec()).collect(),
            more,
        })
    }

    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        let body = self.change_for(id, update).await?;
        let told: Told = self.change(Method::PUT, &format!("/orders/{id}"), &body).await?;
        if let Some(note) = &update.note {
            // The order is told already; a note that is lost is worth no second attempt at all of it.
            let note: Result<Value, Failure> = self
                .change(
                    Method::POST,
                    &format!("/orders/{id}/notes"),
                    &json!({ "note": note }),
                )
                .await;
            if let Err(failure) = note {
                tracing::warn!(failure = %failure, order = %id, "the order's note was not taken");
            }
        }
        gmt(&told.date_modified_gmt)
            .map(|modified_at| Updated { modified_at })
            .ok_or_else(|| unreadable(Effect::Changes))
    }

    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        let told: Told = self.read(&format!("/orders/{id}"), &[]).await?;
        let meta: BTreeMap<&str, &str> = told
            .meta_data
            .iter()
            .filter_map(|meta| Some((meta.key.as_str(), meta.value.as_str()?)))
            .collect();
        let same = self.stands_at(told.status.as_str(), update.outcome)
            && update
                .transaction
                .as_deref()
                .is_none_or(|ours| told.transaction_id.as_str() == ours || told.is_paid_by_another(ours))
            && update
                .meta
                .iter()
                .all(|(key, value)| meta.get(key.as_str()) == Some(&value.as_str()));
        Ok(gmt(&told.date_modified_gmt)
            .filter(|_| same)
            .map(|modified_at| Updated { modified_at }))
    }

    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        let products: Vec<Product> = self.read("/products", &[("sku", sku.to_owned())]).await?;
        let mut products = products.into_iter().filter(|product| product.sku.as_str() == sku);
        let Some(product) = products.next() else {
            return Ok(StockSet::UnknownProduct);
        };
        if products.next().is_some() {
            let what = "two products of the shop have the same SKU";
            let remedy = "give each product and variation of the shop its own SKU";
            return Err(Failure::new(FailureName::Conflict, what)
                .field(sku)
                .remedy(remedy));
        }
        if product.manage_stock != Value::Bool(true) {
            return Ok(StockSet::NotManaged);
        }
        let (id, parent) = (
            &product.id,
            product.parent_id.some().filter(|parent| *parent != "0"),
        );
        // They become a part of the address.
        let numbers = [Some(id.as_str()), parent].into_iter().flatten();
        if !numbers
            .clone()
            .all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(unreadable(Effect::Reads));
        }
        let path = match parent {
            Some(parent) => format!("/products/{parent}/variations/{}", id.as_str()),
            None => format!("/products/{}", id.as_str()),
        };
        let _: Value = self
            .change(Method::PUT, &path, &json!({ "stock_quantity": quantity }))
            .await?;
        Ok(StockSet::Done)
    }

    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        self.webhooks().await
    }
}
