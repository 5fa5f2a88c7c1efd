//! The sales order as a record to load. Everything Odoo would fill in by itself is said: the customer's pricelist
//! discount, terms, salesperson and the products' taxes must not leak into what the customer has already paid.

use super::lines::{PlannedLine, id_list};
use crate::{names::Names, plan::customer::Parties};
use domain::{
    failure::Failure,
    merchant::{Merchant, Store},
    order::Order,
};
use odoo::{Record, books::Books};

/// The record of a sales order.
///
/// # Errors
/// What is missing in the books.
pub fn record(
    order: &Order,
    names: &Names,
    parties: &Parties,
    lines: &[PlannedLine],
    merchant: &Merchant,
    store: &Store,
    books: &Books,
) -> Result<Record, Failure> {
    let date = order.date_in(&merchant.time_zone);
    books.currency(order.currency, date)?;
    let pricelist = books.pricelist(merchant.pricelist(order.currency)?, order.currency)?;
    let head = [
        ("id", names.order.to_string()),
        ("x_heartland_id", names.order.name().to_owned()),
        ("client_order_ref", order.number.clone()),
        ("partner_id/.id", parties.customer.to_string()),
        ("partner_invoice_id/.id", parties.invoice.to_string()),
        ("partner_shipping_id/.id", parties.delivery.to_string()),
        ("company_id/.id", books.company().to_string()),
        ("warehouse_id/.id", books.warehouse(&store.warehouse)?.to_string()),
        ("pricelist_id/.id", pricelist.to_string()),
        ("payment_term_id/.id", books.payment_term()?.to_string()),
        ("user_id", String::new()),
        ("require_signature", "0".to_owned()),
        ("require_payment", "0".to_owned()),
        ("date_order", date_order(order)),
        ("note", order.note.clone().unwrap_or_default()),
    ];
    let line = |line: &PlannedLine| {
        vec![
            ("order_line/id", names.order.part(&line.part).to_string()),
            ("order_line/product_id/.id", line.product.to_string()),
            ("order_line/name", line.name.clone()),
            ("order_line/product_uom_qty", line.quantity.to_string()),
            ("order_line/price_unit", line.price_unit.to_string()),
            ("order_line/discount", "0".to_owned()),
            ("order_line/tax_ids/.id", id_list(&line.taxes)),
        ]
    };
    Ok(Record::new(head).lines(lines.iter().map(line)))
}

/// When the customer ordered, as Odoo writes moments: UTC, seconds, no zone. Confirming an order overwrites it.
pub fn date_order(order: &Order) -> String {
    order.placed_at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
