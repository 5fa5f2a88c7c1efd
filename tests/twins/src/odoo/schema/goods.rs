//! Products, kits, stock and deliveries.

use super::{
    Kind::{Back, Bool, Many, Number, One, Text},
    Model, computed, model, stored,
};
use crate::odoo::stock;

pub(super) const MODELS: &[Model] = &[
    model(
        "stock.warehouse",
        &[
            stored("name", Text),
            stored("code", Text),
            stored("company_id", One("res.company")),
        ],
    ),
    model("uom.uom", &[stored("name", Text)]),
    model("product.template", &[stored("name", Text)]),
    model(
        "product.product",
        &[
            stored("name", Text),
            stored("default_code", Text),
            stored("active", Bool),
            stored("type", Text),
            stored("is_storable", Bool),
            computed("is_kits", Bool, stock::is_kit),
            stored("invoice_policy", Text),
            stored("product_tmpl_id", One("product.template")),
            stored("uom_id", One("uom.uom")),
            stored("company_id", One("res.company")),
            computed("qty_available", Number, stock::on_hand),
            computed("outgoing_qty", Number, stock::outgoing),
        ],
    ),
    model("product.template.attribute.value", &[stored("name", Text)]),
    model(
        "mrp.bom",
        &[
            stored("type", Text),
            stored("active", Bool),
            stored("product_id", One("product.product")),
            stored("product_tmpl_id", One("product.template")),
            stored("product_qty", Number),
            stored("bom_line_ids", Back("mrp.bom.line", "bom_id")),
        ],
    ),
    model(
        "mrp.bom.line",
        &[
            stored("bom_id", One("mrp.bom")),
            stored("product_id", One("product.product")),
            stored("product_qty", Number),
            stored("product_uom_id", One("uom.uom")),
            stored(
                "bom_product_template_attribute_value_ids",
                Many("product.template.attribute.value"),
            ),
        ],
    ),
    model(
        "stock.quant",
        &[
            stored("product_id", One("product.product")),
            stored("warehouse_id", One("stock.warehouse")),
            stored("quantity", Number),
        ],
    ),
    model(
        "stock.picking",
        &[
            stored("name", Text),
            computed("state", Text, stock::picking_state),
            stored("picking_type_code", Text),
            stored("partner_id", One("res.partner")),
            stored("sale_id", One("sale.order")),
            stored("move_ids", Back("stock.move", "picking_id")),
        ],
    ),
    model(
        "stock.move",
        &[
            stored("picking_id", One("stock.picking")),
            stored("sale_line_id", One("sale.order.line")),
            stored("product_id", One("product.product")),
            stored("product_uom_qty", Number),
            stored("quantity", Number),
            stored("picked", Bool),
            stored("state", Text),
        ],
    ),
];
