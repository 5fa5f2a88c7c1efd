//! Tables as far as the functions use them: conditions on attributes, the indexes, the stream of changes. And what
//! using them is billed as.

mod index;
mod kept;
mod query;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

/// What DynamoDB bills on demand. Conditions that do not hold are billed like those that do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Units {
    /// Half read units: 4 KB read, where an index or a reader may be a moment behind; a consistent read takes two.
    pub half_reads: u64,
    /// Write units: 1 KB written, to the table or to one of its indexes; in a transaction it takes two.
    pub writes: u64,
    /// Bytes that are kept.
    pub bytes: u64,
}

/// A change of an item: what the stream of [`TABLE`] tells.
pub struct Change {
    /// The item's key in its table.
    pub pk: String,
    /// The item before, unless it is new.
    pub before: Option<Value>,
    /// The item now, unless it is gone.
    pub after: Option<Value>,
}

/// Why a write is refused.
pub enum Refusal {
    /// The condition does not hold; with the item that is there.
    Condition(Option<Value>),
    /// What is asked is not known here: it would mean something else than on AWS.
    Unknown(String),
}

use index::{INDEXES, Row};
pub use kept::Kept;

/// The table of everything but the audit trail: the one with a stream.
pub const TABLE: &str = "bench";

/// A table's name, and the two parts of an item's key.
pub type Key = (String, String, String);

/// All tables, with their indexes.
#[derive(Default)]
pub struct Tables {
    items: BTreeMap<Key, Value>,
    rows: BTreeSet<Row>,
    /// What was used so far.
    pub units: Units,
    /// Write units so far, by the kind of item: what its key begins with, or the audit trail.
    pub written: BTreeMap<String, u64>,
    /// Those of them that went to an index, by its name.
    pub indexed: BTreeMap<&'static str, u64>,
    /// Changes since this was last taken, oldest first.
    pub changes: Vec<Change>,
}

impl Tables {
    /// `GetItem`.
    pub fn get(&mut self, asked: &Value) -> Value {
        let item = self.items.get(&key(asked, &asked["Key"]));
        self.units.half_reads += 2 * item.map_or(1, |item| blocks(bytes(item), 4096));
        item.map_or_else(|| json!({}), |item| json!({"Item": item}))
    }

    /// `PutItem`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn put(&mut self, asked: &Value) -> Result<(), Refusal> {
        self.holds(asked, &asked["Item"], 1)?;
        let item = asked["Item"].clone();
        self.write(key(asked, &item), Some(item), 1);
        Ok(())
    }

    /// `DeleteItem`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn delete(&mut self, asked: &Value) -> Result<(), Refusal> {
        self.holds(asked, &asked["Key"], 1)?;
        self.write(key(asked, &asked["Key"]), None, 1);
        Ok(())
    }

    /// `TransactWriteItems` of puts: all or none. For each put, whether its condition held, when one did not.
    ///
    /// # Errors
    /// The conditions, in order.
    pub fn put_all(&mut self, asked: &Value) -> Result<(), Vec<bool>> {
        let puts: Vec<&Value> = asked["TransactItems"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|write| &write["Put"])
            .collect();
        let held: Vec<bool> = puts
            .iter()
            .map(|put| self.holds(put, &put["Item"], 2).is_ok())
            .collect();
        if held.contains(&false) {
            return Err(held);
        }
        for put in puts {
            self.write(key(put, &put["Item"]), Some(put["Item"].clone()), 2);
        }
        Ok(())
    }

    fn holds(&mut self, asked: &Value, names: &Value, factor: u64) -> Result<(), Refusal> {
        let there = self.items.get(&key(asked, names));
        let Some(condition) = asked["ConditionExpression"].as_str() else {
            return Ok(());
        };
        let mut holds = true;
        for part in condition.split(" AND ") {
            holds &= match part.split_once(" = ") {
                None if part == "attribute_not_exists(pk)" => there.is_none(),
                Some((name, value)) => {
                    let name = asked["ExpressionAttributeNames"][name].as_str().unwrap_or(name);
                    there.is_some_and(|item| item[name] == asked["ExpressionAttributeValues"][value])
                }
                None => return Err(Refusal::Unknown(part.to_owned())),
            };
        }
        if holds {
            return Ok(());
        }
        let there = there.cloned();
        let units = factor * there.as_ref().map_or(1, |item| blocks(bytes(item), 1024));
        self.bill(&key(asked, names), units);
        Err(Refusal::Condition(there))
    }

    fn bill(&mut self, key: &Key, units: u64) {
        self.units.writes += units;
        *self.written.entry(kind(key)).or_default() += units;
    }

    fn write(&mut self, key: Key, item: Option<Value>, factor: u64) {
        let before = match item.clone() {
            Some(item) => self.items.insert(key.clone(), item),
            None => self.items.remove(&key),
        };
        let size = |item: &Option<Value>| item.as_ref().map_or(0, bytes);
        let (old, new) = (size(&before), size(&item));
        let mut units = factor * blocks(old.max(new), 1024);
        self.units.bytes = (self.units.bytes + new).saturating_sub(old);
        let followed = self.follow(&key, before.as_ref(), item.as_ref());
        for (index, of_index) in INDEXES.iter().zip(followed) {
            units += of_index;
            *self.indexed.entry(index.name).or_default() += of_index;
        }
        self.bill(&key, units);
        // The audit trail has a table of its own, without a stream.
        if key.0 == TABLE {
            self.changes.push(Change {
                pk: key.1,
                before,
                after: item,
            });
        }
    }
}

