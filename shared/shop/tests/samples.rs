//! Every sample in `events/` becomes the order it should become, and the schema is true of all of them.

mod common;

use common::{sample, samples, store};
use domain::{
    address, card_number,
    event::EventId,
    failure::FailureName,
    order::{ChargeKind, Order, Payment, check},
};
use serde_json::Value;
use shop::scheme;

fn parsed(id: &str, path: &str) -> Order {
    let store = store(id);
    scheme(&store)
        .parse(&sample(path), &store)
        .unwrap_or_else(|failure| panic!("{path}: {failure}"))
}

fn woo(name: &str) -> Order {
    parsed("woo", &format!("woocommerce/{name}.json"))
}

fn orders() -> Vec<(String, Order)> {
    let read = |folder: &str, id: &str| {
        let names = samples(folder)
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| name != "ping.json");
        names
            .map(|name| (name.clone(), parsed(id, &format!("{folder}/{name}"))))
            .collect::<Vec<_>>()
    };
    [read("woocommerce", "woo"), read("standard", "own")].concat()
}

#[test]
fn every_sample_is_an_order_whose_parts_make_its_total() {
    for (name, order) in orders() {
        check(&order).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let parts = order
            .untaxed()
            .unwrap()
            .checked_add(order.tax().unwrap())
            .unwrap();
        assert_eq!(parts, order.total(), "{name}");
    }
}

#[test]
fn every_sample_is_named_by_its_order_and_modification_time() {
    for (folder, id) in [("woocommerce", "woo"), ("standard", "own")] {
        let store = store(id);
        for (name, body) in samples(folder)
            .into_iter()
            .filter(|(name, _)| name != "ping.json")
        {
            let order = scheme(&store).parse(&body, &store).unwrap();
            let facts = scheme(&store)
                .facts(&body)
                .unwrap_or_else(|| panic!("{name} names no event"));
            let event = EventId::derive(&store.id, Some(&facts), &body);
            assert_eq!(event, EventId::of_order(&order), "{name}");
        }
    }
}

