//! Whether every field of an order can be used at all. A person reads these failures: each names the field, and none
//! quotes the customer.

use super::{Address, Order, Payment};
use crate::{
    card_number,
    failure::{Failure, FailureName},
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Most lines, charges or discounts each.
pub const LINES_MAX: usize = 500;
/// Longest id of a line, charge or discount.
pub const LINE_ID_LENGTH_MAX: usize = 40;
/// Longest text of any field, in characters.
pub const TEXT_LENGTH_MAX: usize = 1_000;
/// Largest amount, in minor units: stays exact in every system on the way, floats included.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;
/// Digits after the point that Odoo keeps of a quantity.
pub const QUANTITY_SCALE_MAX: u32 = 2;

fn refused(field: impl Into<String>, what: impl Into<String>) -> Failure {
    Failure::new(FailureName::Refused, what)
        .field(field)
        .remedy("correct the order in the shop, then redrive")
}

/// Whether every field can be used at all: ids, lengths, quantities, signs.
///
/// # Errors
/// [`FailureName::Refused`].
pub fn check_shape(order: &Order) -> Result<(), Failure> {
    if order.schema != super::ORDER_SCHEMA {
        return Err(refused(
            "schema",
            format!("the schema must be {}", super::ORDER_SCHEMA),
        ));
    }
    if order.lines.is_empty() {
        return Err(refused("lines", "the order has no line"));
    }
    let counts = [
        ("lines", order.lines.len()),
        ("charges", order.charges.len()),
        ("discounts", order.discounts.len()),
    ];
    if let Some((field, count)) = counts.into_iter().find(|(_, count)| *count > LINES_MAX) {
        return Err(refused(
            field,
            format!("{count} of them; the most are {LINES_MAX}"),
        ));
    }
    check_ids(order)?;
    check_lines(order)?;
    check_amounts(order)?;
    check_texts(order)?;
    check_payment(order)
}

/// Ids of lines, charges and discounts become external ids in Odoo, where they share one name space.
fn check_ids(order: &Order) -> Result<(), Failure> {
    let lines = order
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| (format!("lines[{i}].id"), &line.id));
    let charges = order
        .charges
        .iter()
        .enumerate()
        .map(|(i, charge)| (format!("charges[{i}].id"), &charge.id));
    let discounts = order
        .discounts
        .iter()
        .enumerate()
        .map(|(i, d)| (format!("discounts[{i}].id"), &d.id));
    let mut seen = BTreeSet::new();
    for (field, id) in lines.chain(charges).chain(discounts) {
        let alphabet = id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if id.is_empty() || id.len() > LINE_ID_LENGTH_MAX || !alphabet {
            let what = format!("an id must be 1 to {LINE_ID_LENGTH_MAX} letters, digits, - and _");
            return Err(refused(field, what));
        }
        if !seen.insert(id.as_str()) {
            return Err(refused(field, "the id is used twice within the order"));
        }
    }
    Ok(())
}

fn check_lines(order: &Order) -> Result<(), Failure> {
    for (i, line) in order.lines.iter().enumerate() {
        if line.sku.is_empty() || line.sku.trim() != line.sku {
            let what = "the line has no SKU, or one that begins or ends with a space";
            return Err(refused(format!("lines[{i}].sku"), what));
        }
        let quantity = line.quantity.normalize();
        if quantity <= Decimal::ZERO || quantity > Decimal::from(1_000_000) {
            return Err(refused(
                format!("lines[{i}].quantity"),
                "the quantity must be above 0 and at most 1000000",
            ));
        }
        if quantity.scale() > QUANTITY_SCALE_MAX {
            let what = format!("Odoo keeps {QUANTITY_SCALE_MAX} digits of a quantity after the point");
            return Err(refused(format!("lines[{i}].quantity"), what));
        }
    }
    Ok(())
}

fn check_amounts(order: &Order) -> Result<(), Failure> {
    let lines = order
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| (format!("lines[{i}].net_minor"), line.net_minor));
    let charges = order
        .charges
        .iter()
        .enumerate()
        .map(|(i, c)| (format!("charges[{i}].net_minor"), c.net_minor));
    let discounts = order
        .discounts
        .iter()
        .enumerate()
        .map(|(i, d)| (format!("discounts[{i}].net_minor"), d.net_minor));
    let taxes = order
        .taxes
        .iter()
        .enumerate()
        .map(|(i, tax)| (format!("taxes[{i}].amount_minor"), tax.amount_minor));
    let total = std::iter::once(("total_minor".to_owned(), order.total_minor));
    let mut amounts = lines.chain(charges).chain(discounts).chain(taxes).chain(total);
    match amounts.find(|(_, minor)| !(0..=AMOUNT_MINOR_MAX).contains(minor)) {
        Some((field, _)) => Err(refused(
            field,
            format!("an amount must be from 0 to {AMOUNT_MINOR_MAX} minor units"),
        )),
        None => Ok(()),
    }
}

