//! The payment: a record to load, and as read back with its invoice.

use crate::work::InvoiceToWrite;
use domain::{failure::Failure, merchant::Store};
use jiff::civil::Date;
use odoo::{
    ExternalId, OdooError, Record,
    books::Books,
    documents::{Invoice, invoice_specification},
    value::{id, records, text},
};
use serde_json::{Value, json};

/// The model.
pub const PAYMENT: &str = "account.payment";
/// The column of the invoices a payment names.
pub const INVOICES: &str = "invoice_ids/.id";

/// The record of a payment. It names its invoice, which tells a person where the money belongs even when the
/// invoice cannot be posted; it is reconciled later.
///
/// # Errors
/// What is missing in the configuration or the books.
pub fn record(input: &InvoiceToWrite, date: Date, store: &Store, books: &Books) -> Result<Record, Failure> {
    let payment = &input.payment;
    let account = store.merchant_account(&payment.tender, payment.amount.currency)?;
    let place = books.payment_place(account, &payment.brand)?;
    let name = ExternalId::payment(&payment.transaction);
    Ok(Record::new([
        ("id", name.to_string()),
        ("x_heartland_id", name.name().to_owned()),
        ("payment_type", "inbound".to_owned()),
        ("partner_type", "customer".to_owned()),
        ("partner_id/.id", input.customer.to_string()),
        ("company_id/.id", books.company().to_string()),
        ("amount", payment.amount.to_major()),
        (
            "currency_id/.id",
            books.currency(payment.amount.currency, date)?.to_string(),
        ),
        ("journal_id/.id", place.journal.to_string()),
        ("payment_method_line_id/.id", place.method_line.to_string()),
        ("date", date.to_string()),
        ("memo", payment.transaction.clone()),
        (INVOICES, input.draft.to_string()),
    ]))
}

/// A payment as read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub name: String,
    /// `draft`, `in_process`, `paid`, `canceled`, `rejected`.
    pub state: String,
    /// Its line on the customer's receivable, when it has an entry.
    pub receivable: Option<Receivable>,
    /// The invoices it names.
    pub invoices: Vec<Invoice>,
}

/// The customer's side of a payment's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receivable {
    /// `account.move.line`.
    pub line: i64,
    /// Whether it is used up.
    pub reconciled: bool,
}

/// What is read of a payment.
pub fn specification() -> Value {
    json!({
        "name": {}, "state": {},
        "move_id": {"fields": {"line_ids": {"fields": {"account_type": {}, "reconciled": {}}}}},
        "invoice_ids": {"fields": invoice_specification()},
    })
}

impl Payment {
    /// Reads one record of [`specification`].
    ///
    /// # Errors
    /// [`OdooError::Malformed`].
    pub fn read(row: &Value) -> Result<Self, OdooError> {
        let malformed = || OdooError::Malformed("a payment cannot be read".into());
        let lines = records(&row["move_id"]["line_ids"]);
        let receivable = lines
            .iter()
            .find(|line| line["account_type"] == "asset_receivable");
        Ok(Self {
            id: id(row).ok_or_else(malformed)?,
            name: text(&row["name"]).unwrap_or_default().to_owned(),
            state: text(&row["state"]).ok_or_else(malformed)?.to_owned(),
            receivable: receivable.and_then(|line| {
                Some(Receivable {
                    line: id(line)?,
                    reconciled: line["reconciled"] == true,
                })
            }),
            invoices: records(&row["invoice_ids"])
                .iter()
                .map(Invoice::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether its entry is in the books.
    pub fn is_booked(&self) -> bool {
        matches!(self.state.as_str(), "in_process" | "paid") && self.receivable.is_some()
    }
}
