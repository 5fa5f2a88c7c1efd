//! An order and a configuration to vary.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::{
    merchant::Merchant,
    order::{Address, Charge, ChargeKind, Customer, Discount, Line, ORDER_SCHEMA, Order, Payment, TaxTotal},
};
use std::sync::LazyLock;

pub fn merchant() -> &'static Merchant {
    static MERCHANT: LazyLock<Merchant> = LazyLock::new(|| {
        let text = include_str!("../../../../infra/merchant.toml");
        Merchant::parse(text).unwrap_or_else(|errors| panic!("{errors}"))
    });
    &MERCHANT
}

pub fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|&code| code.to_owned()).collect()
}

pub fn token(token: &str) -> Payment {
    Payment::Token {
        tender: "card".to_owned(),
        token: token.to_owned(),
    }
}

pub fn captured(transaction: &str) -> Payment {
    Payment::Captured {
        tender: "card".to_owned(),
        transaction: transaction.to_owned(),
    }
}

pub fn authorized(transaction: &str) -> Payment {
    Payment::Authorized {
        tender: "card".to_owned(),
        transaction: transaction.to_owned(),
    }
}

pub fn elsewhere(method: Option<&str>) -> Payment {
    Payment::Elsewhere {
        method: method.map(str::to_owned),
        transaction: None,
    }
}

fn line(id: &str, sku: &str, quantity: &str, net_minor: i64) -> Line {
    Line {
        id: id.to_owned(),
        sku: sku.to_owned(),
        name: format!("Product {sku}"),
        quantity: quantity.parse().unwrap(),
        net_minor,
        taxes: codes(&["state", "local"]),
    }
}

fn tax(code: &str, amount_minor: i64) -> TaxTotal {
    TaxTotal {
        code: code.to_owned(),
        name: code.to_owned(),
        rate_percent: None,
        amount_minor,
    }
}

/// 3 × 9.99, 1 × 19.95, shipping 7.50, discount 5.00, taxes 3.29 and 0.90: 56.61 dollars.
pub fn order() -> Order {
    Order {
        schema: ORDER_SCHEMA,
        key: "woo/1001".parse().unwrap(),
        number: "1001".to_owned(),
        modified_at: "2026-11-23T14:15:04Z".parse().unwrap(),
        placed_at: "2026-11-23T14:15:02Z".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        prices_include_tax: false,
        customer: Customer {
            shop_id: Some("25".to_owned()),
            email: Some("jane.doe@example.com".to_owned()),
            name: "Jane Doe".to_owned(),
            company: None,
            vat: None,
        },
        billing: Address {
            name: "Jane Doe".to_owned(),
            street: "12 Main Street".to_owned(),
            city: "Princeton".to_owned(),
            state: Some("NJ".to_owned()),
            postal_code: Some("08540".to_owned()),
            country: "US".to_owned(),
            ..Address::default()
        },
        shipping: None,
        lines: vec![line("1", "A", "3", 2997), line("2", "B", "1", 1995)],
        charges: vec![Charge {
            id: "3".to_owned(),
            kind: ChargeKind::Shipping,
            name: "Shipping".to_owned(),
            net_minor: 750,
            taxes: codes(&["state"]),
        }],
        discounts: vec![Discount {
            id: "4".to_owned(),
            name: "AUTUMN".to_owned(),
            net_minor: 500,
            taxes: codes(&["state", "local"]),
        }],
        taxes: vec![tax("state", 329), tax("local", 90)],
        total_minor: 5661,
        payment: token("PMT_1"),
        note: None,
    }
}

/// The same order, a few seconds later, changed.
pub fn later(seconds: i64, change: impl FnOnce(&mut Order)) -> Order {
    let mut order = order();
    order.modified_at += jiff::SignedDuration::from_secs(seconds);
    change(&mut order);
    order
}
