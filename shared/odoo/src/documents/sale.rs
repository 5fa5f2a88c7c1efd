//! A sales order as read back, with its invoices and deliveries.

use super::{Invoice, currency, invoice_specification, malformed, read_failure, required_id};
use crate::{
    Odoo,
    call::Call,
    context::Context,
    error::OdooError,
    external_id::ExternalId,
    value::{money, records, text},
};
use domain::{
    failure::Failure,
    money::{Currency, Money},
};
use serde_json::{Value, json};

/// A `sale.order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleOrder {
    /// Its id.
    pub id: i64,
    /// Our name of it (`x_heartland_id`).
    pub heartland_id: Option<String>,
    /// Its number.
    pub name: String,
    /// `draft`, `sent`, `sale`, `cancel`.
    pub state: String,
    /// Confirmed orders may be locked against changes, cancelling included.
    pub locked: bool,
    /// Its currency, which its pricelist gives.
    pub currency: Currency,
    /// Without tax.
    pub untaxed: Money,
    /// `YYYY-MM-DD HH:MM:SS`, UTC.
    pub date_order: Option<String>,
    /// Its lines.
    pub lines: Vec<i64>,
    /// Its deliveries.
    pub pickings: Vec<Picking>,
    /// Its invoices, cancelled ones included.
    pub invoices: Vec<Invoice>,
}

/// A `stock.picking`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picking {
    /// `draft`, `waiting`, `confirmed`, `assigned`, `done`, `cancel`.
    pub state: String,
    /// Whether goods leave to a customer with it; the steps before that one do not count as delivery.
    pub outgoing: bool,
}

/// What is read of a sales order.
pub fn sale_specification() -> Value {
    json!({
        "x_heartland_id": {}, "name": {}, "state": {}, "locked": {}, "amount_untaxed": {}, "date_order": {},
        "currency_id": {"fields": {"name": {}}}, "order_line": {"fields": {}},
        "picking_ids": {"fields": {"state": {}, "picking_type_code": {}}},
        "invoice_ids": {"fields": invoice_specification()},
    })
}

/// Reads sales orders by our names, whatever has become of them. What is not there is left out.
///
/// # Errors
/// As the call fails.
pub async fn read_sale_orders(
    odoo: &dyn Odoo,
    context: &Context,
    names: &[&ExternalId],
) -> Result<Vec<SaleOrder>, Failure> {
    let names: Vec<&str> = names.iter().map(|name| name.name()).collect();
    let domain = json!([["x_heartland_id", "in", names]]);
    let call = Call::web_search_read("sale.order", domain, sale_specification()).context(context);
    let answer = odoo.call(&call).await.map_err(|error| read_failure(&error))?;
    let orders = records(&answer["records"]).iter().map(SaleOrder::read);
    orders
        .collect::<Result<_, _>>()
        .map_err(|error| read_failure(&error))
}

impl SaleOrder {
    /// Reads one record of [`sale_specification`].
    ///
    /// # Errors
    /// [`OdooError::Malformed`].
    pub fn read(row: &Value) -> Result<Self, OdooError> {
        let currency = currency(&row["currency_id"])?;
        let owned = |field: &str| text(&row[field]).map(str::to_owned);
        let picking = |row: &Value| Picking {
            state: text(&row["state"]).unwrap_or_default().to_owned(),
            outgoing: row["picking_type_code"] == "outgoing",
        };
        Ok(Self {
            id: required_id(row)?,
            heartland_id: owned("x_heartland_id"),
            name: owned("name").ok_or_else(|| malformed("an order's name"))?,
            state: owned("state").ok_or_else(|| malformed("an order's state"))?,
            locked: row["locked"] == true,
            currency,
            untaxed: money(&row["amount_untaxed"], currency)?,
            date_order: owned("date_order"),
            lines: records(&row["order_line"])
                .iter()
                .filter_map(crate::value::id)
                .collect(),
            pickings: records(&row["picking_ids"]).iter().map(picking).collect(),
            invoices: records(&row["invoice_ids"])
                .iter()
                .map(Invoice::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether it is confirmed.
    pub fn is_confirmed(&self) -> bool {
        self.state == "sale"
    }

    /// Whether it is still a quotation.
    pub fn is_quotation(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "sent")
    }

    /// The invoice with that name of ours.
    pub fn invoice(&self, name: &ExternalId) -> Option<&Invoice> {
        self.invoices
            .iter()
            .find(|invoice| invoice.heartland_id.as_deref() == Some(name.name()))
    }

    /// Whether everything that leaves to the customer has left; an order of services alone is delivered at once.
    pub fn is_delivered(&self) -> bool {
        let mut outgoing = self
            .pickings
            .iter()
            .filter(|p| p.outgoing && p.state != "cancel")
            .peekable();
        match (outgoing.peek(), self.pickings.is_empty()) {
            (None, empty) => empty,
            (Some(_), _) => outgoing.all(|picking| picking.state == "done"),
        }
    }
}
