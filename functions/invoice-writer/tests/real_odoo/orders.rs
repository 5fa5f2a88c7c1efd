//! Orders as shops send them. Every order has an id and a customer of its own.

use domain::order::{Address, Charge, ChargeKind, Customer, Discount, Line, Order, Payment, TaxTotal};
use order_writer::OrderToWrite;
use rust_decimal::Decimal;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A number no other test, process or run has used.
pub fn unique() -> u64 {
    let started = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let millis = u64::try_from(started.as_millis()).unwrap();
    millis * 1000 + NEXT.fetch_add(1, Ordering::Relaxed)
}

pub const STATE: &str = "US-NJ-STATE-1";
pub const LOCAL: &str = "US-NJ-LOCAL-2";

pub fn line(id: &str, sku: &str, quantity: i64, net_minor: i64, taxes: &[&str]) -> Line {
    Line {
        id: id.to_owned(),
        sku: sku.to_owned(),
        name: format!("{sku} as sold"),
        quantity: Decimal::from(quantity),
        net_minor,
        taxes: taxes.iter().map(|&code| code.to_owned()).collect(),
    }
}

pub fn tax(code: &str, amount_minor: i64) -> TaxTotal {
    TaxTotal {
        code: code.to_owned(),
        name: code.to_owned(),
        rate_percent: None,
        amount_minor,
    }
}

pub fn address(name: &str, street: &str, city: &str, zip: &str) -> Address {
    Address {
        name: name.to_owned(),
        street: street.to_owned(),
        city: city.to_owned(),
        state: Some("NJ".to_owned()),
        postal_code: Some(zip.to_owned()),
        country: "US".to_owned(),
        ..Address::default()
    }
}

/// 3 × 9.99 and 1 × 19.95 in two taxes, shipping 7.50 in one, 5.00 off; the shop's local tax is a cent more than
/// what Odoo computes. 52.42 + 3.47 + 0.91 = 56.80.
pub fn order() -> OrderToWrite {
    let number = unique();
    let billing = address("Ann Buyer", "12 Main Street", "Princeton", "08540");
    let order = Order {
        schema: 1,
        key: format!("woo/{number}").parse().unwrap(),
        number: number.to_string(),
        modified_at: "2026-11-20T15:00:00Z".parse().unwrap(),
        placed_at: "2026-11-20T15:00:00Z".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        prices_include_tax: false,
        customer: Customer {
            shop_id: None,
            email: Some(format!("ann.{number}@example.com")),
            name: "Ann Buyer".to_owned(),
            company: None,
            vat: None,
        },
        shipping: Some(address("Ann Buyer", "5 Harbor Road", "Trenton", "08601")),
        billing,
        lines: vec![
            line("1", "SKU-3", 3, 2997, &[STATE, LOCAL]),
            line("2", "SKU-2", 1, 1995, &[STATE, LOCAL]),
        ],
        charges: vec![Charge {
            id: "3".to_owned(),
            kind: ChargeKind::Shipping,
            name: "Flat rate".to_owned(),
            net_minor: 750,
            taxes: vec![STATE.to_owned()],
        }],
        discounts: vec![Discount {
            id: "4".to_owned(),
            name: "WELCOME5".to_owned(),
            net_minor: 500,
            taxes: vec![STATE.to_owned(), LOCAL.to_owned()],
        }],
        taxes: vec![tax(STATE, 347), tax(LOCAL, 91)],
        total_minor: 5680,
        payment: Payment::Token {
            tender: "card".to_owned(),
            token: "PMT_1".to_owned(),
        },
        note: None,
    };
    OrderToWrite {
        order,
        generation: 1,
        transaction: format!("TRN_{number}"),
        fresh: true,
        redrive: false,
    }
}

/// One line, no tax, one address.
pub fn plain(currency: &str, sku: &str, quantity: i64, net_minor: i64) -> OrderToWrite {
    let mut order = order();
    let content = &mut order.order;
    content.currency = currency.parse().unwrap();
    content.shipping = None;
    content.lines = vec![line("1", sku, quantity, net_minor, &[])];
    (content.charges, content.discounts, content.taxes) = (vec![], vec![], vec![]);
    content.total_minor = net_minor;
    order
}

/// The same order once more, as after a crash.
pub fn again(order: &OrderToWrite) -> OrderToWrite {
    OrderToWrite {
        fresh: false,
        ..order.clone()
    }
}

/// The order corrected by a person and sent again.
pub fn redriven(order: &OrderToWrite) -> OrderToWrite {
    OrderToWrite {
        redrive: true,
        ..again(order)
    }
}

/// One line in one tax.
pub fn taxed(net_minor: i64, code: &str, tax_minor: i64) -> OrderToWrite {
    let mut order = plain("USD", "SKU-1", 1, net_minor);
    order.order.lines[0].taxes = vec![code.to_owned()];
    order.order.taxes = vec![tax(code, tax_minor)];
    order.order.total_minor = net_minor + tax_minor;
    order
}
