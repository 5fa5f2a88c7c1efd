//! Fuzz targets. `cargo test` runs them for a moment with random and with sample input; `cargo bolero test -p shop
//! any_body_is_parsed` fuzzes with coverage for as long as one likes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use bolero::check;
use common::store;
use domain::{card_number, money::Money};
use shop::scheme;

#[test]
fn any_body_is_parsed() {
    let stores = ["woo", "own"].map(store);
    check!().for_each(|body: &[u8]| {
        for store in &stores {
            let scheme = scheme(store);
            if let Ok(order) = scheme.parse(body, store) {
                assert!(domain::order::check(&order).is_ok());
                assert!(scheme.facts(body).is_some());
            }
        }
    });
}

#[test]
fn any_bytes_are_searched_for_card_numbers() {
    check!().for_each(|body: &[u8]| {
        assert!(card_number::find(body).is_none_or(|found| found.position < body.len()));
    });
}

#[test]
fn any_text_is_an_amount_or_none() {
    check!().for_each(|text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        for code in ["USD", "JPY", "KWD"] {
            let currency = code.parse().unwrap();
            if let Ok(money) = Money::parse(&text, currency) {
                assert_eq!(Money::parse(&money.to_major(), currency), Ok(money));
            }
        }
    });
}