fn kind((table, pk, _): &Key) -> String {
    match table.as_str() {
        TABLE => pk.split('/').next().unwrap_or_default().to_owned(),
        _ => "audit trail".to_owned(),
    }
}

fn key(asked: &Value, names: &Value) -> Key {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        text(&asked["TableName"]),
        text(&names["pk"]["S"]),
        text(&names["sk"]["S"]),
    )
}

fn blocks(bytes: u64, of: u64) -> u64 {
    bytes.div_ceil(of).max(1)
}

/// The size of an item as DynamoDB counts it: names and values; of a number its significant digits, two in a byte.
fn bytes(item: &Value) -> u64 {
    item.as_object().map_or(0, members)
}

fn members(of: &Map<String, Value>) -> u64 {
    of.iter()
        .map(|(name, value)| name.len() as u64 + held(value))
        .sum()
}

fn held(value: &Value) -> u64 {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else {
        return 1;
    };
    match (kind.as_str(), value) {
        ("N", Value::String(digits)) => digits.len() as u64 / 2 + 2,
        // Base64.
        ("B", Value::String(text)) => text.len() as u64 * 3 / 4,
        (_, Value::String(text)) => text.len() as u64,
        ("M", Value::Object(of)) => 3 + of.len() as u64 + members(of),
        ("L", Value::Array(of)) => 3 + of.iter().map(|value| 1 + held(value)).sum::<u64>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(item: Value, condition: &str) -> Value {
        json!({"TableName": TABLE, "Item": item, "ConditionExpression": condition,
               "ExpressionAttributeNames": {"#version": "version"},
               "ExpressionAttributeValues": {":seen": {"N": "1"}}})
    }

    fn item(version: &str, state: Option<&str>) -> Value {
        let mut item = json!({"pk": {"S": "a"}, "version": {"N": version}});
        if let Some(state) = state {
            item["state_pk"] = json!({"S": state});
            item["state_sk"] = json!({"S": "1"});
        }
        item
    }

    #[test]
    fn conditions_hold_as_on_aws() {
        let mut tables = Tables::default();
        assert!(
            tables
                .put(&put(item("1", None), "attribute_not_exists(pk)"))
                .is_ok()
        );
        let Err(Refusal::Condition(Some(there))) =
            tables.put(&put(item("9", None), "attribute_not_exists(pk)"))
        else {
            panic!("it is there already");
        };
        assert_eq!(there["version"]["N"], "1");
        assert!(tables.put(&put(item("2", None), "#version = :seen")).is_ok());
        assert!(matches!(
            tables.put(&put(item("3", None), "#version = :seen")),
            Err(Refusal::Condition(_))
        ));
        assert!(matches!(
            tables.put(&put(item("3", None), "size(pk) > :seen")),
            Err(Refusal::Unknown(_))
        ));
        assert_eq!(tables.units.writes, 4);
    }

    #[test]
    fn the_index_follows_the_state_and_is_billed() {
        let mut tables = Tables::default();
        let open = json!({"TableName": TABLE, "IndexName": "by_state", "KeyConditionExpression": "state_pk = :open",
                          "ExpressionAttributeValues": {":open": {"S": "open"}}});
        let count = |tables: &mut Tables| match tables.query(&open) {
            Ok(answer) => answer["Count"].as_u64(),
            Err(_) => None,
        };
        assert!(
            tables
                .put(&put(item("1", Some("open")), "attribute_not_exists(pk)"))
                .is_ok()
        );
        assert_eq!(count(&mut tables), Some(1));
        assert_eq!(tables.units.writes, 2);
        assert!(tables.put(&put(item("2", None), "#version = :seen")).is_ok());
        assert_eq!(count(&mut tables), Some(0));
        assert_eq!(tables.units.writes, 4);
    }
}
