//! The merchant's configuration: one annotated file, `infra/merchant.toml`, that says how this business maps onto
//! Odoo and the gateway. It names things as people do (company, warehouse, codes, tax names), never by database
//! id, and holds no secret. Every key is documented in that file.

mod checks;
mod lookup;
mod parse;
mod section;
mod stores;

use crate::{
    ids::StoreId,
    money::Currency,
    outcome::{OUTCOMES, Outcome},
};
use jiff::{civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, fmt};

/// The version of the file's shape this code understands: `schema = 1`.
pub const MERCHANT_SCHEMA: i64 = 1;

/// The whole configuration, checked: every reference in it points to something.
#[derive(Clone, Debug, PartialEq)]
pub struct Merchant {
    /// Dates of documents are civil dates in this zone.
    pub time_zone: TimeZone,
    /// Orders placed before this date (in [`Merchant::time_zone`]) are recorded, never processed.
    pub cut_over_date: Date,
    /// ISO 3166-1 alpha-2; for addresses that name no country.
    pub customer_country: String,
    /// Names of things in Odoo.
    pub odoo: OdooNames,
    /// By our own name (`main-usd`).
    pub merchant_accounts: BTreeMap<String, MerchantAccount>,
    /// By store id.
    pub stores: BTreeMap<StoreId, Store>,
}

/// Names of things in Odoo that all stores share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OdooNames {
    /// `res.company` name.
    pub company: String,
    /// `account.journal` code, type `sale`.
    pub sales_journal: String,
    /// External id of the immediate payment term.
    pub payment_term: String,
    /// `res.lang` code of the partners we create (`en_US`).
    pub language: String,
    /// What to do with a SKU that Odoo does not know.
    pub missing_product: MissingProduct,
    /// `default_code` of the products that charges and discounts are written with.
    pub products: ChargeProducts,
    /// `product.pricelist` name by currency: on an order the pricelist is what sets the currency.
    pub pricelists: BTreeMap<Currency, String>,
    /// By our own name (`us-nj-state`).
    pub taxes: BTreeMap<String, OdooTax>,
}

/// What happens to an order line whose SKU is no `default_code` in Odoo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingProduct {
    /// The order is parked: a person makes the product and redrives.
    Refuse,
    /// A storable product is made with the line's SKU and name. The Odoo user needs the right for it.
    Create,
}

/// `default_code` of the products for what is no goods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeProducts {
    /// Delivery.
    pub shipping: String,
    /// Any other surcharge.
    pub fee: String,
    /// Reductions of the whole order.
    pub discount: String,
}

/// A sale tax of Odoo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OdooTax {
    /// Our own name of it, the key under `[odoo.taxes]`.
    pub key: String,
    /// `account.tax` name, type `sale`, price *not* included.
    pub name: String,
    /// Percent.
    pub percent: Decimal,
    /// Code of the liability account its tax lines must stand on.
    pub account: String,
}

/// A merchant account at the gateway in one currency: what one journal's payments are settled on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantAccount {
    /// Our own name of it, the key under `[merchant_accounts]`.
    pub key: String,
    /// Its only currency.
    pub currency: Currency,
    /// `account_name` at GP-API; the secret's `account_name` when none is named.
    pub gateway_account: Option<String>,
    /// `account.journal` code, type `bank`.
    pub journal: String,
    /// Code of the account its payments wait on for the deposit.
    pub clearing_account: String,
    /// Card brand as the gateway spells it → `account.payment.method.line` name. Always has [`OTHER_BRAND`].
    pub method_lines: BTreeMap<String, String>,
}

/// The key of [`MerchantAccount::method_lines`] for every brand that is not named.
pub const OTHER_BRAND: &str = "other";

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its id, part of every key and of its webhook path.
    pub id: StoreId,
    /// How it signs and what its payloads look like, with the scheme's own settings.
    pub scheme: Scheme,
    /// For people.
    pub title: String,
    /// `res.company` name of its documents.
    pub company: String,
    /// `stock.warehouse` code it ships from.
    pub warehouse: String,
    /// By tender name (`card`).
    pub tenders: BTreeMap<String, Tender>,
    /// The shop's payment method id → tender.
    pub payment_methods: BTreeMap<String, String>,
    /// When the money is taken.
    pub capture: CaptureWhen,
    /// An authorization older than this is voided rather than waited for. Days.
    pub authorization_lapses_after_days: u32,
    /// Pieces of each product that are never offered.
    pub stock_buffer: u32,
    /// Whether stock is published to the shop.
    pub push_stock: bool,
    /// The shop's code of a tax rate → Odoo's tax.
    pub taxes: BTreeMap<String, OdooTax>,
}

/// A way to pay, and where its money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    /// Who takes the money.
    pub gateway: Gateway,
    /// Merchant account by currency.
    pub accounts: BTreeMap<Currency, MerchantAccount>,
}

/// A payment gateway we have a dialect of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {
    /// Global Payments GP-API.
    GpApi,
}

/// When the money of an authorized order is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureWhen {
    /// As soon as the order is in Odoo and its draft invoice agrees to the cent.
    Now,
    /// When Odoo's delivery is done.
    OnDelivery,
}

/// A shop's wire scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Standard Webhooks around the canonical order.
    Standard,
    /// WooCommerce's webhooks and REST API, version 3.
    WooCommerce(WooCommerce),
}

impl Scheme {
    /// The scheme's name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::WooCommerce(_) => "woocommerce",
        }
    }
}

/// What differs from one WooCommerce shop to the next and cannot be seen in a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WooCommerce {
    /// `meta_data` key in which the checkout leaves the payment token of an unpaid order.
    pub token_meta: String,
    /// `meta_data` key in which the payment plugin leaves `authorized` or `captured`, if it does.
    pub payment_state_meta: Option<String>,
    /// What a `transaction_id` on a paid order means when that meta says nothing.
    pub transaction_means: TransactionMeans,
    /// `meta_data` key of the customer's VAT number.
    pub vat_meta: Option<String>,
    /// The order status we set for each outcome. Complete.
    pub statuses: BTreeMap<Outcome, String>,
}

impl WooCommerce {
    /// The status the shop's order gets.
    pub fn status(&self, outcome: Outcome) -> &str {
        self.statuses
            .get(&outcome)
            .map_or(outcome.woocommerce_status(), String::as_str)
    }

    /// The statuses of a shop that changed nothing.
    pub(crate) fn usual_statuses() -> BTreeMap<Outcome, String> {
        OUTCOMES
            .iter()
            .map(|o| (*o, o.woocommerce_status().to_owned()))
            .collect()
    }
}

/// What the shop's own payment plugin has done when an order carries a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionMeans {
    /// Reserved; we capture.
    Authorized,
    /// Taken; we verify and book.
    Captured,
}

/// Everything that is wrong with a configuration, at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The key, from the top of the file: `stores.woo.taxes.US-NJ`. Empty for the file as a whole.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => f.write_str(&self.what),
            key => write!(f, "{key}: {}", self.what),
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
