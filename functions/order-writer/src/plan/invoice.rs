//! The draft invoice as a record to load, its lines linked to the order's.

use super::{
    lines::{PlannedLine, id_list},
    taxes::Fix,
};
use crate::{names::Names, plan::customer::Parties};
use domain::{failure::Failure, merchant::Merchant, money::Money, order::Order};
use odoo::{ExternalId, Record, books::Books};

/// The record of a draft invoice, dated on the day of the order in the merchant's zone, due the same day.
///
/// # Errors
/// What is missing in the books.
pub fn record(
    order: &Order,
    names: &Names,
    parties: &Parties,
    lines: &[PlannedLine],
    transaction: &str,
    merchant: &Merchant,
    books: &Books,
) -> Result<Record, Failure> {
    let date = order.date_in(&merchant.time_zone);
    let head = [
        ("id", names.invoice.to_string()),
        ("x_heartland_id", names.invoice.name().to_owned()),
        ("move_type", "out_invoice".to_owned()),
        ("partner_id/.id", parties.invoice.to_string()),
        ("partner_shipping_id/.id", parties.delivery.to_string()),
        ("company_id/.id", books.company().to_string()),
        (
            "journal_id/.id",
            books.sales_journal(&merchant.odoo.sales_journal)?.to_string(),
        ),
        (
            "currency_id/.id",
            books.currency(order.currency, date)?.to_string(),
        ),
        ("invoice_date", date.to_string()),
        ("date", date.to_string()),
        ("invoice_payment_term_id/.id", books.payment_term()?.to_string()),
        ("invoice_user_id", String::new()),
        ("payment_reference", transaction.to_owned()),
        ("ref", order.number.clone()),
    ];
    let line = |line: &PlannedLine| {
        vec![
            ("invoice_line_ids/id", names.invoice.part(&line.part).to_string()),
            ("invoice_line_ids/product_id/.id", line.product.to_string()),
            ("invoice_line_ids/name", line.name.clone()),
            ("invoice_line_ids/quantity", line.quantity.to_string()),
            ("invoice_line_ids/price_unit", line.price_unit.to_string()),
            ("invoice_line_ids/discount", "0".to_owned()),
            ("invoice_line_ids/tax_ids/.id", id_list(&line.taxes)),
            (
                "invoice_line_ids/sale_line_ids/id",
                names.order.part(&line.part).to_string(),
            ),
        ]
    };
    Ok(Record::new(head).lines(lines.iter().map(line)))
}

/// The tax lines Odoo made, set to the shop's amounts.
pub fn changed_tax_lines(fixes: &[Fix]) -> Vec<Record> {
    let record = |fix: &Fix| match fix {
        Fix::Set { line, amount } => Some(Record::new([
            (".id", line.to_string()),
            ("amount_currency", credit(*amount)),
        ])),
        Fix::Add { .. } => None,
    };
    fixes.iter().filter_map(record).collect()
}

/// The tax lines Odoo did not make, as a further load of the invoice. By its database id: what was created once by
/// external id is not changed by it.
pub fn added_tax_lines(invoice: i64, name: &ExternalId, fixes: &[Fix]) -> Option<Record> {
    let cells = |fix: &Fix| match fix {
        Fix::Add {
            tax,
            name: label,
            amount,
        } => Some(vec![
            ("line_ids/id", name.part(&format!("tax_{}", tax.id)).to_string()),
            ("line_ids/display_type", "tax".to_owned()),
            (
                "line_ids/tax_repartition_line_id/.id",
                tax.repartition_line.to_string(),
            ),
            ("line_ids/account_id/.id", tax.account.to_string()),
            ("line_ids/name", label.clone()),
            ("line_ids/amount_currency", credit(*amount)),
        ]),
        Fix::Set { .. } => None,
    };
    let lines: Vec<_> = fixes.iter().filter_map(cells).collect();
    (!lines.is_empty()).then(|| Record::new([(".id", invoice.to_string())]).lines(lines))
}

/// Tax on a customer's invoice is a credit, which Odoo writes as a negative amount.
fn credit(amount: Money) -> String {
    Money::new(-amount.minor, amount.currency).to_major()
}
