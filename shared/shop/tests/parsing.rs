//! Any bytes become an order or a failure with a name; what becomes an order holds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use common::{edited, sample, store};
use domain::{
    failure::FailureName,
    merchant::{self, TransactionMeans},
    order::{Payment, check},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use shop::{BODY_BYTES_MAX, scheme};

const WOO: &str = "woocommerce/order-usd-two-taxes.json";
const OWN: &str = "standard/order-usd-discount.json";

/// Parsing gives an order that holds, or a failure that says what is wrong.
fn parses_or_refuses(id: &str, body: &[u8]) {
    let store = store(id);
    match scheme(&store).parse(body, &store) {
        Ok(order) => {
            check(&order).unwrap();
            assert_eq!(order.key.store, store.id);
            assert!(scheme(&store).facts(body).is_some());
        }
        Err(failure) => {
            assert!(
                matches!(failure.name, FailureName::Refused | FailureName::Conflict),
                "{failure}"
            );
            assert!(!failure.what.is_empty());
        }
    }
}

fn woo_with(edits: &[(&str, &str)]) -> Result<domain::order::Order, domain::failure::Failure> {
    let store = store("woo");
    scheme(&store).parse(&edited(WOO, edits), &store)
}

#[test]
fn nobody_pays_for_a_checkout_that_is_still_being_filled_in() {
    let at = |status: &str| {
        let edit = ("\"status\": \"pending\"", &*format!("\"status\": \"{status}\""));
        woo_with(&[edit]).unwrap().payment
    };
    assert!(matches!(at("pending"), Payment::Token { .. }));
    assert_eq!(
        [at("checkout-draft"), at("auto-draft")],
        [Payment::Pending, Payment::Pending]
    );
}

#[test]
fn amounts_may_be_numbers_and_keep_every_digit() {
    let order = woo_with(&[
        ("\"total\": \"62.23\"", "\"total\": 62.23"),
        ("\"id\": 1001", "\"id\": \"1001\""),
    ])
    .unwrap();
    assert_eq!(order.total_minor, 6223);
    // 0.1 + 0.2 as a float, and a number no float can hold.
    for number in [
        "62.230000000000004",
        "6.223e1",
        "62.2300000000000000000000000001",
        "NaN",
        "1e400",
        "[62.23]",
    ] {
        let refused = woo_with(&[("\"total\": \"62.23\"", &format!("\"total\": {number}"))]);
        assert_eq!(refused.unwrap_err().name, FailureName::Refused, "{number}");
    }
}

#[test]
fn prices_from_1_cent_to_100_dollars_lose_nothing() {
    let store = store("woo");
    let text = String::from_utf8(sample("woocommerce/order-kwd.json")).unwrap();
    let text = text.replace("\"currency\": \"KWD\"", "\"currency\": \"USD\"");
    let mut order: Value = serde_json::from_str(&text).unwrap();
    order["line_items"].as_array_mut().unwrap().truncate(1);
    order["shipping_lines"] = json!([]);
    for cents in 1..=10_000_i64 {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        order["total"] = json!(amount);
        // Half of the shops' plugins write numbers.
        order["line_items"][0]["total"] = if cents % 2 == 0 {
            json!(amount)
        } else {
            amount.parse().unwrap()
        };
        let parsed = scheme(&store)
            .parse(&serde_json::to_vec(&order).unwrap(), &store)
            .unwrap();
        assert_eq!((parsed.total_minor, parsed.lines[0].net_minor), (cents, cents));
    }
}

#[test]
fn a_missing_field_is_named_and_no_value_is_quoted() {
    let store = store("woo");
    let whole: Value = serde_json::from_slice(&sample(WOO)).unwrap();
    for field in [
        "id",
        "status",
        "currency",
        "date_modified_gmt",
        "total",
        "billing",
        "line_items",
    ] {
        let mut order = whole.clone();
        order.as_object_mut().unwrap().remove(field);
        let failure = scheme(&store)
            .parse(order.to_string().as_bytes(), &store)
            .unwrap_err();
        assert_eq!(failure.name, FailureName::Refused, "{field}");
    }
    let mut order = whole;
    order["line_items"][1]["total"] = json!({ "secret": "Jane Doe" });
    let failure = scheme(&store)
        .parse(order.to_string().as_bytes(), &store)
        .unwrap_err();
    assert_eq!(failure.field.as_deref(), Some("line_items[1].total"));
    assert!(!failure.to_string().contains("Jane"));
}

#[test]
fn what_is_too_large_or_too_deep_is_refused() {
    for id in ["woo", "own"] {
        let store = store(id);
        for body in [
            vec![b' '; BODY_BYTES_MAX + 1],
            "[".repeat(100_000).into_bytes(),
            b"{\"a\":".repeat(20_000),
        ] {
            let failure = scheme(&store).parse(&body, &store).unwrap_err();
            assert_eq!(failure.name, FailureName::Refused);
            assert_eq!(scheme(&store).facts(&body), None);
        }
    }
}

#[test]
fn something_after_the_json_is_refused() {
    for (id, path) in [("woo", WOO), ("own", OWN)] {
        let mut body = sample(path);
        body.extend_from_slice(b"{}");
        let store = store(id);
        assert_eq!(
            scheme(&store).parse(&body, &store).unwrap_err().name,
            FailureName::Refused
        );
    }
}

#[test]
fn the_rounding_of_prices_including_tax_is_absorbed_and_a_real_difference_is_not() {
    let including = ("\"prices_include_tax\": false", "\"prices_include_tax\": true");
    let total = |minor: &'static str| ("\"total\": \"62.23\"", minor);
    // Three parts (two lines, shipping) may each be off by half a cent.
    for (text, net) in [
        ("\"total\": \"62.24\"", 2998),
        ("\"total\": \"62.22\"", 2996),
        ("\"total\": \"62.25\"", 2999),
    ] {
        let order = woo_with(&[including, total(text)]).unwrap();
        assert_eq!(order.lines[0].net_minor, net);
        check(&order).unwrap();
    }
    assert_eq!(
        woo_with(&[including, total("\"total\": \"62.26\"")])
            .unwrap_err()
            .name,
        FailureName::Conflict
    );
    assert_eq!(
        woo_with(&[total("\"total\": \"62.24\"")]).unwrap_err().name,
        FailureName::Conflict
    );
}

#[test]
fn a_rate_that_is_not_among_the_orders_taxes_is_a_conflict() {
    let failure = woo_with(&[(
        "\"id\": 11,\n          \"total\"",
        "\"id\": 99,\n          \"total\"",
    )])
    .unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Conflict, Some("lines[0].taxes"))
    );
}

