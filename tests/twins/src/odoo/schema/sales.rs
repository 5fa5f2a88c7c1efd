//! Sales orders.

use super::{
    Kind::{Back, Bool, Many, Number, One, Text},
    Model, computed, model, newest_first, stored,
};
use crate::odoo::sales;

pub(super) const MODELS: &[Model] = &[
    newest_first(
        "sale.order",
        &[
            stored("x_heartland_id", Text),
            stored("name", Text),
            stored("state", Text),
            stored("locked", Bool),
            stored("client_order_ref", Text),
            stored("partner_id", One("res.partner")),
            stored("partner_invoice_id", One("res.partner")),
            stored("partner_shipping_id", One("res.partner")),
            stored("company_id", One("res.company")),
            stored("warehouse_id", One("stock.warehouse")),
            stored("pricelist_id", One("product.pricelist")),
            stored("payment_term_id", One("account.payment.term")),
            stored("user_id", One("res.users")),
            stored("require_signature", Bool),
            stored("require_payment", Bool),
            stored("date_order", Text),
            stored("note", Text),
            computed("currency_id", One("res.currency"), sales::currency),
            computed("amount_untaxed", Number, sales::untaxed),
            computed("amount_tax", Number, sales::tax),
            computed("amount_total", Number, sales::total),
            computed("invoice_status", Text, sales::invoice_status),
            stored("order_line", Back("sale.order.line", "order_id")),
            stored("picking_ids", Back("stock.picking", "sale_id")),
            computed("invoice_ids", Many("account.move"), sales::invoices),
        ],
    ),
    model(
        "sale.order.line",
        &[
            stored("order_id", One("sale.order")),
            stored("product_id", One("product.product")),
            stored("name", Text),
            stored("product_uom_qty", Number),
            stored("price_unit", Number),
            stored("discount", Number),
            stored("tax_ids", Many("account.tax")),
            computed("price_subtotal", Number, sales::subtotal),
            computed("qty_invoiced", Number, sales::qty_invoiced),
            computed("qty_delivered", Number, sales::qty_delivered),
            computed("qty_delivered_method", Text, sales::qty_delivered_method),
            computed("invoice_status", Text, sales::line_status),
            stored("invoice_lines", Back("account.move.line", "sale_line_ids")),
        ],
    ),
];
