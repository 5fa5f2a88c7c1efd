//! The input of a review, read from the table with the operator's own rights, and checked before a correction of it is
//! accepted.

use anyhow::{Context, Result};
use domain::card_number;
use domain::ids::StoreId;
use domain::order::{Order, check_edit};
use serde::Deserialize;
use serde_json::Value;

use crate::exit::Stop;
use crate::stack::Stack;

/// The schema of the canonical order.
const SCHEMA: &str = include_str!("../../../events/order.schema.json");

/// Where a review's input is, as the desk says it.
#[derive(Clone, Debug, Deserialize)]
pub struct InputAt {
    kind: Kind,
    /// The version or event.
    pub version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Order,
    Body,
}

impl InputAt {
    /// What the desk says of a review's input.
    pub fn of(said: &Value) -> Option<Self> {
        serde_json::from_value(said.get("input_at")?.clone()).ok()
    }
}

/// An input as it came.
pub enum Input {
    /// The canonical order.
    Order(Box<Order>),
    /// What the shop sent, and which shop.
    Body {
        /// The bytes.
        body: Vec<u8>,
        /// The store.
        store: StoreId,
    },
}

impl Input {
    /// Reads it.
    ///
    /// # Errors
    /// When it is not there (any more), or the table does not answer.
    pub async fn read(stack: &Stack, said: &Value, at: InputAt) -> Result<Self> {
        let payloads = stack.payloads()?;
        if at.kind == Kind::Order {
            let order = said["order"]
                .as_str()
                .unwrap_or_default()
                .parse()
                .context("the review's order")?;
            return Ok(Self::Order(Box::new(
                payloads.content(&order, &at.version).await?,
            )));
        }
        let gone = || Stop::usage("the event is not kept any more").remedy("send it again from the shop");
        let payload = payloads.payload(&at.version).await?.ok_or_else(gone)?;
        Ok(Self::Body {
            body: payload.body,
            store: payload.store,
        })
    }

    /// The field under which the desk takes a correction of it.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Body { .. } => "body",
        }
    }

    /// The input as text, for people.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&self) -> Result<String> {
        match self {
            Self::Order(order) => Ok(serde_json::to_string_pretty(order)?),
            Self::Body { body, .. } => {
                let text = std::str::from_utf8(body).context("the event is no text")?;
                Ok(indented(text))
            }
        }
    }

    /// The corrected input as the desk takes it, and the fields that are changed.
    ///
    /// # Errors
    /// What is wrong with it, a line for each.
    pub fn check(&self, text: &str) -> Result<(Value, Vec<String>), Vec<String>> {
        if card_number::find(text.as_bytes()).is_some() {
            return Err(vec!["it holds something that is a card number".to_owned()]);
        }
        let after: Value =
            serde_json::from_str(text).map_err(|error| vec![format!("it is no JSON: {error}")])?;
        match self {
            Self::Order(before) => {
                check_order(before, &after)?;
                let before = serde_json::to_value(before).unwrap_or_default();
                let fields = domain::changes::changed_fields(&before, &after);
                Ok((after, fields))
            }
            Self::Body { body, store } => {
                check_body(body, store, text).map_err(|error| vec![error.to_string()])?;
                let before = serde_json::from_slice(body).unwrap_or_default();
                let fields = domain::changes::changed_fields(&before, &after);
                Ok((Value::String(text.to_owned()), fields))
            }
        }
    }
}

fn check_order(before: &Order, after: &Value) -> Result<(), Vec<String>> {
    let told = |what: String| vec![what];
    let schema: Value = serde_json::from_str(SCHEMA).map_err(|error| told(error.to_string()))?;
    let schema = jsonschema::validator_for(&schema).map_err(|error| told(error.to_string()))?;
    let wrong: Vec<String> = schema
        .iter_errors(after)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let after: Order = serde_json::from_value(after.clone()).map_err(|error| told(error.to_string()))?;
    check_edit(before, &after).map_err(|failure| {
        let field = failure
            .field
            .as_deref()
            .map(|field| format!("{field}: "))
            .unwrap_or_default();
        told(format!("{field}{failure}"))
    })
}

