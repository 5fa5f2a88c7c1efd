//! The methods that the twin knows, and what each answers.

use super::{
    by_hand,
    domain::Domain,
    errors::{Answered, unknown, value_error},
    invoices, load, payments, posting, read, reconciliation, sales, schema, stock,
    store::Store,
};
use odoo::{Call, Context};
use serde_json::{Value, json};

/// Does a call. What it has changed is for the caller to keep or to take back.
///
/// # Errors
/// What Odoo rejects, and what the twin does not know.
pub(super) fn answer(store: &mut Store, call: &Call) -> Answered<Value> {
    let context = call.context.as_ref().map_or(Value::Null, Context::to_value);
    check_company(store, &context)?;
    let arg = |name: &str| call.args.get(name).cloned().unwrap_or_default();
    let ids = call.ids.clone().unwrap_or_default();
    if (call.model, call.method) == ("ir.model.data", "check_object_reference") {
        only(call, &["module", "xml_id"])?;
        return reference(store, &arg("module"), &arg("xml_id"));
    }
    let model = schema::get(call.model)?.name;
    match (call.model, call.method) {
        ("product.product", "fields_get") => {
            only(call, &["allfields", "attributes"])?;
            fields_get(&arg("allfields"))
        }
        (_, "search_read") => {
            only(call, &["domain", "fields", "order", "limit"])?;
            let fields = arg("fields");
            let fields = fields
                .as_array()
                .ok_or_else(|| unknown("search_read without fields"))?;
            let ids = search(store, model, call, &context)?;
            read::plain(store, model, &ids, fields)
        }
        (_, "web_search_read") => {
            only(call, &["domain", "specification"])?;
            let ids = search(store, model, call, &context)?;
            let records = read::along(store, model, &ids, &arg("specification"))?;
            Ok(json!({"length": ids.len(), "records": records}))
        }
        (_, "web_read") => {
            only(call, &["specification"])?;
            read::along(store, model, &ids, &arg("specification"))
        }
        (_, "load") => {
            only(call, &["fields", "data"])?;
            load::load(store, model, &arg("fields"), &arg("data"), &context)
        }
        _ => effect(store, call, &ids, &context),
    }
}

/// The buttons, and what else changes records that are there.
fn effect(store: &mut Store, call: &Call, ids: &[i64], context: &Value) -> Answered<Value> {
    let arg = |name: &str| call.args.get(name).cloned().unwrap_or_default();
    match (call.model, call.method) {
        ("sale.order", "action_confirm") => sales::confirm(store, ids).map(|()| json!(true)),
        ("sale.order", "action_cancel") => sales::cancel(store, ids).map(|()| json!(true)),
        ("sale.order", "action_unlock") => sales::unlock(store, ids).map(|()| Value::Null),
        ("sale.order.line", "unlink") => sales::unlink_lines(store, ids).map(|()| json!(true)),
        ("product.product", "unlink") => by_hand::unlink_products(store, ids).map(|()| json!(true)),
        ("account.move", "unlink") => invoices::unlink(store, ids).map(|()| json!(true)),
        ("account.move", "button_cancel") => invoices::cancel(store, ids).map(|()| Value::Null),
        ("account.move", "action_post") => posting::post(store, ids, context).map(|()| json!(false)),
        ("account.payment", "action_post") => payments::post(store, ids).map(|()| Value::Null),
        ("stock.picking", "button_validate") => stock::validate(store, ids, context).map(|()| json!(true)),
        ("sale.order", "web_save_multi") => {
            only(call, &["vals_list", "specification"])?;
            by_hand::save_orders(store, ids, &arg("vals_list"))?;
            read::along(store, "sale.order", ids, &arg("specification"))
        }
        ("account.move.line", "web_save_multi") => {
            only(call, &["vals_list", "specification"])?;
            reconciliation::save_lines(store, ids, &arg("vals_list"))?;
            read::along(store, "account.move.line", ids, &arg("specification"))
        }
        ("account.move", "js_assign_outstanding_line") => {
            only(call, &["line_id"])?;
            match (ids, arg("line_id").as_i64()) {
                ([id], Some(line)) => reconciliation::assign(store, *id, line).map(|()| Value::Null),
                _ => Err(unknown("that way to assign a payment")),
            }
        }
        (model, "write") => {
            only(call, &["vals"])?;
            by_hand::write(store, schema::get(model)?.name, ids, &arg("vals")).map(|()| json!(true))
        }
        (model, "create") => {
            only(call, &["vals_list"])?;
            by_hand::create(store, schema::get(model)?.name, &arg("vals_list")).map(|ids| json!(ids))
        }
        _ => Err(unknown(format!("the method {}", call.name()))),
    }
}

/// Arguments that the twin would ignore are refused.
fn only(call: &Call, known: &[&str]) -> Answered<()> {
    match call.args.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown(format!("the argument {name} of {}", call.name()))),
        None => Ok(()),
    }
}

fn check_company(store: &Store, context: &Value) -> Answered<()> {
    let allowed = context["allowed_company_ids"].as_array();
    let strange = |id: &&Value| id.as_i64().is_none_or(|id| !store.exists("res.company", id));
    match allowed.and_then(|ids| ids.iter().find(strange)) {
        Some(id) => Err(unknown(format!("the company {id}"))),
        None => Ok(()),
    }
}

fn search(store: &Store, model: &'static str, call: &Call, context: &Value) -> Answered<Vec<i64>> {
    let empty = json!([]);
    let domain = Domain::parse(model, call.args.get("domain").unwrap_or(&empty))?;
    let mut ids = domain.search(store, model, context["active_test"] == false)?;
    match call.args.get("order").map(|order| order.as_str()) {
        None => {}
        Some(Some("name")) => ids.sort_by_key(|id| match store.cell(model, *id, "name") {
            super::cell::Cell::Text(name) => name,
            _ => String::new(),
        }),
        Some(order) => return Err(unknown(format!("the order {order:?}"))),
    }
    match call.args.get("limit").map(Value::as_u64) {
        None => {}
        Some(Some(limit)) => ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX)),
        Some(None) => return Err(unknown("a limit that is no number")),
    }
    Ok(ids)
}

fn reference(store: &Store, module: &Value, name: &Value) -> Answered<Value> {
    let (module, name) = (
        module.as_str().unwrap_or_default(),
        name.as_str().unwrap_or_default(),
    );
    match store.by_external_id(&format!("{module}.{name}")) {
        Some((model, id)) => Ok(json!([model, id])),
        None => Err(value_error(format!(
            "External ID not found in the system: {module}.{name}"
        ))),
    }
}

/// Which of some fields there are.
fn fields_get(wanted: &Value) -> Answered<Value> {
    let names = wanted
        .as_array()
        .ok_or_else(|| unknown("fields_get of all fields"))?;
    let mut there = serde_json::Map::new();
    for name in names.iter().filter_map(Value::as_str) {
        if schema::get("product.product")?.has(name) {
            there.insert(name.to_owned(), json!({"type": "boolean"}));
        }
    }
    Ok(Value::Object(there))
}
