//! The order of the REST API, version 3: the fields we use. Texts and numbers alike are read as text, because plugins
//! turn one into the other, and an amount must never become a float. `price` is not read at all: it is a float.

use crate::json::{Text, list};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Order {
    pub id: Text,
    #[serde(default)]
    pub number: Text,
    pub status: Text,
    pub currency: Text,
    pub date_created_gmt: Text,
    pub date_modified_gmt: Text,
    #[serde(default)]
    pub prices_include_tax: bool,
    pub total: Text,
    #[serde(default)]
    pub customer_id: Text,
    #[serde(default)]
    pub customer_note: Text,
    pub billing: Address,
    #[serde(default)]
    pub shipping: Address,
    #[serde(default)]
    pub payment_method: Text,
    #[serde(default)]
    pub transaction_id: Text,
    #[serde(default, deserialize_with = "list")]
    pub meta_data: Vec<Meta>,
    #[serde(deserialize_with = "list")]
    pub line_items: Vec<Line>,
    #[serde(default, deserialize_with = "list")]
    pub tax_lines: Vec<TaxLine>,
    #[serde(default, deserialize_with = "list")]
    pub shipping_lines: Vec<ExtraLine>,
    #[serde(default, deserialize_with = "list")]
    pub fee_lines: Vec<ExtraLine>,
    #[serde(default, deserialize_with = "list")]
    pub refunds: Vec<serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub first_name: Text,
    pub last_name: Text,
    pub company: Text,
    pub address_1: Text,
    pub address_2: Text,
    pub city: Text,
    pub state: Text,
    pub postcode: Text,
    pub country: Text,
    pub email: Text,
    pub phone: Text,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub key: Text,
    /// Any JSON: most of it is not ours.
    #[serde(default)]
    pub value: serde_json::Value,
}

/// A sold position. `total` is the whole line without tax after coupons.
#[derive(Deserialize)]
pub(super) struct Line {
    pub id: Text,
    #[serde(default)]
    pub name: Text,
    #[serde(default)]
    pub sku: Text,
    pub quantity: Text,
    pub total: Text,
    #[serde(default, deserialize_with = "list")]
    pub taxes: Vec<LineTax>,
}

/// Shipping or a fee. A negative fee is a reduction.
#[derive(Deserialize)]
pub(super) struct ExtraLine {
    pub id: Text,
    #[serde(default)]
    pub method_title: Text,
    #[serde(default)]
    pub name: Text,
    pub total: Text,
    #[serde(default, deserialize_with = "list")]
    pub taxes: Vec<LineTax>,
}

/// The tax of one line under one rate; `total` is empty when the rate does not apply to the line.
#[derive(Deserialize)]
pub(super) struct LineTax {
    pub id: Text,
    #[serde(default)]
    pub total: Text,
}

/// The tax of the order under one rate.
#[derive(Deserialize)]
pub(super) struct TaxLine {
    #[serde(default)]
    pub rate_code: Text,
    pub rate_id: Text,
    #[serde(default)]
    pub label: Text,
    pub tax_total: Text,
    #[serde(default)]
    pub shipping_tax_total: Text,
    #[serde(default)]
    pub rate_percent: Text,
}
