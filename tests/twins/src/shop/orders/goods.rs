//! What is sold, in which currency, under which taxes: the products of `events/products.json`, the currencies and the
//! taxes of the store's configuration.

use domain::{merchant::Store, money::Currency};
use fastrand::Rng;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::sync::LazyLock;

/// A product the shops sell.
#[derive(Clone, Debug, Deserialize)]
pub struct Product {
    /// Stock keeping unit.
    pub sku: String,
    /// What people call it.
    pub name: String,
    /// How many there are at first.
    pub quantity: i64,
    /// In US cents.
    price_minor: i64,
}

/// A tax rate of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub code: String,
    pub label: String,
    pub percent: Decimal,
}

static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../../events/products.json")).unwrap_or_default()
});

/// Every product that is ordered.
pub fn catalogue() -> &'static [Product] {
    &PRODUCTS
}

/// Up to five products, each once.
pub(super) fn products(rng: &mut Rng) -> Vec<&'static Product> {
    let mut all: Vec<&Product> = PRODUCTS.iter().collect();
    rng.shuffle(&mut all);
    all.truncate(rng.usize(1..=5));
    all
}

impl Product {
    /// The price of one piece, minor units.
    pub(super) fn price(&self, currency: Currency) -> i64 {
        minor(self.price_minor, currency)
    }
}

/// US cents in minor units of a currency: about as much in every one.
pub(super) fn minor(us_cents: i64, currency: Currency) -> i64 {
    match currency.exponent() {
        0 => us_cents * 3 / 2,
        3 => us_cents * 3,
        _ => us_cents,
    }
}

/// A currency the store takes; half of the time the first of them all.
pub(super) fn currency(rng: &mut Rng, store: &Store) -> Currency {
    let tenders = store.tenders.values().flat_map(|tender| tender.accounts.keys());
    let known: Vec<Currency> = tenders.copied().collect();
    let usd = known.iter().find(|currency| currency.code() == "USD").copied();
    match (usd.filter(|_| rng.bool()), rng.choice(&known)) {
        (Some(usd), _) => usd,
        (None, Some(any)) => *any,
        #[allow(clippy::expect_used, reason = "a code of ISO 4217")]
        (None, None) => "USD".parse().expect("a currency"),
    }
}

/// The rates of the store for the country whose currency it is. The country is the beginning of the rate's code.
pub(super) fn rates(store: &Store, currency: Currency) -> Vec<Rate> {
    let country = match currency.code() {
        "USD" => "us",
        "EUR" => "de",
        "JPY" => "jp",
        _ => return Vec::new(),
    };
    let of_country = store
        .taxes
        .iter()
        .filter(|(code, _)| code.to_lowercase().starts_with(country));
    of_country
        .map(|(code, tax)| Rate {
            code: code.clone(),
            label: tax.name.clone(),
            percent: tax.percent,
        })
        .collect()
}
