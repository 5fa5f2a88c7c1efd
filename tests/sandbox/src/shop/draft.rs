//! Orders made from the samples in `events/`.

use super::{state::Kind, woo::gmt};
use jiff::Timestamp;
use serde_json::{Value, json};

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../events/", $name, ".json")))),*]
    };
}

const SAMPLES: [(&str, &str); 18] = samples![
    "woocommerce/order-authorized-by-plugin",
    "woocommerce/order-bank-transfer",
    "woocommerce/order-cancelled",
    "woocommerce/order-company-other-delivery-address",
    "woocommerce/order-coupon",
    "woocommerce/order-declined-card",
    "woocommerce/order-eur-prices-include-tax",
    "woocommerce/order-jpy",
    "woocommerce/order-kwd",
    "woocommerce/order-not-paid",
    "woocommerce/order-paid-by-plugin",
    "woocommerce/order-unknown-sku",
    "woocommerce/order-usd-two-taxes",
    "standard/order-captured-by-plugin",
    "standard/order-kwd",
    "standard/order-not-paid",
    "standard/order-usd-discount",
    "refused/woocommerce-total-a-cent-off",
];

/// An order to be placed, made from a sample: ordered now, by default under the sample's own id.
#[derive(Clone, Debug)]
pub struct Draft {
    kind: Kind,
    order: Value,
}

impl Draft {
    /// From a sample: `woocommerce/order-usd-two-taxes`.
    ///
    /// # Panics
    /// When there is no such sample: that is a mistake in the test.
    pub fn sample(name: &str) -> Self {
        let text = SAMPLES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| *text);
        let text = text.unwrap_or_else(|| {
            panic!(
                "there is no sample {name}; there are {:?}",
                SAMPLES.map(|(n, _)| n)
            )
        });
        let mut value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let now = Timestamp::now();
        if value.get("data").is_none() {
            for field in [
                "date_created",
                "date_created_gmt",
                "date_modified",
                "date_modified_gmt",
            ] {
                value[field] = json!(gmt(now));
            }
            return Self {
                kind: Kind::Woo,
                order: value,
            };
        }
        let mut order = value["data"].take();
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        order["placed_at"] = json!(second);
        order["modified_at"] = json!(second);
        Self {
            kind: Kind::Own,
            order,
        }
    }

    /// Under another id.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        match self.kind {
            Kind::Woo => {
                self.order["id"] = json!(id);
                self.order["number"] = json!(id.to_string());
            }
            Kind::Own => {
                self.order["key"] = json!(format!("own/{id}"));
                self.order["number"] = json!(format!("W-{id}"));
            }
        }
        self
    }

    /// Bought by another customer: the shop's id of them and an e-mail address.
    #[must_use]
    pub fn customer(mut self, shop_id: u64, email: &str) -> Self {
        match self.kind {
            Kind::Woo => {
                self.order["customer_id"] = json!(shop_id);
                self.order["billing"]["email"] = json!(email);
            }
            Kind::Own => {
                self.order["customer"]["shop_id"] = json!(shop_id.to_string());
                self.order["customer"]["email"] = json!(email);
            }
        }
        self
    }

    /// To be paid with this token of the gateway.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        match self.kind {
            Kind::Woo => self.set_meta("_heartland_payment_token", token),
            Kind::Own => {
                self.order["payment"] = json!({ "state": "token", "tender": "card", "token": token })
            }
        }
        self
    }

    /// Paid by the shop's own plugin with this transaction; authorized only, or captured.
    #[must_use]
    pub fn transaction(mut self, transaction: &str, captured: bool) -> Self {
        let state = if captured { "captured" } else { "authorized" };
        match self.kind {
            Kind::Woo => {
                self.order["transaction_id"] = json!(transaction);
                self.order["status"] = json!(if captured { "processing" } else { "on-hold" });
                self.set_meta("_heartland_payment_state", state);
            }
            Kind::Own => {
                self.order["payment"] =
                    json!({ "state": state, "tender": "card", "transaction": transaction });
            }
        }
        self
    }

    /// Any other change, on the order as its shop keeps it.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.order);
        self
    }

    fn set_meta(&mut self, key: &str, value: &str) {
        if let Some(meta) = self.order["meta_data"].as_array_mut() {
            meta.retain(|entry| entry["key"] != key);
            meta.push(json!({ "id": 90_001, "key": key, "value": value }));
        }
    }

    /// Whose order it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The order as its shop keeps it.
    pub fn order(&self) -> &Value {
        &self.order
    }
}
