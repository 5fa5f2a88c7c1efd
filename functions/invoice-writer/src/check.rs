//! What must hold before the invoice is posted, and at the end. Pure.

use crate::{
    payment::Payment,
    work::{InvoiceToWrite, Invoiced, NamedRecord},
};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
};
use odoo::documents::Invoice;

pub(crate) const CREDIT: &str = "the payment is booked as the customer's credit";

/// Whether the payment is in the books. A method line without an account makes no entry.
///
/// # Errors
/// [`FailureName::Conflict`].
pub fn booked(payment: &Payment) -> Result<(), Failure> {
    if payment.is_booked() {
        return Ok(());
    }
    let what = format!(
        "the payment {} is {:?} and has no entry in the books",
        payment.name, payment.state
    );
    Err(Failure::new(FailureName::Conflict, what).field("payment.state"))
}

/// Whether the draft is still what was compared before the capture, and may be posted on its date.
///
/// # Errors
/// [`FailureName::Conflict`] when it differs; [`FailureName::Refused`] when its period is closed: Odoo would post it
/// on another date without a word.
pub fn before_post(input: &InvoiceToWrite, invoice: &Invoice, merchant: &Merchant) -> Result<(), Failure> {
    let total = input.order.total();
    let conflict = |what: String, field: &str| {
        Failure::new(FailureName::Conflict, format!("{what}; {CREDIT}"))
            .field(field)
            .remedy("correct the invoice in Odoo, then redrive")
    };
    if input.payment.amount != total {
        let what = format!("{} were taken for an order of {total}", input.payment.amount);
        return Err(conflict(what, "payment.amount"));
    }
    if invoice.total != total {
        return Err(conflict(
            format!("the invoice comes to {} instead of {total}", invoice.total),
            "invoice.total",
        ));
    }
    if !invoice.is_draft() && !invoice.is_posted() {
        return Err(conflict(
            format!("the invoice is {:?}", invoice.state),
            "invoice.state",
        ));
    }
    dated(input, invoice, merchant)?;
    let date = input.order.date_in(&merchant.time_zone);
    match invoice.locked_until {
        Some(locked) if invoice.is_draft() && date <= locked => {
            let what = format!("the books are closed until {locked}, the invoice is of {date}; {CREDIT}");
            Err(Failure::new(FailureName::Refused, what)
                .field("invoice.date")
                .remedy("open the period for the bot with a lock date exception, then redrive"))
        }
        _ => Ok(()),
    }
}

/// Whether the invoice stands on the day of the order.
fn dated(input: &InvoiceToWrite, invoice: &Invoice, merchant: &Merchant) -> Result<(), Failure> {
    let date = input.order.date_in(&merchant.time_zone);
    if invoice.date == Some(date) {
        return Ok(());
    }
    let found = invoice.date.map(|date| date.to_string()).unwrap_or_default();
    let what = format!("the invoice is dated {found} instead of {date}");
    Err(Failure::new(FailureName::Conflict, what).field("invoice.date"))
}

/// Odoo's refusal to post or reconcile an invoice whose payment is booked.
pub fn not_posted(refused: Failure) -> Failure {
    if refused.name != FailureName::Refused {
        return refused;
    }
    let what = format!("{}; {CREDIT}", refused.what);
    Failure::new(FailureName::Refused, what)
        .field("invoice")
        .remedy("mend and post it in Odoo, then redrive")
}

/// Whether everything is done: posted on its date, paid, nothing open, nothing left to invoice.
///
/// # Errors
/// [`FailureName::Conflict`] naming what is not.
pub fn done(
    input: &InvoiceToWrite,
    invoice: &Invoice,
    payment: &Payment,
    merchant: &Merchant,
) -> Result<Invoiced, Failure> {
    let conflict = |what: String, field: &str| Failure::new(FailureName::Conflict, what).field(field);
    let name = invoice.name.clone().filter(|_| invoice.is_posted());
    let name = name.ok_or_else(|| {
        conflict(
            format!("the invoice is {:?}; {CREDIT}", invoice.state),
            "invoice.state",
        )
    })?;
    dated(input, invoice, merchant)?;
    booked(payment)?;
    if invoice.total != input.order.total() {
        return Err(conflict(
            format!("the invoice {name} comes to {}", invoice.total),
            "invoice.total",
        ));
    }
    if !invoice.is_settled() {
        let what = format!(
            "the invoice {name} is {:?} with {} open",
            invoice.payment_state, invoice.residual
        );
        return Err(conflict(what, "invoice.payment_state")
            .remedy("reconcile it with the payment in Odoo, then redrive"));
    }
    if let Some(status) = invoice.order_statuses.iter().find(|status| *status != "invoiced") {
        return Err(conflict(
            format!("the sales order is {status:?} after {name}"),
            "sale_order.invoice_status",
        ));
    }
    Ok(Invoiced {
        invoice: NamedRecord { id: invoice.id, name },
        payment: NamedRecord {
            id: payment.id,
            name: payment.name.clone(),
        },
    })
}
