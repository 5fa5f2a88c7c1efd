//! From an order to rows, and from documents to a verdict: pure, against the books of a complete Odoo.

mod checks;
mod customers;
mod flow;
mod rows;

use crate::{
    names::Names,
    plan::{
        customer::Parties,
        lines::{self, PlannedLine, Products},
        taxes::{self, WantedTaxes},
    },
    work::OrderToWrite,
};
use domain::{
    merchant::{Merchant, Store},
    order::{Address, Charge, ChargeKind, Customer, Discount, Line, Order, Payment, TaxTotal},
};
use odoo::{Record, books::Books};

const PARTIES: Parties = Parties {
    customer: 7,
    invoice: 7,
    delivery: 8,
};

struct World {
    merchant: Merchant,
    books: Books,
}

impl World {
    async fn new() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/merchant.toml");
        let merchant = Merchant::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
        let books = odoo::fake::books(&merchant).await.unwrap();
        Self { merchant, books }
    }

    fn store(&self) -> &Store {
        self.merchant.store(&"woo".parse().unwrap()).unwrap()
    }

    fn lines(&self, order: &Order) -> Vec<PlannedLine> {
        let skus = lines::skus(order, &self.merchant).into_iter();
        let products: Products = skus
            .zip(100..)
            .map(|((sku, _), id)| (sku.to_owned(), Ok(id)))
            .collect();
        lines::plan(order, &self.merchant, self.store(), &self.books, &products).unwrap()
    }

    fn taxes(&self, order: &Order) -> WantedTaxes {
        taxes::wanted(order, self.store(), &self.books).unwrap()
    }
}

fn place(street: &str) -> Address {
    Address {
        name: "Ann Buyer".to_owned(),
        street: street.to_owned(),
        city: "Princeton".to_owned(),
        state: Some("NJ".to_owned()),
        postal_code: Some("08540".to_owned()),
        country: "US".to_owned(),
        ..Address::default()
    }
}

/// 3 × 9.99 in two taxes, shipping 7.50 in one, 5.00 off.
fn order() -> Order {
    let both = || vec!["US-NJ-STATE-1".to_owned(), "US-NJ-LOCAL-2".to_owned()];
    let tax = |code: &str, amount_minor| TaxTotal {
        code: code.to_owned(),
        name: code.to_owned(),
        rate_percent: None,
        amount_minor,
    };
    Order {
        schema: 1,
        key: "woo/1001".parse().unwrap(),
        number: "#1001".to_owned(),
        modified_at: "2026-11-20T03:00:00Z".parse().unwrap(),
        placed_at: "2026-11-20T03:00:00Z".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        prices_include_tax: false,
        customer: Customer {
            shop_id: Some("77".to_owned()),
            email: Some("Ann@Example.com".to_owned()),
            name: "Ann Buyer".to_owned(),
            company: None,
            vat: None,
        },
        billing: place("12 Main Street"),
        shipping: None,
        lines: vec![Line {
            id: "11".to_owned(),
            sku: "SKU-1".to_owned(),
            name: "Widget".to_owned(),
            quantity: "3".parse().unwrap(),
            net_minor: 2997,
            taxes: both(),
        }],
        charges: vec![Charge {
            id: "12".to_owned(),
            kind: ChargeKind::Shipping,
            name: "Flat rate".to_owned(),
            net_minor: 750,
            taxes: vec!["US-NJ-STATE-1".to_owned()],
        }],
        discounts: vec![Discount {
            id: "13".to_owned(),
            name: "FIVE".to_owned(),
            net_minor: 500,
            taxes: both(),
        }],
        taxes: vec![tax("US-NJ-STATE-1", 215), tax("US-NJ-LOCAL-2", 50)],
        total_minor: 2997 + 750 - 500 + 215 + 50,
        payment: Payment::Token {
            tender: "card".to_owned(),
            token: "PMT_1".to_owned(),
        },
        note: None,
    }
}

fn to_write(order: Order) -> OrderToWrite {
    OrderToWrite {
        order,
        generation: 1,
        transaction: "TRN_1".to_owned(),
        fresh: true,
        redrive: false,
    }
}

fn names(order: &Order) -> Names {
    Names::new(order, 1)
}

fn cell<'a>(record: &'a Record, line: usize, column: &str) -> &'a str {
    let cells = &record.line_cells()[line];
    cells
        .iter()
        .find(|(name, _)| *name == column)
        .map_or("(missing)", |(_, text)| text)
}