fn check_texts(order: &Order) -> Result<(), Failure> {
    let customer = &order.customer;
    let mut texts = vec![
        ("number".to_owned(), order.number.as_str()),
        ("customer.name".to_owned(), &customer.name),
        (
            "customer.shop_id".to_owned(),
            customer.shop_id.as_deref().unwrap_or_default(),
        ),
        (
            "customer.email".to_owned(),
            customer.email.as_deref().unwrap_or_default(),
        ),
        (
            "customer.company".to_owned(),
            customer.company.as_deref().unwrap_or_default(),
        ),
        (
            "customer.vat".to_owned(),
            customer.vat.as_deref().unwrap_or_default(),
        ),
    ];
    texts.extend(address_texts("billing", &order.billing));
    texts.extend(
        order
            .shipping
            .iter()
            .flat_map(|address| address_texts("shipping", address)),
    );
    for (i, line) in order.lines.iter().enumerate() {
        texts.push((format!("lines[{i}].sku"), &line.sku));
        texts.push((format!("lines[{i}].name"), &line.name));
    }
    texts.extend(
        order
            .charges
            .iter()
            .enumerate()
            .map(|(i, c)| (format!("charges[{i}].name"), c.name.as_str())),
    );
    texts.extend(
        order
            .discounts
            .iter()
            .enumerate()
            .map(|(i, d)| (format!("discounts[{i}].name"), d.name.as_str())),
    );
    texts.extend(
        order
            .taxes
            .iter()
            .enumerate()
            .map(|(i, tax)| (format!("taxes[{i}].code"), tax.code.as_str())),
    );
    let unusable = |text: &str| text.chars().count() > TEXT_LENGTH_MAX || text.contains('\0');
    match texts.into_iter().find(|(_, text)| unusable(text)) {
        Some((field, _)) => Err(refused(
            field,
            format!("a text must have at most {TEXT_LENGTH_MAX} characters and no NUL"),
        )),
        None => Ok(()),
    }
}

fn address_texts<'a>(of: &'static str, address: &'a Address) -> impl Iterator<Item = (String, &'a str)> {
    let Address {
        name,
        company,
        street,
        street2,
        city,
        state,
        postal_code,
        country,
        phone,
    } = address;
    let optional = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
    let texts = [
        ("name", name.as_str()),
        ("company", optional(company)),
        ("street", street),
        ("street2", optional(street2)),
        ("city", city),
        ("state", optional(state)),
        ("postal_code", optional(postal_code)),
        ("country", country),
        ("phone", optional(phone)),
    ];
    texts
        .into_iter()
        .map(move |(field, text)| (format!("{of}.{field}"), text))
}

fn check_payment(order: &Order) -> Result<(), Failure> {
    let (field, reference) = match &order.payment {
        Payment::Pending | Payment::Closed => return Ok(()),
        Payment::Elsewhere { method, transaction } => {
            let named = method.iter().chain(transaction);
            return match named.into_iter().all(|text| is_reference(text)) {
                true => Ok(()),
                false => Err(refused("payment", NO_REFERENCE)),
            };
        }
        Payment::Token { token, .. } => ("payment.token", token),
        Payment::Authorized { transaction, .. } | Payment::Captured { transaction, .. } => {
            ("payment.transaction", transaction)
        }
    };
    if card_number::is_card_number(reference) {
        return Err(refused(
            field,
            "this is a card number, not a token; it must not be sent here",
        ));
    }
    if !is_reference(reference) {
        return Err(refused(field, NO_REFERENCE));
    }
    if order.total_minor == 0 {
        return Err(Failure::new(FailureName::Conflict, "an order of 0 has a payment").field("total_minor"));
    }
    Ok(())
}

const NO_REFERENCE: &str = "a token or transaction id must be 1 to 100 letters, digits, -, _ and .";

/// Whether a text may be a token, a transaction or a payment method: short, plain, and no card number.
pub fn is_reference(text: &str) -> bool {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=100).contains(&text.len()) && text.bytes().all(alphabet) && !card_number::is_card_number(text)
}
