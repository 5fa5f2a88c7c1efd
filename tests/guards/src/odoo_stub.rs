//! An Odoo that has what the orders need and answers at once.

use anyhow::{Context, Result};
use async_trait::async_trait;
use domain::{merchant::Merchant, order::Order};
use futures::FutureExt;
use odoo::{
    Call, Odoo, OdooError,
    books::{self, Books},
};
use serde_json::{Value, json};

/// An Odoo that answers at once.
pub struct OdooStub;

#[async_trait]
impl Odoo for OdooStub {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        Ok(answer(call))
    }
}

fn answer(call: &Call) -> Value {
    match (call.model, call.method) {
        (_, "load") => json!({"ids": [1]}),
        ("ir.model.data", _) => json!(["account.payment.term", 1]),
        ("res.company", _) => json!([{"id": 1, "currency_id": [1, "USD"]}]),
        ("res.currency", _) => json!([{"id": 1, "name": "USD"}]),
        ("stock.warehouse", _) => json!([{"id": 1, "code": "WH"}]),
        ("product.pricelist", _) => {
            json!([{"id": 30, "name": "Heartland USD", "currency_id": {"id": 1, "name": "USD"}}])
        }
        ("account.tax", _) => json!([tax(10, "NJ State 6.625%", 6.625), tax(11, "NJ Local 2%", 2.0)]),
        ("account.journal", _) => json!([{"id": 20, "code": "INV", "type": "sale", "currency_id": false}]),
        _ => json!([]),
    }
}

fn tax(id: i64, name: &str, percent: f64) -> Value {
    let lines =
        json!([{"id": id * 10, "repartition_type": "tax", "account_id": {"id": 251, "code": "251000"}}]);
    json!({"id": id, "name": name, "amount": percent, "amount_type": "percent", "price_include": false,
        "invoice_repartition_line_ids": lines, "refund_repartition_line_ids": lines})
}

/// The merchant's books, read from it.
///
/// # Errors
/// When it lacks something.
pub fn books(merchant: &Merchant) -> Result<Books> {
    let reading = books::read(&OdooStub, merchant, &merchant.odoo.company);
    let books = reading.now_or_never();
    Ok(books.context("the books were waited for")??)
}

/// The order and its draft invoice as Odoo shows them once they are written.
pub fn documents(order: &Order) -> Value {
    let count = order.lines.len() + order.charges.len();
    let line = |_| json!({"id": 1, "product_uom_qty": 1.0, "qty_delivered": 0.0, "qty_delivered_method": "stock_move"});
    let product = |_| {
        json!({"id": 1, "display_type": "product", "tax_line_id": false, "amount_currency": -9.99,
            "account_id": {"id": 1, "code": "400000"}})
    };
    let tax = |tax: i64| {
        json!({"id": tax, "display_type": "tax", "tax_line_id": tax, "amount_currency": -0.01,
            "account_id": {"id": 251, "code": "251000"}})
    };
    let sold = |_| json!({"id": 1, "sale_line_ids": [{"id": 1, "order_id": {"id": 42, "invoice_status": "to invoice"}}]});
    let lines: Vec<Value> = (0..count).map(product).chain([10, 11].map(tax)).collect();
    let invoice = json!({
        "id": 77, "x_heartland_id": "an_invoice", "name": "/", "state": "draft", "payment_state": "not_paid",
        "currency_id": {"id": 1, "name": "USD"}, "amount_untaxed": 9.99, "amount_total": 10.85, "amount_residual": 10.85,
        "date": "2026-11-23", "commercial_partner_id": {"id": 7}, "company_id": {"id": 1},
        "line_ids": lines, "invoice_line_ids": (0..count).map(sold).collect::<Vec<_>>(),
    });
    json!({
        "id": 42, "x_heartland_id": "an_order", "name": "S00042", "state": "draft", "locked": false,
        "amount_untaxed": 9.99, "date_order": "2026-11-23 14:15:02", "currency_id": {"id": 1, "name": "USD"},
        "order_line": (0..count).map(line).collect::<Vec<_>>(),
        "picking_ids": [{"id": 1, "state": "assigned", "picking_type_code": "outgoing"}],
        "invoice_ids": [invoice],
    })
}
