//! Reading: what both the check and the set-up ask.

use domain::failure::Failure;
use odoo::{Call, Context, Odoo, value};
use serde_json::{Value, json};

use crate::read_failure;

/// Ids of records that fit, archived ones left out.
pub(crate) async fn ids(
    odoo: &dyn Odoo,
    model: &'static str,
    domain: Value,
    context: Option<&Context>,
) -> Result<Vec<i64>, Failure> {
    let call = Call::read(model, "search").arg("domain", domain);
    let found = call_in(odoo, call, context).await?;
    Ok(value::records(&found).iter().filter_map(Value::as_i64).collect())
}

/// Records that fit, with these fields.
pub(crate) async fn rows(
    odoo: &dyn Odoo,
    model: &'static str,
    domain: Value,
    fields: &[&str],
    context: Option<&Context>,
) -> Result<Vec<Value>, Failure> {
    let found = call_in(odoo, Call::search_read(model, domain, fields), context).await?;
    Ok(value::records(&found).to_vec())
}

/// The id behind an external id; nothing when there is none.
pub(crate) async fn by_external_id(odoo: &dyn Odoo, name: &str) -> Result<Option<i64>, Failure> {
    let (module, xml_id) = name.split_once('.').unwrap_or(("base", name));
    let call = Call::read("ir.model.data", "check_object_reference")
        .arg("module", module)
        .arg("xml_id", xml_id);
    match odoo.call(&call).await {
        Ok(found) => Ok(found.get(1).and_then(Value::as_i64)),
        Err(odoo::OdooError::Rejected { .. }) => Ok(None),
        Err(error) => Err(read_failure(&error)),
    }
}

async fn call_in(odoo: &dyn Odoo, call: Call, context: Option<&Context>) -> Result<Value, Failure> {
    let call = match context {
        Some(context) => call.context(context),
        None => call,
    };
    odoo.call(&call).await.map_err(|error| read_failure(&error))
}

/// A domain of one condition.
pub(crate) fn named(field: &str, name: impl Into<Value>) -> Value {
    json!([[field, "=", name.into()]])
}