/// The shop's own reader has to take it, and it has to be the same order and version.
fn check_body(before: &[u8], store: &StoreId, after: &str) -> Result<()> {
    let store = runtime::merchant()?.store(store)?;
    let scheme = shop::scheme(store);
    scheme.parse(after.as_bytes(), store)?;
    let told = scheme.facts(before);
    if told.is_some() && told != scheme.facts(after.as_bytes()) {
        anyhow::bail!(
            "it is about another order, or another version of it: keep its id and modification time"
        );
    }
    Ok(())
}

/// JSON with a line for each value, each value letter for letter as it came: a shop's amounts must not be rounded by
/// being read. What is no JSON stays as it is.
fn indented(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            c if c.is_whitespace() => {}
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                if let Some(end) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                in_text = c == '"';
                out.push(c);
            }
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order() -> (Input, Value) {
        let envelope: Value =
            serde_json::from_str(include_str!("../../../events/standard/order-usd-discount.json")).unwrap();
        let order: Order = serde_json::from_value(envelope["data"].clone()).unwrap();
        let value = serde_json::to_value(&order).unwrap();
        (Input::Order(Box::new(order)), value)
    }

    #[test]
    fn a_body_is_shown_letter_for_letter_with_a_line_for_each_value() {
        let body = r#"{"a":9.990,"b":[1,{}],"c":"x:{,\"y\\","d":{"e":[]}}"#;
        let shown = indented(body);
        assert!(
            shown.contains("\"a\": 9.990,\n  \"b\": [\n    1,\n    {}\n  ]"),
            "{shown}"
        );
        let tight = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(tight(&shown), tight(body));
        assert_eq!(indented("not json {"), "not json {");
    }

    #[test]
    fn an_order_is_checked_by_its_schema_and_by_what_must_not_change() {
        let (input, value) = order();
        let check = |change: &dyn Fn(&mut Value)| {
            let mut after = value.clone();
            change(&mut after);
            input.check(&after.to_string()).map(|(_, fields)| fields)
        };
        assert_eq!(
            check(&|o| o["lines"][0]["sku"] = json!("NEW")),
            Ok(vec!["lines[0].sku".to_owned()])
        );
        for (change, told) in [
            (
                &(|o: &mut Value| o["lines"][0]["quantity"] = json!(3)) as &dyn Fn(&mut Value),
                "/lines/0/quantity",
            ),
            (&|o| o["total_minor"] = json!(1), "agreed to pay"),
            (&|o| o["payment"]["token"] = json!("PMT_other"), "payment"),
            (&|o| o["note"] = json!("4111 1111 1111 1111"), "card number"),
            (&|o| drop(o.as_object_mut().unwrap().remove("lines")), "lines"),
            (&|_| {}, "nothing is changed"),
        ] {
            let wrong = check(change).unwrap_err().join("\n");
            assert!(wrong.contains(told), "{wrong}");
        }
        assert!(input.check("{").unwrap_err()[0].contains("no JSON"));
    }

    #[test]
    fn a_body_is_checked_by_the_shops_reader() {
        let came = include_str!("../../../events/refused/woocommerce-line-without-sku.json");
        let input = Input::Body {
            body: came.as_bytes().to_vec(),
            store: "woo".parse().unwrap(),
        };
        assert!(!input.check(came).unwrap_err().is_empty());
        let mended = came.replacen("\"sku\": \"\"", "\"sku\": \"HL-MUG-BLUE\"", 1);
        let (value, fields) = input.check(&mended).unwrap();
        assert_eq!(value, json!(mended));
        assert!(fields[0].ends_with(".sku"), "{fields:?}");
    }
}