#[test]
fn a_status_of_a_plugins_own_counts_as_paid_only_with_a_transaction() {
    let status = ("\"status\": \"pending\"", "\"status\": \"wc-packed\"");
    assert_eq!(woo_with(&[status]).unwrap().payment, Payment::Pending);
    let paid = woo_with(&[
        status,
        ("\"transaction_id\": \"\"", "\"transaction_id\": \"TRN_9\""),
    ])
    .unwrap();
    assert!(matches!(paid.payment, Payment::Captured { transaction, .. } if transaction == "TRN_9"));
}

#[test]
fn an_order_whose_money_was_reserved_by_the_plugin_waits_for_our_capture() {
    let path = "woocommerce/order-paid-by-plugin.json";
    let store = store("woo");
    let body = edited(path, &[("\"value\": \"captured\"", "\"value\": \"authorized\"")]);
    let order = scheme(&store).parse(&body, &store).unwrap();
    assert!(matches!(order.payment, Payment::Authorized { .. }));
    let body = edited(path, &[("\"value\": \"captured\"", "\"value\": \"who knows\"")]);
    assert_eq!(
        scheme(&store).parse(&body, &store).unwrap_err().field.as_deref(),
        Some("meta_data")
    );
}

#[test]
fn an_order_on_hold_with_a_transaction_is_read_by_the_setting_when_the_state_is_not_told() {
    let path = "woocommerce/order-authorized-by-plugin.json";
    let parsed = |means: TransactionMeans, edits: &[(&str, &str)]| {
        let mut store = store("woo");
        if let merchant::Scheme::WooCommerce(settings) = &mut store.scheme {
            settings.transaction_means = means;
        }
        let order = scheme(&store).parse(&edited(path, edits), &store);
        order.map(|order| order.payment)
    };
    let unsaid = ("\"_heartland_payment_state\"", "\"_another_key\"");
    let reserved = parsed(TransactionMeans::Authorized, &[unsaid]).unwrap();
    assert!(matches!(reserved, Payment::Authorized { .. }), "{reserved:?}");
    assert_eq!(
        parsed(TransactionMeans::Captured, &[unsaid]).unwrap(),
        Payment::Pending
    );
    // Still to be paid: the transaction is that of an attempt that came to nothing.
    let unpaid = ("\"status\": \"on-hold\"", "\"status\": \"pending\"");
    for means in [TransactionMeans::Authorized, TransactionMeans::Captured] {
        assert_eq!(parsed(means, &[unsaid, unpaid]).unwrap(), Payment::Pending);
        let misspelt = ("\"value\": \"authorized\"", "\"value\": \"authorised\"");
        let refused = parsed(means, &[misspelt]).unwrap_err();
        assert_eq!(
            (refused.name, refused.field.as_deref()),
            (FailureName::Refused, Some("meta_data"))
        );
        let declined = ("\"value\": \"authorized\"", "\"value\": \"declined\"");
        assert_eq!(parsed(means, &[declined, unpaid]).unwrap(), Payment::Pending);
    }
}

