//! A sales order as read back, with its invoices and deliveries.

use super::{Invoice, currency, invoice_specification, malformed, read_failure, required_id};
use crate::{
    Odoo,
    call::Call,
    context::Context,
    error::OdooError,
    external_id::ExternalId,
    value::{NOISE_MAX, decimal, money, records, text},
};
use domain::{
    failure::Failure,
    money::{Currency, Money},
};
use rust_decimal::Decimal;
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
    pub lines: Vec<SaleLine>,
    /// Its deliveries.
    pub pickings: Vec<Picking>,
    /// Its invoices, cancelled ones included.
    pub invoices: Vec<Invoice>,
}

/// A `sale.order.line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaleLine {
    /// Its id.
    pub id: i64,
    /// How many were ordered.
    pub ordered: Decimal,
    /// How many have left, less what has come back.
    pub delivered: Decimal,
    /// Whether deliveries count them; services are delivered when somebody says so.
    pub by_deliveries: bool,
}

/// A `stock.picking`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picking {
    /// `draft`, `waiting`, `confirmed`, `assigned`, `done`, `cancel`.
    pub state: String,
    /// Whether goods leave to a customer with it; the steps before that one do not count as delivery.
    pub outgoing: bool,
    /// Whether goods come back with it.
    pub incoming: bool,
}

/// How the goods of an order have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Some of it is still to leave.
    Open,
    /// All of it has left; an order of services alone is delivered at once.
    Complete,
    /// Nothing is left to be done, and of this line less has left than was ordered.
    Short(SaleLine),
}

/// What is read of a sales order.
pub fn sale_specification() -> Value {
    json!({
        "x_heartland_id": {}, "name": {}, "state": {}, "locked": {}, "amount_untaxed": {}, "date_order": {},
        "currency_id": {"fields": {"name": {}}},
        "order_line": {"fields": {"product_uom_qty": {}, "qty_delivered": {}, "qty_delivered_method": {}}},
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
            incoming: row["picking_type_code"] == "incoming",
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
                .map(SaleLine::read)
                .collect::<Result<_, _>>()?,
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

    /// How its goods have left. Quantities say so, and not only deliveries: one that is done without a backorder leaves
    /// nothing open and has not brought everything.
    pub fn delivery(&self) -> Delivery {
        let open = |of: fn(&Picking) -> bool| self.pickings.iter().any(|p| of(p) && p.is_open());
        if open(|picking| picking.outgoing) {
            return Delivery::Open;
        }
        match self.lines.iter().find(|line| line.is_short()) {
            None => Delivery::Complete,
            // The way out may have several steps, and the last one come when those before it are done.
            Some(_) if open(|picking| !picking.incoming) => Delivery::Open,
            Some(line) => Delivery::Short(*line),
        }
    }
}

impl Picking {
    fn is_open(&self) -> bool {
        !matches!(self.state.as_str(), "done" | "cancel")
    }
}

impl SaleLine {
    fn read(row: &Value) -> Result<Self, OdooError> {
        Ok(Self {
            id: required_id(row)?,
            ordered: decimal(&row["product_uom_qty"])?,
            delivered: decimal(&row["qty_delivered"])?,
            by_deliveries: row["qty_delivered_method"] == "stock_move",
        })
    }

    /// Less than the noise of Odoo's floats is nothing.
    fn is_short(&self) -> bool {
        self.by_deliveries && self.ordered - self.delivered > NOISE_MAX
    }
}
