//! The order of WooCommerce's REST API, version 3.

use super::{
    Draft, Paid,
    amounts::{Amounts, Position, Sort},
    people::{Person, Place},
};
use domain::{
    merchant::{Store, WooCommerce},
    money::{Currency, Money},
};
use serde_json::{Map, Value, json};

/// The first id of a tax rate.
const RATE_ID: usize = 11;

/// The whole order.
pub(super) fn order(draft: &Draft, store: &Store, settings: &WooCommerce) -> Value {
    let (person, id) = (&draft.person, draft.id.parse::<u64>().unwrap_or_default());
    let at = draft.placed_at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let method = store.payment_methods.keys().next().map_or("", String::as_str);
    let method = if draft.paid == Paid::Elsewhere {
        "bacs"
    } else {
        method
    };
    let mut order = json!({
        "id": id, "parent_id": 0, "number": draft.id, "version": "10.3.5", "currency": draft.currency.code(),
        "prices_include_tax": draft.prices_include_tax, "order_key": format!("wc_order_{id:x}"),
        "date_created": at, "date_created_gmt": at, "date_modified": at, "date_modified_gmt": at,
        "customer_id": person.shop_id.unwrap_or(0), "customer_note": draft.note.as_deref().unwrap_or_default(),
        "billing": address(&person.billing, person, true),
        "shipping": address(person.shipping.as_ref().unwrap_or(&person.billing), person, false),
        "payment_method": method, "payment_method_title": "Credit card", "created_via": "checkout",
        "customer_ip_address": "203.0.113.24", "date_completed": null, "date_paid": null, "refunds": [],
        "meta_data": [{ "id": 70_024, "key": "_wc_order_attribution_source_type", "value": "typein" }],
    });
    if let (Some(key), Some(vat)) = (&settings.vat_meta, person.vat) {
        super::super::merge_meta(&mut order, &[json!({ "key": key, "value": vat })]);
    }
    let mut fields = amounts(&draft.amounts, draft.currency, id);
    fields.extend(payment(&draft.paid, settings));
    for (field, value) in fields {
        match value.as_array().filter(|_| field == "meta_data") {
            Some(entries) => super::super::merge_meta(&mut order, entries),
            None => order[field] = value,
        }
    }
    order
}

/// The fields that say where the payment stands.
pub(super) fn payment(paid: &Paid, settings: &WooCommerce) -> Map<String, Value> {
    let meta = |key: &str, value: &str| json!([{ "key": key, "value": value }]);
    let state = |word: &str| {
        settings
            .payment_state_meta
            .as_deref()
            .map_or(json!([]), |key| meta(key, word))
    };
    let (status, transaction, meta) = match paid {
        Paid::No => ("pending", "", json!([])),
        Paid::Elsewhere => ("on-hold", "", json!([])),
        Paid::Token(token) => ("pending", "", meta(&settings.token_meta, token)),
        Paid::Reserved(id) => ("on-hold", id.as_str(), state("authorized")),
        Paid::Taken(id) => ("processing", id.as_str(), state("captured")),
        Paid::Wallet(id) => ("processing", id.as_str(), json!([])),
        Paid::ByHand => ("processing", "", json!([])),
    };
    let method = match paid {
        Paid::Wallet(_) => Some("wallet"),
        Paid::ByHand => Some(""),
        _ => None,
    };
    let fields = [
        ("status", json!(status)),
        ("transaction_id", json!(transaction)),
        ("meta_data", meta),
    ];
    let method = method.map(|method| ("payment_method", json!(method)));
    fields
        .into_iter()
        .chain(method)
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
}

/// The fields that hold amounts.
pub(super) fn amounts(amounts: &Amounts, currency: Currency, id: u64) -> Map<String, Value> {
    let major = |minor: i64| Money::new(minor, currency).to_major();
    let mut ids = (id * 10 + 1)..;
    let mut next = move || ids.next().unwrap_or_default();
    let taxes = |position: &Position, sign: i64| -> Vec<Value> {
        let tax = |(rate, minor): &(usize, i64)| json!({ "id": RATE_ID + rate, "total": major(sign * minor), "subtotal": "" });
        position.taxes.iter().map(tax).collect()
    };
    let mut lines = Vec::new();
    for line in amounts.of(Sort::Goods) {
        lines.push(
            json!({ "id": next(), "name": line.name, "product_id": 101, "variation_id": 0,
            "quantity": line.quantity, "tax_class": "", "subtotal": major(line.before_coupon_minor),
            "total": major(line.net_minor), "taxes": taxes(line, 1), "meta_data": [], "sku": line.sku }),
        );
    }
    let mut shipping = Vec::new();
    for charge in amounts.of(Sort::Shipping) {
        shipping.push(
            json!({ "id": next(), "method_title": charge.name, "method_id": "flat_rate",
            "total": major(charge.net_minor), "taxes": taxes(charge, 1), "meta_data": [] }),
        );
    }
    let mut fees = Vec::new();
    for (sort, sign) in [(Sort::Fee, 1), (Sort::Discount, -1)] {
        for fee in amounts.of(sort) {
            fees.push(
                json!({ "id": next(), "name": fee.name, "amount": major(sign * fee.net_minor),
                "total": major(sign * fee.net_minor), "taxes": taxes(fee, sign), "meta_data": [] }),
            );
        }
    }
    let mut tax_lines = Vec::new();
    for at in amounts.borne() {
        let Some(rate) = amounts.rates.get(at) else {
            continue;
        };
        let goods = amounts.tax_minor(at, |sort| sort != Sort::Shipping);
        let delivery = amounts.tax_minor(at, |sort| sort == Sort::Shipping);
        let percent = rate.percent.normalize().to_string();
        tax_lines.push(
            json!({ "id": next(), "rate_code": rate.code, "rate_id": RATE_ID + at, "label": rate.label,
            "compound": false, "tax_total": major(goods), "shipping_tax_total": major(delivery),
            "rate_percent": serde_json::from_str::<Value>(&percent).unwrap_or_default(), "meta_data": [] }),
        );
    }
    let fields = [
        ("line_items", Value::Array(lines)),
        ("shipping_lines", Value::Array(shipping)),
        ("fee_lines", Value::Array(fees)),
        ("tax_lines", Value::Array(tax_lines)),
        ("total", json!(major(amounts.total_minor()))),
    ];
    fields
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
}

fn address(place: &Place, person: &Person, billing: bool) -> Value {
    let mut address = json!({
        "first_name": place.first, "last_name": place.last, "company": person.company.unwrap_or_default(),
        "address_1": place.street, "address_2": place.street2, "city": place.city, "state": place.state,
        "postcode": place.postal_code, "country": place.country, "phone": "+1 609 555 0142",
    });
    if billing {
        address["email"] = json!(person.email);
    }
    address
}
