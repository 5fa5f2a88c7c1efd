//! The facts every finished order has in common.

use anyhow::Result;
use domain::ids::OrderKey;

use super::fact::Sheet;
use crate::witness::{Books, Transaction, Witness};

/// What a paid order has to look like in every system.
pub struct Expected<'a> {
    /// Which order.
    pub order: &'a OrderKey,
    /// With tax, as Odoo writes it: `62.23`.
    pub total: &'a str,
    /// In minor units, as the gateway writes it.
    pub total_minor: &'a str,
    /// Without tax.
    pub untaxed: &'a str,
    /// The tax on each liability account, as [`crate::witness::Invoice::taxes`].
    pub taxes: &'a [(&'a str, &'a str)],
}

/// Checks that one order stands once in Odoo, invoiced and paid to the cent, with its delivery assigned, and that the
/// gateway holds exactly `payment`, captured.
///
/// # Errors
/// When a system does not answer.
pub async fn paid(
    sheet: &mut Sheet,
    witness: &Witness,
    expected: &Expected<'_>,
    payment: &Transaction,
) -> Result<()> {
    sheet.tell(format!(
        "Heartland: {} {}, {} {}",
        payment.id, payment.status, payment.amount, payment.currency
    ));
    sheet.check("Heartland: the payment", "CAPTURED", &payment.status);
    sheet.check(
        "Heartland: captured, minor units",
        expected.total_minor,
        &payment.amount,
    );
    let books = witness.books.of(expected.order, Some(&payment.id)).await?;
    order(sheet, witness, &books, expected);
    money(sheet, witness, &books, expected);
    sheet.check("Odoo: letters sent to anybody", 0, witness.letters().await?);
    Ok(())
}

fn order(sheet: &mut Sheet, witness: &Witness, books: &Books, expected: &Expected<'_>) {
    let Some(order) = sheet.one("Odoo: sale.order", &books.orders) else {
        return;
    };
    sheet.tell(format!(
        "Odoo: {} {}",
        order.name,
        witness.page("sale.order", order.id)
    ));
    sheet.check("Odoo: the order's state", "sale", &order.state);
    sheet.check(
        "Odoo: the order without tax",
        expected.untaxed,
        &order.amount_untaxed,
    );
    sheet.check(
        "Odoo: the order's invoice status",
        "invoiced",
        &order.invoice_status,
    );
    sheet.check("Odoo: left to invoice", "0", &order.left_to_invoice);
    sheet.check_debug("Odoo: the deliveries", &vec!["assigned"], &books.deliveries);
}

fn money(sheet: &mut Sheet, witness: &Witness, books: &Books, expected: &Expected<'_>) {
    let Some(invoice) = sheet.one("Odoo: account.move", &books.invoices) else {
        return;
    };
    sheet.tell(format!(
        "Odoo: {} {}",
        invoice.name,
        witness.page("account.move", invoice.id)
    ));
    sheet.check("Odoo: the invoice's state", "posted", &invoice.state);
    sheet.check(
        "Odoo: the invoice's payment state",
        "paid",
        &invoice.payment_state,
    );
    sheet.check(
        "Odoo: the invoice, with tax",
        expected.total,
        &invoice.amount_total,
    );
    sheet.check("Odoo: open on the invoice", "0", &invoice.amount_residual);
    let taxes: Vec<_> = expected
        .taxes
        .iter()
        .map(|(a, m)| ((*a).to_owned(), (*m).to_owned()))
        .collect();
    sheet.check_debug("Odoo: tax on its liability accounts", &taxes, &invoice.taxes);
    let Some(payment) = sheet.one("Odoo: account.payment", &books.payments) else {
        return;
    };
    sheet.tell(format!(
        "Odoo: {} {}",
        payment.name,
        witness.page("account.payment", payment.id)
    ));
    sheet.check("Odoo: the payment", expected.total, &payment.amount);
    sheet.check_debug(
        "Odoo: the invoices it pays",
        &vec![invoice.id],
        &payment.reconciled_invoice_ids,
    );
}