#[test]
fn the_schema_is_true_of_samples_and_of_what_we_write() {
    let schema: Value = serde_json::from_slice(&sample("order.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, order) in orders() {
        let written = serde_json::to_value(&order).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&written)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(serde_json::from_value::<Order>(written).unwrap(), order, "{name}");
    }
    for (name, body) in samples("standard")
        .into_iter()
        .filter(|(name, _)| name != "ping.json")
    {
        let envelope: Value = serde_json::from_slice(&body).unwrap();
        assert!(validator.is_valid(&envelope["data"]), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_the_code_refuses() {
    let schema: Value = serde_json::from_slice(&sample("order.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let envelope: Value = serde_json::from_slice(&sample("standard/order-usd-discount.json")).unwrap();
    let wrong: [(&str, Value); 8] = [
        ("/total_minor", 56.80.into()),
        ("/total_minor", (-1).into()),
        ("/lines/0/net_minor", "29.97".into()),
        ("/lines/0/quantity", "-3".into()),
        ("/lines/0/id", "a b".into()),
        ("/key", "Own/2001".into()),
        ("/payment/state", "token?".into()),
        ("/currency", "usd".into()),
    ];
    for (pointer, value) in wrong {
        let mut envelope = envelope.clone();
        *envelope["data"].pointer_mut(pointer).unwrap() = value.clone();
        assert!(!validator.is_valid(&envelope["data"]), "{pointer} = {value}");
        let store = store("own");
        let body = serde_json::to_vec(&envelope).unwrap();
        assert!(
            scheme(&store).parse(&body, &store).is_err(),
            "{pointer} = {value}"
        );
    }
}

#[test]
fn two_taxes_and_shipping() {
    let order = woo("order-usd-two-taxes");
    assert_eq!(order.key.to_string(), "woo/1001");
    assert_eq!((order.total_minor, order.currency.code()), (6223, "USD"));
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|l| (l.sku.as_str(), l.quantity.to_string(), l.net_minor))
        .collect();
    assert_eq!(
        lines,
        [
            ("HL-COFFEE-1KG", "3".to_owned(), 2997),
            ("HL-MUG-BLUE", "1".to_owned(), 1995)
        ]
    );
    assert_eq!(order.lines[0].taxes, ["US-NJ-STATE-1", "US-NJ-LOCAL-2"]);
    assert_eq!(order.charges.len(), 1);
    assert_eq!(
        (order.charges[0].kind, order.charges[0].net_minor),
        (ChargeKind::Shipping, 750)
    );
    assert_eq!(order.charges[0].taxes, ["US-NJ-STATE-1"]);
    let taxes: Vec<_> = order
        .taxes
        .iter()
        .map(|tax| (tax.code.as_str(), tax.amount_minor))
        .collect();
    assert_eq!(taxes, [("US-NJ-STATE-1", 381), ("US-NJ-LOCAL-2", 100)]);
    assert_eq!(order.taxes[0].rate_percent.unwrap().to_string(), "6.625");
    assert_eq!(order.customer.shop_id.as_deref(), Some("25"));
    assert_eq!(order.shipping, None, "the delivery address says nothing new");
    assert!(
        matches!(&order.payment, Payment::Token { tender, token } if tender == "card" && token.starts_with("PMT_"))
    );
    for tax in &order.taxes {
        assert!(store("woo").tax(&tax.code).is_ok(), "{}", tax.code);
    }
}

#[test]
fn a_coupon_is_in_the_lines_and_a_negative_fee_is_a_discount() {
    let order = woo("order-coupon");
    assert_eq!(
        order.lines.iter().map(|line| line.net_minor).collect::<Vec<_>>(),
        [2697, 1795]
    );
    assert_eq!(order.customer.shop_id, None, "a guest");
    let charges: Vec<_> = order
        .charges
        .iter()
        .map(|c| (c.kind, c.name.as_str(), c.net_minor))
        .collect();
    assert_eq!(
        charges,
        [(ChargeKind::Fee, "Gift wrapping", 200)],
        "free shipping is no charge"
    );
    assert_eq!(order.discounts.len(), 1);
    assert_eq!(
        (order.discounts[0].name.as_str(), order.discounts[0].net_minor),
        ("Store credit", 500)
    );
}

#[test]
fn prices_including_tax_become_net() {
    let order = woo("order-eur-prices-include-tax");
    assert!(order.prices_include_tax);
    assert_eq!(
        order.lines.iter().map(|line| line.net_minor).collect::<Vec<_>>(),
        [1680, 934]
    );
    assert_eq!(order.total_minor, 3488);
}

#[test]
fn currencies_without_or_with_three_decimals() {
    assert_eq!(
        (woo("order-jpy").total_minor, woo("order-jpy").total().to_major()),
        (3190, "3190".to_owned())
    );
    assert_eq!(
        (woo("order-kwd").total_minor, woo("order-kwd").total().to_major()),
        (8875, "8.875".to_owned())
    );
    assert_eq!(
        parsed("own", "standard/order-kwd.json").lines[1]
            .quantity
            .to_string(),
        "2.5"
    );
}

#[test]
fn a_company_with_another_delivery_address() {
    let order = woo("order-company-other-delivery-address");
    assert_eq!(order.customer.company.as_deref(), Some("Müller & Söhne GmbH"));
    assert_eq!(order.customer.vat.as_deref(), Some("DE123456789"));
    let shipping = address::normalise(order.shipping.as_ref().unwrap(), "US");
    assert_eq!(
        (shipping.city.as_str(), shipping.state.as_deref()),
        ("Nürnberg", Some("BY"))
    );
    assert_ne!(
        address::hash(&shipping, "US"),
        address::hash(&order.billing, "US")
    );
}

#[test]
fn who_has_paid_what_already() {
    let transaction = |payment: &Payment| match payment {
        Payment::Authorized { transaction, .. } => format!("authorized {transaction}"),
        Payment::Captured { transaction, .. } => format!("captured {transaction}"),
        Payment::Elsewhere { method, transaction } => format!(
            "elsewhere {} {}",
            method.as_deref().unwrap_or_default(),
            transaction.as_deref().unwrap_or_default()
        ),
        other => format!("{other:?}"),
    };
    let expected = [
        (
            "order-paid-by-plugin",
            "captured TRN_paidByPlugin1007000000000000",
        ),
        (
            "order-authorized-by-plugin",
            "authorized TRN_authorizedByPlugin1010000000",
        ),
        ("order-not-paid", "Pending"),
        ("order-bank-transfer", "Pending"),
        ("order-cancelled", "Closed"),
        ("order-paid-elsewhere", "elsewhere ppcp-gateway 8XJ42011FT5541902"),
        ("order-discounted-in-full", "elsewhere  "),
    ];
    for (name, payment) in expected {
        assert_eq!(transaction(&woo(name).payment), payment, "{name}");
    }
}

#[test]
fn what_must_be_refused_is_refused_with_the_field() {
    let expected = [
        (
            "standard-card-number-as-token.json",
            FailureName::Refused,
            "payment.token",
        ),
        (
            "standard-order-of-another-store.json",
            FailureName::Refused,
            "data.key",
        ),
        (
            "standard-total-a-cent-off.json",
            FailureName::Conflict,
            "total_minor",
        ),
        (
            "woocommerce-jpy-with-decimals.json",
            FailureName::Refused,
            "total",
        ),
        (
            "woocommerce-line-without-sku.json",
            FailureName::Refused,
            "lines[1].sku",
        ),
        (
            "woocommerce-paid-without-transaction.json",
            FailureName::Refused,
            "transaction_id",
        ),
        (
            "woocommerce-quantity-of-three-decimals.json",
            FailureName::Refused,
            "lines[0].quantity",
        ),
        (
            "woocommerce-refunded-in-part.json",
            FailureName::Refused,
            "refunds",
        ),
        (
            "woocommerce-total-a-cent-off.json",
            FailureName::Conflict,
            "total_minor",
        ),
    ];
    let mut seen = 0;
    for (name, body) in samples("refused") {
        let store = store(if name.starts_with("woo") { "woo" } else { "own" });
        let Some((_, failure, field)) = expected.iter().find(|(file, ..)| *file == name) else {
            assert_eq!(name, "woocommerce-card-number-in-note.json");
            continue;
        };
        let found = scheme(&store).parse(&body, &store).expect_err(&name);
        assert_eq!(
            (found.name, found.field.as_deref()),
            (*failure, Some(*field)),
            "{name}: {found}"
        );
        seen += 1;
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn only_the_samples_with_a_card_number_have_one() {
    for folder in ["woocommerce", "standard", "lambda", "refused"] {
        for (name, body) in samples(folder) {
            assert_eq!(
                card_number::find(&body).is_some(),
                name.contains("card-number"),
                "{folder}/{name}"
            );
        }
    }
}
