//! What Odoo holds of an order: its sales order, invoice, payment, delivery, as read back after every step.

mod invoice;
mod sale;

pub use invoice::{Invoice, TaxLine, invoice_specification};
pub use sale::{Delivery, Picking, SaleLine, SaleOrder, read_sale_orders, sale_specification};

use crate::error::OdooError;
use domain::{failure::Failure, money::Currency};
use serde_json::Value;

/// A missing or misread field of an answer.
fn malformed(what: &str) -> OdooError {
    OdooError::Malformed(format!("{what} cannot be read"))
}

fn currency(value: &Value) -> Result<Currency, OdooError> {
    let code = value["name"].as_str().ok_or_else(|| malformed("a currency"))?;
    code.parse().map_err(|_| malformed("a currency"))
}

fn required_id(value: &Value) -> Result<i64, OdooError> {
    crate::value::id(value).ok_or_else(|| malformed("an id"))
}

/// The failure of a read.
pub(crate) fn read_failure(error: &OdooError) -> Failure {
    error.failure(crate::call::Kind::Read)
}
