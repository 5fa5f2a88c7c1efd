//! WooCommerce's order → the canonical order.

use super::{amounts, gmt, payment, wire};
use crate::json::Text;
use domain::{
    failure::{Failure, FailureName},
    ids::OrderKey,
    merchant::{Store, WooCommerce},
    money::Currency,
    order::{Address, Customer, ORDER_SCHEMA, Order},
};
use jiff::Timestamp;

pub(super) fn order(order: wire::Order, store: &Store, settings: &WooCommerce) -> Result<Order, Failure> {
    let id = order
        .id
        .as_str()
        .parse()
        .map_err(|error| refused("id", format!("{error}")))?;
    let currency: Currency = order
        .currency
        .as_str()
        .parse()
        .map_err(|error| refused("currency", format!("the currency {error}")))?;
    let payment = payment::read(&order, store, settings)?;
    let amounts = amounts::read(&order, currency)?;
    refuse_partial_refund(&order)?;
    let billing = address(&order.billing);
    let shipping = Some(address(&order.shipping)).filter(|shipping| is_elsewhere(shipping, &billing));
    Ok(Order {
        schema: ORDER_SCHEMA,
        number: order.number.some().unwrap_or(order.id.as_str()).to_owned(),
        key: OrderKey {
            store: store.id.clone(),
            id,
        },
        modified_at: date(&order.date_modified_gmt, "date_modified_gmt")?,
        placed_at: date(&order.date_created_gmt, "date_created_gmt")?,
        currency,
        prices_include_tax: order.prices_include_tax,
        customer: customer(&order, settings),
        billing,
        shipping,
        lines: amounts.lines,
        charges: amounts.charges,
        discounts: amounts.discounts,
        taxes: amounts.taxes,
        total_minor: amounts.total_minor,
        payment,
        note: order.customer_note.owned(),
    })
}

fn refused(field: &str, what: impl Into<String>) -> Failure {
    Failure::new(FailureName::Refused, what).field(field)
}

fn date(text: &Text, field: &str) -> Result<Timestamp, Failure> {
    gmt(text).ok_or_else(|| refused(field, "this is no date and time"))
}

/// The order's own total never shows a partial refund, so its parts would be processed as if there were none. The
/// status says when the whole order was refunded.
fn refuse_partial_refund(order: &wire::Order) -> Result<(), Failure> {
    if order.refunds.is_empty()
        || matches!(
            order.status.as_str(),
            "refunded" | "cancelled" | "failed" | "trash"
        )
    {
        return Ok(());
    }
    let what = "the shop has refunded a part of the order";
    let remedy = "credit that part in Odoo; if the order was never processed here, enter it in Odoo by hand";
    Err(refused("refunds", what).remedy(remedy))
}

fn customer(order: &wire::Order, settings: &WooCommerce) -> Customer {
    let billing = &order.billing;
    let name = full_name(billing)
        .or_else(|| full_name(&order.shipping))
        .or_else(|| billing.company.owned());
    Customer {
        shop_id: order.customer_id.owned().filter(|id| id != "0"),
        email: billing.email.owned(),
        name: name.unwrap_or_else(|| "Guest".to_owned()),
        company: billing.company.owned(),
        vat: settings
            .vat_meta
            .as_deref()
            .and_then(|key| payment::meta(order, key)),
    }
}

fn full_name(address: &wire::Address) -> Option<String> {
    let parts: Vec<&str> = [&address.first_name, &address.last_name]
        .into_iter()
        .filter_map(Text::some)
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn address(address: &wire::Address) -> Address {
    Address {
        name: full_name(address)
            .or_else(|| address.company.owned())
            .unwrap_or_default(),
        company: address.company.owned(),
        street: address.address_1.as_str().to_owned(),
        street2: address.address_2.owned(),
        city: address.city.as_str().to_owned(),
        state: address.state.owned(),
        postal_code: address.postcode.owned(),
        country: address.country.as_str().to_owned(),
        phone: address.phone.owned(),
    }
}

/// Whether a delivery address says anything that the billing address does not. A missing phone says nothing.
fn is_elsewhere(shipping: &Address, billing: &Address) -> bool {
    let place = |address: &Address| Address {
        phone: None,
        ..address.clone()
    };
    place(shipping) != Address::default() && place(shipping) != place(billing)
}
