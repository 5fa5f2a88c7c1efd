//! What the integration's user must be allowed to do, and what it is not.

use domain::failure::Failure;
use domain::merchant::{Merchant, MissingProduct};
use odoo::{Call, Odoo};
use serde_json::{Value, json};

use crate::{Missing, read_failure};

/// Model and operation of everything the functions do.
const NEEDED: [(&str, &str); 12] = [
    ("res.partner", "read"),
    ("res.partner", "create"),
    ("res.partner", "write"),
    ("product.product", "read"),
    ("sale.order", "create"),
    ("sale.order", "write"),
    ("account.move", "create"),
    ("account.move", "write"),
    ("account.payment", "create"),
    ("account.payment", "write"),
    ("stock.picking", "read"),
    ("stock.quant", "read"),
];
/// What it needs beside, when unknown SKUs become products.
const PRODUCT_MAKER: [(&str, &str); 1] = [("product.product", "create")];

/// Rights that the key's user lacks.
///
/// # Errors
/// When Odoo does not answer or does not accept the key.
pub async fn missing_rights(odoo: &dyn Odoo, merchant: &Merchant) -> Result<Vec<Missing>, Failure> {
    let makes_products = merchant.odoo.missing_product == MissingProduct::Create;
    let more: &[(&str, &str)] = if makes_products { &PRODUCT_MAKER } else { &[] };
    let mut missing = Vec::new();
    for (model, operation) in NEEDED.iter().chain(more) {
        let call = Call::read(model, "has_access")
            .ids([])
            .arg("operation", *operation);
        let allowed = odoo.call(&call).await.map_err(|error| read_failure(&error))?;
        if allowed != Value::Bool(true) {
            missing.push(Missing {
                key: "odoo".to_owned(),
                what: format!("the integration's user may not {operation} {model}"),
                remedy: "run `odoo-heartland setup odoo`: it gives the user the least rights that suffice"
                    .to_owned(),
            });
        }
    }
    Ok(missing)
}

/// The user behind the key, as Odoo names it: `{"uid": 7, …}`.
pub(crate) async fn user_id(odoo: &dyn Odoo) -> Result<Option<i64>, Failure> {
    let context = odoo
        .call(&Call::read("res.users", "context_get"))
        .await
        .map_err(|error| read_failure(&error))?;
    Ok(context.get("uid").and_then(Value::as_i64))
}

/// Whether the user behind the key belongs to a group.
pub(crate) async fn has_group(odoo: &dyn Odoo, group: &str) -> Result<bool, Failure> {
    let Some(user) = user_id(odoo).await? else {
        return Ok(false);
    };
    let call = Call::read("res.users", "has_group")
        .ids([user])
        .arg("group_ext_id", json!(group));
    let answer = odoo.call(&call).await.map_err(|error| read_failure(&error))?;
    Ok(answer == Value::Bool(true))
}
