//! Fuzz targets. `cargo test` runs each for a second; `BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test -p shop --test fuzz`
//! as long as one likes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use bolero::check;
use common::{sample, store};
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
fn any_damage_to_a_sample_is_parsed() {
    let samples = [
        ("woo", "woocommerce/order-coupon.json"),
        ("own", "standard/order-usd-discount.json"),
    ];
    let samples = samples.map(|(id, path)| (store(id), sample(path)));
    let damage = bolero::produce::<Vec<(u16, u8, Vec<u8>)>>()
        .with()
        .len(1..4_usize);
    check!().with_generator(damage).for_each(|damage| {
        for (store, body) in &samples {
            let mut body = body.clone();
            for (at, length, bytes) in damage {
                let at = usize::from(*at) % (body.len() + 1);
                let end = (at + usize::from(*length) % 16).min(body.len());
                body.splice(at..end, bytes.iter().copied());
            }
            if let Ok(order) = scheme(store).parse(&body, store) {
                assert!(domain::order::check(&order).is_ok());
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
