//! An item as DynamoDB writes it down: `{"pk": {"S": "order/woo/1001"}, …}`. The stream and a read of the table give the
//! same image.

use crate::{canonical::canonical, key::Keys};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// An item, attribute by attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Image(Map<String, Value>);

impl Image {
    /// An image as the stream gives it.
    pub fn new(attributes: Map<String, Value>) -> Self {
        Self(attributes)
    }

    /// The image of an item as a read gives it.
    pub fn of(item: &HashMap<String, AttributeValue>) -> Self {
        Self(
            item.iter()
                .map(|(name, value)| (name.clone(), typed(value)))
                .collect(),
        )
    }

    /// The item's key.
    pub fn pk(&self) -> Option<&str> {
        self.text("pk")
    }

    /// A text attribute.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("S")?.as_str()
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.get("N")?.as_str()?.parse().ok()
    }

    /// When the table forgets the item, Unix seconds.
    pub(crate) fn ttl_s(&self) -> Option<i64> {
        self.number("ttl")
    }

    /// The item as plain JSON; what holds JSON as text is read.
    pub(crate) fn plain(&self) -> Value {
        let read = |name: &String, value: &Value| {
            let value = plain(value);
            let holds_json = matches!(name.as_str(), "body" | "result");
            match value.as_str().filter(|_| holds_json) {
                Some(text) => serde_json::from_str(text).unwrap_or(Value::Null),
                None => value,
            }
        };
        Value::Object(
            self.0
                .iter()
                .map(|(name, value)| (name.clone(), read(name, value)))
                .collect(),
        )
    }

    /// A keyed hash of the whole item.
    pub(crate) fn digest(&self, keys: &Keys, key: &str) -> Option<String> {
        keys.mac(key, "item", &canonical(&Value::Object(self.0.clone())))
    }
}

fn plain(typed: &Value) -> Value {
    let Some((kind, value)) = typed.as_object().and_then(|map| map.iter().next()) else {
        return Value::Null;
    };
    match (kind.as_str(), value) {
        ("S" | "BOOL", value) => value.clone(),
        ("N", Value::String(digits)) => digits
            .parse::<i64>()
            .map_or_else(|_| Value::from(digits.as_str()), Value::from),
        ("M", Value::Object(map)) => map
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        ("L", Value::Array(list)) => list.iter().map(plain).collect(),
        _ => Value::Null,
    }
}

fn typed(value: &AttributeValue) -> Value {
    let bytes = |blob: &aws_sdk_dynamodb::primitives::Blob| STANDARD.encode(blob.as_ref());
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(digits) => json!({"N": digits}),
        AttributeValue::B(blob) => json!({"B": bytes(blob)}),
        AttributeValue::Bool(flag) => json!({"BOOL": flag}),
        AttributeValue::Null(flag) => json!({"NULL": flag}),
        AttributeValue::Ss(texts) => json!({"SS": texts}),
        AttributeValue::Ns(numbers) => json!({"NS": numbers}),
        AttributeValue::Bs(blobs) => json!({"BS": blobs.iter().map(bytes).collect::<Vec<_>>()}),
        AttributeValue::L(list) => json!({"L": list.iter().map(typed).collect::<Vec<_>>()}),
        AttributeValue::M(map) => {
            let map = map.iter().map(|(name, value)| (name.clone(), typed(value)));
            json!({"M": map.collect::<Map<_, _>>()})
        }
        _ => Value::Null,
    }
}
