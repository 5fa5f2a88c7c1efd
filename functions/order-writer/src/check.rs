//! What must hold before an order is confirmed, and once more after: nothing is captured that cannot be invoiced
//! to the cent. Pure.

use crate::{
    names::Names,
    plan::taxes::{self, Fix, WantedTaxes},
    work::{DraftInvoice, NamedRecord, Written},
};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
    money::Money,
    order::Order,
};
use odoo::documents::{Invoice, SaleOrder};

/// What the documents of an order must say.
pub struct Expected<'a> {
    order: &'a Order,
    names: &'a Names,
    merchant: &'a Merchant,
    taxes: &'a WantedTaxes,
}

fn conflict(what: String, field: &str) -> Failure {
    Failure::new(FailureName::Conflict, what).field(field)
}

impl<'a> Expected<'a> {
    /// What an order with these taxes must have come to.
    pub fn new(order: &'a Order, names: &'a Names, merchant: &'a Merchant, taxes: &'a WantedTaxes) -> Self {
        Self {
            order,
            names,
            merchant,
            taxes,
        }
    }

    /// Judges what was written, before it is confirmed: right, once these tax lines are changed.
    ///
    /// # Errors
    /// [`FailureName::Conflict`] naming what differs; [`FailureName::Refused`] for a closed period or a tax that stands
    /// on another account.
    pub fn before_confirm(&self, there: Option<&SaleOrder>) -> Result<Vec<Fix>, Failure> {
        let unread = || Failure::new(FailureName::OutcomeUnknown, "the sales order cannot be read back");
        let order = there.ok_or_else(unread)?;
        if order.state == "cancel" {
            return Err(cancelled(order));
        }
        let invoice = order
            .invoice(&self.names.invoice)
            .ok_or_else(|| no_invoice(order))?;
        self.untaxed(order, invoice)?;
        self.dates(invoice)?;
        taxes::check_accounts(invoice, self.taxes)?;
        let fixes = taxes::fixes(invoice, self.taxes)?;
        match fixes.is_empty() || invoice.is_draft() {
            true => Ok(fixes),
            false => Err(not_draft(invoice)),
        }
    }

    /// Judges what is there at the end.
    ///
    /// # Errors
    /// [`FailureName::Conflict`] naming what differs.
    pub fn after_confirm(&self, order: &SaleOrder) -> Result<Written, Failure> {
        if !order.is_confirmed() {
            let what = format!(
                "the sales order {} is {:?} and not confirmed",
                order.name, order.state
            );
            return Err(conflict(what, "sale_order.state"));
        }
        let invoice = order
            .invoice(&self.names.invoice)
            .ok_or_else(|| no_invoice(order))?;
        if !invoice.is_draft() && !invoice.is_posted() {
            let what = format!("the draft invoice of {} is {:?}", order.name, invoice.state);
            let failure = conflict(what, "invoice.state");
            return Err(failure.remedy("reset it to draft in Odoo, then redrive"));
        }
        self.untaxed(order, invoice)?;
        self.dates(invoice)?;
        taxes::check_accounts(invoice, self.taxes)?;
        let total = self.order.total();
        if invoice.total != total {
            let what = format!(
                "the draft invoice of {} comes to {} instead of {total}",
                order.name, invoice.total
            );
            return Err(conflict(what, "total").remedy("correct the order in the shop, then redrive"));
        }
        let no_customer = || {
            Failure::new(
                FailureName::OutcomeUnknown,
                "the invoice's customer cannot be read",
            )
        };
        Ok(Written {
            sale_order: NamedRecord {
                id: order.id,
                name: order.name.clone(),
            },
            draft: DraftInvoice {
                id: invoice.id,
                customer: invoice.commercial_partner.ok_or_else(no_customer)?,
            },
        })
    }

    fn untaxed(&self, order: &SaleOrder, invoice: &Invoice) -> Result<(), Failure> {
        let too_large = |_| Failure::new(FailureName::Refused, "the order is too large").field("lines");
        let expected = self.order.untaxed().map_err(too_large)?;
        let compare = |document: &str, found: Money| match found == expected {
            true => Ok(()),
            false => {
                let what = format!("{document} comes to {found} without tax instead of {expected}");
                Err(conflict(what, "lines")
                    .remedy("check quantities, units and rounding in Odoo, then redrive"))
            }
        };
        let input = self.order;
        let lines = input.lines.len() + input.charges.len() + input.discounts.len();
        if order.lines.len() != lines {
            let what = format!(
                "the sales order has {} lines instead of {lines}",
                order.lines.len()
            );
            return Err(conflict(what, "lines"));
        }
        compare("the sales order", order.untaxed)?;
        compare("the draft invoice", invoice.untaxed)
    }

    /// A closed period: Odoo would post on another date without a word.
    fn dates(&self, invoice: &Invoice) -> Result<(), Failure> {
        let date = self.order.date_in(&self.merchant.time_zone);
        if invoice.date != Some(date) {
            let found = invoice.date.map(|date| date.to_string()).unwrap_or_default();
            return Err(conflict(
                format!("the invoice is dated {found} instead of {date}"),
                "invoice.date",
            ));
        }
        match invoice.locked_until {
            Some(locked) if date <= locked && !invoice.is_posted() => {
                let what = format!("the books are closed until {locked}, the order is of {date}");
                let failure = Failure::new(FailureName::Refused, what).field("invoice.date");
                Err(failure.remedy("open the period for the bot with a lock date exception, then redrive"))
            }
            _ => Ok(()),
        }
    }
}

fn cancelled(order: &SaleOrder) -> Failure {
    conflict(
        format!("the sales order {} is cancelled in Odoo", order.name),
        "sale_order.state",
    )
    .remedy("set it to quotation in Odoo and redrive, or drop the order")
}

fn no_invoice(order: &SaleOrder) -> Failure {
    let what = format!("the sales order {} has lost its draft invoice", order.name);
    conflict(what, "invoice").remedy("set the order to quotation in Odoo, then redrive")
}

fn not_draft(invoice: &Invoice) -> Failure {
    let what = format!(
        "the invoice {} is {:?} with another tax",
        invoice.id, invoice.state
    );
    conflict(what, "taxes")
}
