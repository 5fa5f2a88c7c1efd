//! `write`, `create` and `unlink` as people and administrators do them: of contacts, products, the company and what is
//! picked for a delivery; and the date of sales orders.

use super::{
    cell::Cell,
    errors::{Answered, unknown},
    schema::{self, Kind},
    stock,
    store::Store,
};
use serde_json::Value;

const WRITABLE: [&str; 4] = ["res.partner", "res.company", "product.product", "stock.move"];

/// `write`.
pub(super) fn write(store: &mut Store, model: &'static str, ids: &[i64], values: &Value) -> Answered<()> {
    if !WRITABLE.contains(&model) {
        return Err(unknown(format!("writing a {model} by hand")));
    }
    let cells = cells(model, values)?;
    for id in ids {
        store.require(model, *id)?;
        store.update(model, *id, cells.clone());
    }
    Ok(())
}

/// `create`.
pub(super) fn create(store: &mut Store, model: &'static str, list: &Value) -> Answered<Vec<i64>> {
    let rows = list.as_array().ok_or_else(|| unknown("create without a list"))?;
    let create = |row| {
        let mut cells = cells(model, row)?;
        match model {
            "res.partner" => {
                cells.push(("active", Cell::Bool(true)));
                Ok(store.insert(model, cells))
            }
            "product.product" => Ok(stock::add_product(store, cells)),
            _ => Err(unknown(format!("creating a {model} by hand"))),
        }
    };
    rows.iter().map(create).collect()
}

/// `unlink` of products: never of what was used.
pub(super) fn unlink_products(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require("product.product", *id)?;
        let users = [
            ("sale.order.line", "product_id"),
            ("mrp.bom.line", "product_id"),
            ("stock.move", "product_id"),
        ];
        if users
            .iter()
            .any(|(model, field)| !store.pointing(model, field, *id).is_empty())
        {
            return Err(unknown("deleting a product that is in use"));
        }
        store.remove("product.product", *id);
    }
    Ok(())
}

/// The dates of sales orders, one dictionary for each.
pub(super) fn save_orders(store: &mut Store, ids: &[i64], list: &Value) -> Answered<()> {
    let rows = list.as_array().filter(|rows| rows.len() == ids.len());
    let rows = rows.ok_or_else(|| unknown("web_save_multi with another number of values than records"))?;
    for (id, row) in ids.iter().zip(rows) {
        store.require("sale.order", *id)?;
        let cells = cells("sale.order", row)?;
        if cells.iter().any(|(field, _)| *field != "date_order") {
            return Err(unknown(format!("writing {row} on a sales order")));
        }
        store.update("sale.order", *id, cells);
    }
    Ok(())
}

fn cells(model: &'static str, values: &Value) -> Answered<Vec<(&'static str, Cell)>> {
    let values = values
        .as_object()
        .ok_or_else(|| unknown("values that are no dictionary"))?;
    let cell = |(name, value): (&String, &Value)| {
        let field = schema::field(model, name)?;
        let cell = match (field.kind, value) {
            (Kind::Bool, Value::Bool(yes)) => Cell::Bool(*yes),
            (_, Value::Bool(false)) => Cell::Empty,
            (Kind::Text, Value::String(text)) => Cell::text(text),
            (Kind::Number, Value::Number(_)) => {
                let number = odoo::value::decimal(value);
                Cell::Number(number.map_err(|_| unknown(format!("{value} in {model}.{name}")))?)
            }
            (Kind::One(_), Value::Number(id)) => Cell::One(id.as_i64().unwrap_or_default()),
            _ => return Err(unknown(format!("{value} in {model}.{name}"))),
        };
        Ok((field.name, cell))
    };
    values.iter().map(cell).collect()
}
