//! The canonical order, as a shop of one's own sends it.

use super::{
    Draft, Paid,
    amounts::{Amounts, Position, Sort},
    people::{Person, Place},
};
use domain::merchant::Store;
use serde_json::{Map, Value, json};

/// The whole order.
pub(super) fn order(draft: &Draft, store: &Store) -> Value {
    let person = &draft.person;
    let mut order = json!({
        "schema": 1, "key": format!("{}/{}", store.id, draft.id), "number": format!("W{}", draft.id),
        "modified_at": draft.placed_at, "placed_at": draft.placed_at, "currency": draft.currency.code(),
        "prices_include_tax": draft.prices_include_tax, "customer": customer(person),
        "billing": address(&person.billing, person.company), "payment": payment(&draft.paid, store),
    });
    if let Some(place) = &person.shipping {
        order["shipping"] = address(place, person.company);
    }
    if let Some(note) = &draft.note {
        order["note"] = json!(note);
    }
    for (field, value) in amounts(&draft.amounts) {
        order[field] = value;
    }
    order
}

/// The fields that hold amounts.
pub(super) fn amounts(amounts: &Amounts) -> Map<String, Value> {
    let codes = |position: &Position| {
        let rates = position
            .taxes
            .iter()
            .filter_map(|(rate, _)| amounts.rates.get(*rate));
        rates.map(|rate| rate.code.clone()).collect::<Vec<_>>()
    };
    let lines = amounts.of(Sort::Goods).enumerate().map(|(at, line)| {
        json!({ "id": (at + 1).to_string(), "sku": line.sku, "name": line.name,
            "quantity": line.quantity.to_string(), "net_minor": line.net_minor, "taxes": codes(line) })
    });
    let charges = amounts.positions.iter().filter_map(|position| {
        let (id, kind) = match position.sort {
            Sort::Shipping => ("ship", "shipping"),
            Sort::Fee => ("fee", "fee"),
            Sort::Goods | Sort::Discount => return None,
        };
        Some(
            json!({ "id": id, "kind": kind, "name": position.name, "net_minor": position.net_minor,
            "taxes": codes(position) }),
        )
    });
    let discounts = amounts.of(Sort::Discount).map(|position| {
        json!({ "id": "promo", "name": position.name, "net_minor": position.net_minor, "taxes": codes(position) })
    });
    let taxes = amounts.borne().into_iter().filter_map(|at| {
        let rate = amounts.rates.get(at)?;
        Some(json!({ "code": rate.code, "name": rate.label, "rate_percent": rate.percent.normalize().to_string(),
            "amount_minor": amounts.tax_minor(at, |_| true) }))
    });
    let fields = [
        ("lines", Value::Array(lines.collect())),
        ("charges", Value::Array(charges.collect())),
        ("discounts", Value::Array(discounts.collect())),
        ("taxes", Value::Array(taxes.collect())),
        ("total_minor", json!(amounts.total_minor())),
    ];
    fields
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect()
}

fn customer(person: &Person) -> Value {
    let mut customer = json!({
        "email": person.email, "name": format!("{} {}", person.billing.first, person.billing.last),
    });
    let shop_id = person.shop_id.map(|id| format!("C-{id}"));
    for (field, value) in [
        ("shop_id", shop_id.as_deref()),
        ("company", person.company),
        ("vat", person.vat),
    ] {
        if let Some(value) = value {
            customer[field] = json!(value);
        }
    }
    customer
}

fn address(place: &Place, company: Option<&str>) -> Value {
    let mut address = json!({
        "name": format!("{} {}", place.first, place.last), "street": place.street, "city": place.city,
        "postal_code": place.postal_code, "country": place.country,
    });
    for (field, value) in [
        ("company", company.unwrap_or_default()),
        ("street2", place.street2),
        ("state", place.state),
    ] {
        if !value.is_empty() {
            address[field] = json!(value);
        }
    }
    address
}

/// Where the payment stands.
pub(super) fn payment(paid: &Paid, store: &Store) -> Value {
    let tender = store.tenders.keys().next();
    match paid {
        Paid::No | Paid::Elsewhere => json!({ "state": "pending" }),
        Paid::Token(token) => json!({ "state": "token", "tender": tender, "token": token }),
        Paid::Reserved(id) => json!({ "state": "authorized", "tender": tender, "transaction": id }),
        Paid::Taken(id) => json!({ "state": "captured", "tender": tender, "transaction": id }),
        Paid::Wallet(id) => json!({ "state": "elsewhere", "method": "wallet", "transaction": id }),
        Paid::ByHand => json!({ "state": "elsewhere" }),
    }
}
