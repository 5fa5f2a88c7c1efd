//! What was called and in which shape it was answered: what two Odoos must agree on.

use async_trait::async_trait;
use odoo::{Call, Odoo, OdooError};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// Fields whose content the product reads, and not only its shape.
const LITERAL: [&str; 20] = [
    "state",
    "payment_state",
    "invoice_status",
    "display_type",
    "picking_type_code",
    "account_type",
    "reconciled",
    "locked",
    "qty_delivered",
    "qty_delivered_method",
    "active",
    "amount_untaxed",
    "amount_total",
    "amount_residual",
    "amount_currency",
    "date",
    "repartition_type",
    "price_include",
    "amount_type",
    "partner_share",
];

/// What of a refusal by `load` is read.
const MESSAGE: [&str; 5] = ["type", "message", "field", "record", "rows"];

/// An Odoo whose answers are noted.
pub struct Recorder {
    odoo: Arc<dyn Odoo>,
    noted: Mutex<Vec<String>>,
}

impl Recorder {
    pub fn new(odoo: Arc<dyn Odoo>) -> Self {
        let noted = Mutex::default();
        Self { odoo, noted }
    }

    /// Calls and shapes of answers since it was last asked.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.noted.lock().unwrap())
    }
}

#[async_trait]
impl Odoo for Recorder {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let answer = self.odoo.call(call).await;
        let what = match &answer {
            Ok(answer) => shape(answer).to_string(),
            Err(OdooError::Rejected { name, message }) => format!("{name}: {}", beginning(message)),
            Err(error) => format!("{error:?}"),
        };
        self.noted
            .lock()
            .unwrap()
            .push(format!("{} -> {what}", call.name()));
        answer
    }
}

/// Types in place of values; a list is the set of what is in it.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) if number.is_f64() => json!("float"),
        Value::Number(_) => json!("int"),
        Value::String(_) => json!("text"),
        Value::Array(items) => {
            let shapes: BTreeSet<String> = items.iter().map(|item| shape(item).to_string()).collect();
            json!(shapes)
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let kept = LITERAL.contains(&name.as_str()) && !value.is_object() && !value.is_array();
                let shape = match value {
                    Value::String(message) if name == "message" => json!(beginning(message)),
                    _ if kept => value.clone(),
                    _ => shape(value),
                };
                (name.clone(), shape)
            };
            let is_message = fields.contains_key("rows") && fields.contains_key("message");
            let read = fields
                .iter()
                .filter(|(name, _)| !is_message || MESSAGE.contains(&name.as_str()));
            // In the order of their names, whatever order a map keeps.
            let shapes: BTreeMap<String, Value> = read.map(field).collect();
            json!(shapes)
        }
    }
}

/// How a message begins, whatever record it is about.
fn beginning(message: &str) -> String {
    let words = message.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
    words
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect()
}
