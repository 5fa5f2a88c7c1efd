//! An invoice as read back.

use super::{currency, malformed, required_id};
use crate::{
    error::OdooError,
    value::{id, money, records, text},
};
use domain::money::{Currency, Money};
use jiff::civil::Date;
use serde_json::{Value, json};

/// An `account.move` of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: i64,
    /// Our name of it (`x_heartland_id`).
    pub heartland_id: Option<String>,
    /// Its number; a draft has none.
    pub name: Option<String>,
    /// `draft`, `posted`, `cancel`.
    pub state: String,
    /// `not_paid`, `in_payment`, `paid`, `partial`, `reversed`.
    pub payment_state: String,
    /// Its currency.
    pub currency: Currency,
    /// Without tax.
    pub untaxed: Money,
    /// With tax.
    pub total: Money,
    /// What is still open.
    pub residual: Money,
    /// The accounting date.
    pub date: Option<Date>,
    /// The partner whose receivable it is.
    pub commercial_partner: Option<i64>,
    /// The newest date the company's books are closed for, exceptions for the bot considered.
    pub locked_until: Option<Date>,
    /// Its tax lines.
    pub tax_lines: Vec<TaxLine>,
    /// Its lines on the customer's receivable: one, where all is to be paid at once.
    pub receivables: Vec<i64>,
    /// Its sales orders' `invoice_status`.
    pub order_statuses: Vec<String>,
}

/// A tax line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxLine {
    /// `account.move.line`.
    pub id: i64,
    /// `account.tax`.
    pub tax: i64,
    /// The account's code.
    pub account: Option<String>,
    /// The tax, positive on an invoice: Odoo's `amount_currency` with the sign turned.
    pub amount: Money,
}

/// What is read of an invoice.
pub fn invoice_specification() -> Value {
    json!({
        "x_heartland_id": {}, "name": {}, "state": {}, "payment_state": {},
        "currency_id": {"fields": {"name": {}}}, "amount_untaxed": {}, "amount_total": {}, "amount_residual": {},
        "date": {}, "commercial_partner_id": {"fields": {}},
        "company_id": {"fields": {"user_fiscalyear_lock_date": {}, "user_tax_lock_date": {},
            "user_sale_lock_date": {}, "user_hard_lock_date": {}}},
        "line_ids": {"fields": {"display_type": {}, "tax_line_id": {}, "amount_currency": {},
            "account_id": {"fields": {"code": {}}}}},
        "invoice_line_ids": {"fields": {"sale_line_ids": {"fields": {"order_id": {"fields": {"invoice_status": {}}}}}}},
    })
}

impl Invoice {
    /// Reads one record of [`invoice_specification`].
    ///
    /// # Errors
    /// [`OdooError::Malformed`].
    pub fn read(row: &Value) -> Result<Self, OdooError> {
        let currency = currency(&row["currency_id"])?;
        let lines = |of: &'static str| {
            let lines = records(&row["line_ids"]).iter();
            lines.filter(move |line| line["display_type"] == of)
        };
        let owned = |field: &str| text(&row[field]).map(str::to_owned);
        Ok(Self {
            id: required_id(row)?,
            heartland_id: owned("x_heartland_id"),
            name: owned("name").filter(|name| name != "/"),
            state: owned("state").ok_or_else(|| malformed("an invoice's state"))?,
            payment_state: owned("payment_state").unwrap_or_default(),
            currency,
            untaxed: money(&row["amount_untaxed"], currency)?,
            total: money(&row["amount_total"], currency)?,
            residual: money(&row["amount_residual"], currency)?,
            date: text(&row["date"]).and_then(|date| date.parse().ok()),
            commercial_partner: id(&row["commercial_partner_id"]),
            locked_until: locked_until(&row["company_id"]),
            tax_lines: lines("tax")
                .map(|line| TaxLine::read(line, currency))
                .collect::<Result<_, _>>()?,
            receivables: lines("payment_term").filter_map(id).collect(),
            order_statuses: order_statuses(row),
        })
    }

    /// Whether it is open for changes.
    pub fn is_draft(&self) -> bool {
        self.state == "draft"
    }

    /// Whether it is posted.
    pub fn is_posted(&self) -> bool {
        self.state == "posted"
    }

    /// Whether nothing is left to pay. Enterprise says `in_payment` until the deposit arrives.
    pub fn is_settled(&self) -> bool {
        self.residual.minor == 0 && matches!(self.payment_state.as_str(), "paid" | "in_payment")
    }
}

impl TaxLine {
    fn read(line: &Value, currency: Currency) -> Result<Self, OdooError> {
        let amount = money(&line["amount_currency"], currency)?;
        let turned = amount.minor.checked_neg().ok_or_else(|| malformed("a tax"))?;
        Ok(Self {
            id: required_id(line)?,
            tax: required_id(&line["tax_line_id"])?,
            account: text(&line["account_id"]["code"]).map(str::to_owned),
            amount: Money::new(turned, currency),
        })
    }
}

/// The newest of the dates up to which something that concerns a customer's invoice is closed.
fn locked_until(company: &Value) -> Option<Date> {
    let kinds = ["fiscalyear", "tax", "sale", "hard"];
    let dates = kinds
        .iter()
        .filter_map(|kind| text(&company[format!("user_{kind}_lock_date")]));
    // Odoo writes "never" as the first day of the calendar, without leading zeros.
    dates
        .filter_map(|date| date.parse::<Date>().ok())
        .filter(|date| date.year() > 1)
        .max()
}

fn order_statuses(row: &Value) -> Vec<String> {
    let lines = records(&row["invoice_line_ids"])
        .iter()
        .flat_map(|line| records(&line["sale_line_ids"]));
    let mut statuses: Vec<String> = lines
        .filter_map(|line| text(&line["order_id"]["invoice_status"]))
        .map(str::to_owned)
        .collect();
    statuses.dedup();
    statuses
}
