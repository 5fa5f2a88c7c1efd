//! Which fields of two JSON values differ: their names, never their values, which may be a customer's.

use crate::card_number::is_card_number;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most fields that are named; the last name says that there are more.
pub const FIELDS_MAX: usize = 50;
/// Longest name of a key that is shown.
const KEY_LENGTH_MAX: usize = 60;
/// What stands for a key that may not be shown.
const HIDDEN: &str = "…";

/// The fields that differ, as paths (`lines[0].sku`), sorted. What is an object or a list on both sides is looked into;
/// a list of another length is named itself.
pub fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let mut fields = BTreeSet::new();
    compare(String::new(), before, after, &mut fields);
    let more = fields.len() > FIELDS_MAX;
    let mut fields: Vec<String> = fields.into_iter().take(FIELDS_MAX).collect();
    if more {
        fields.push(HIDDEN.to_owned());
    }
    fields
}

fn compare(path: String, before: &Value, after: &Value, fields: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let (left, right) = (before.get(key), after.get(key));
                compare(
                    below(&path, key),
                    left.unwrap_or(&Value::Null),
                    right.unwrap_or(&Value::Null),
                    fields,
                );
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for (i, (left, right)) in before.iter().zip(after).enumerate() {
                compare(format!("{path}[{i}]"), left, right, fields);
            }
            if before.len() != after.len() {
                fields.insert(path);
            }
        }
        _ if before == after => {}
        _ => {
            fields.insert(path);
        }
    }
}

fn below(path: &str, key: &str) -> String {
    let usual = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_name = (1..=KEY_LENGTH_MAX).contains(&key.len()) && key.chars().all(usual) && !is_card_number(key);
    let key = if is_name { key } else { HIDDEN };
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_named_and_their_values_are_not() {
        let before =
            json!({"lines": [{"sku": "OLD", "name": "Pot"}], "customer": {"name": "Jane Doe"}, "note": null});
        let after =
            json!({"lines": [{"sku": "NEW", "name": "Pot"}], "customer": {"name": "Jane"}, "vat": "X1"});
        assert_eq!(
            changed_fields(&before, &after),
            ["customer.name", "lines[0].sku", "vat"]
        );
        assert!(changed_fields(&before, &before).is_empty());
    }

    #[test]
    fn a_list_of_another_length_and_another_type_are_changes_of_the_field() {
        let (before, after) = (
            json!({"lines": [1, 2], "id": 1}),
            json!({"lines": [1], "id": "1"}),
        );
        assert_eq!(changed_fields(&before, &after), ["id", "lines"]);
        assert_eq!(changed_fields(&json!(1), &json!(2)), [""]);
    }

    #[test]
    fn a_key_that_is_no_name_is_not_shown_and_there_is_an_end() {
        let after = json!({"jane@example.com": 1, "4111111111111111": 1, "": 1});
        assert_eq!(changed_fields(&json!({}), &after), ["…"]);
        let many: Value = (0..200)
            .map(|n| (format!("k{n}"), json!(n)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let fields = changed_fields(&json!({}), &many);
        assert_eq!(
            (fields.len(), fields.last().map(String::as_str)),
            (FIELDS_MAX + 1, Some("…"))
        );
    }
}