#[test]
fn an_order_paid_by_a_method_that_is_none_of_ours_says_so() {
    let elsewhere = |edits: &[(&str, &str)]| {
        let method = (
            "\"payment_method\": \"globalpayments_gpapi\"",
            "\"payment_method\": \"paypal\"",
        );
        let edits: Vec<_> = [method].into_iter().chain(edits.iter().copied()).collect();
        woo_with(&edits).unwrap().payment
    };
    let status = |status: &'static str| ("\"status\": \"pending\"", status);
    let transaction = (
        "\"transaction_id\": \"\"",
        "\"transaction_id\": \"8XJ42011FT5541902\"",
    );
    let paypal = |transaction: Option<&str>| Payment::Elsewhere {
        method: Some("paypal".to_owned()),
        transaction: transaction.map(str::to_owned),
    };
    let processing = status("\"status\": \"processing\"");
    let packed = status("\"status\": \"wc-packed\"");
    assert_eq!(elsewhere(&[]), Payment::Pending);
    assert_eq!(elsewhere(&[processing]), paypal(None));
    let named = paypal(Some("8XJ42011FT5541902"));
    assert_eq!(elsewhere(&[processing, transaction]), named);
    assert_eq!(elsewhere(&[packed]), Payment::Pending);
    assert_eq!(elsewhere(&[packed, transaction]), named);
    // What could be no transaction of ours is not kept, a card number least of all.
    for odd in ["4263970000005262", "pay pal/1"] {
        let odd = format!("\"transaction_id\": \"{odd}\"");
        assert_eq!(
            elsewhere(&[processing, ("\"transaction_id\": \"\"", &odd)]),
            paypal(None)
        );
    }
}

/// A sample with one value somewhere in it replaced by any other.
fn mutated(path: &str, at: prop::sample::Index, value: &Value) -> Vec<u8> {
    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match value {
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(i, item)| leaves(item, &format!("{path}/{i}"), found));
            }
            Value::Object(fields) => {
                fields
                    .iter()
                    .for_each(|(key, field)| leaves(field, &format!("{path}/{key}"), found));
            }
            _ => {}
        }
    }
    let mut body: Value = serde_json::from_slice(&sample(path)).unwrap();
    let mut found = Vec::new();
    leaves(&body, "", &mut found);
    if let Some(target) = body.pointer_mut(&found[at.index(found.len())]) {
        *target = value.clone();
    }
    serde_json::to_vec(&body).unwrap()
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "-?[0-9]{1,20}(\\.[0-9]{0,10})?".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

proptest! {
    #[test]
    fn any_bytes(body in prop::collection::vec(any::<u8>(), 0..600)) {
        parses_or_refuses("woo", &body);
        parses_or_refuses("own", &body);
    }

    #[test]
    fn a_sample_cut_anywhere(at in any::<prop::sample::Index>()) {
        for (id, path) in [("woo", WOO), ("own", OWN)] {
            let body = sample(path);
            parses_or_refuses(id, &body[..at.index(body.len())]);
        }
    }

    #[test]
    fn a_sample_with_one_value_replaced(at in any::<prop::sample::Index>(), value in any_value()) {
        for (id, path) in [("woo", WOO), ("woo", "woocommerce/order-coupon.json"), ("own", OWN)] {
            parses_or_refuses(id, &mutated(path, at, &value));
        }
    }
}
