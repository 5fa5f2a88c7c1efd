//! The indexes of the table, as `infra/template.yaml` has them: which items are in one, what it holds of them, and what
//! following the table is billed as.

use effects::OPEN_INDEX;
use serde_json::Value;

use super::{Key, Tables, blocks, bytes};

/// An index.
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute whose value is a partition.
    pub partition: &'static str,
    /// The attribute by which a partition is sorted.
    pub sort: &'static str,
    /// Whether it holds the keys of an item and nothing else.
    keys_only: bool,
}

/// How many there are.
const COUNT: usize = 2;

/// All indexes.
pub static INDEXES: [Index; COUNT] = [
    Index {
        name: "by_state",
        partition: "state_pk",
        sort: "state_sk",
        keys_only: false,
    },
    Index {
        name: OPEN_INDEX,
        partition: "open_pk",
        sort: "open_sk",
        keys_only: true,
    },
];

/// An item's place in an index: the index, the partition, what that is sorted by, and the item's key.
pub type Row = (&'static str, String, String, Key);

impl Index {
    /// The index of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        INDEXES.iter().find(|index| index.name == name)
    }

    /// What it holds of an item.
    pub fn entry(&self, item: &Value) -> Value {
        match self.keys_only {
            true => self.keys(item),
            false => item.clone(),
        }
    }

    /// An item's keys, of the table and of the index.
    pub fn keys(&self, item: &Value) -> Value {
        let names = ["pk", self.partition, self.sort].into_iter();
        let keys = names.filter_map(|name| Some((name.to_owned(), item.get(name)?.clone())));
        Value::Object(keys.collect())
    }

    /// Where an item is in it; nowhere, unless it has both attributes.
    fn row(&self, key: &Key, item: &Value) -> Option<Row> {
        let part = |name: &str| Some(item[name]["S"].as_str()?.to_owned());
        Some((self.name, part(self.partition)?, part(self.sort)?, key.clone()))
    }

    fn size(&self, item: &Value) -> u64 {
        match self.keys_only {
            true => bytes(&self.keys(item)),
            false => bytes(item),
        }
    }
}

impl Tables {
    /// Has all indexes follow a change of an item. The write units of each.
    pub(super) fn follow(
        &mut self,
        key: &Key,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> [u64; COUNT] {
        INDEXES
            .each_ref()
            .map(|index| self.follow_in(index, key, before, after))
    }

    /// An entry that changes its place is taken from one and written to the other. One that stays is written again with
    /// what the index holds of the item, and not at all when that is its keys, which are the same.
    fn follow_in(
        &mut self,
        index: &'static Index,
        key: &Key,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> u64 {
        let row = |item: Option<&Value>| item.and_then(|item| index.row(key, item));
        let (was, is) = (row(before), row(after));
        let units = |row: bool, item: Option<&Value>| {
            let item = item.filter(|_| row);
            item.map_or(0, |item| blocks(index.size(item), 1024))
        };
        let (old, new) = (units(was.is_some(), before), units(is.is_some(), after));
        let units = match was == is {
            true if index.keys_only => 0,
            true => old.max(new),
            false => old + new,
        };
        if let Some(row) = was {
            self.rows.remove(&row);
        }
        self.rows.extend(is);
        units
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Refusal, TABLE};
    use super::*;

    static TEMPLATE: &str = include_str!("../../../../../../infra/template.yaml");

    #[test]
    fn the_template_has_the_same_indexes() {
        assert_eq!(TEMPLATE.matches("- IndexName: ").count(), INDEXES.len());
        for index in &INDEXES {
            let (_, own) = TEMPLATE
                .split_once(&format!("- IndexName: {}\n", index.name))
                .unwrap();
            let own = own.split("- IndexName: ").next().unwrap();
            let projected = if index.keys_only { "KEYS_ONLY" } else { "ALL" };
            for there in [
                format!("{{AttributeName: {}, KeyType: HASH}}", index.partition),
                format!("{{AttributeName: {}, KeyType: RANGE}}", index.sort),
                format!("Projection: {{ProjectionType: {projected}}}"),
            ] {
                assert!(own.contains(&there), "{}: {there}", index.name);
            }
        }
    }

    /// An effect in a state, as the ledger stores it.
    fn put(tables: &mut Tables, state: &str, open: bool) {
        let mut item = json!({"pk": {"S": "effect/capture/woo/1/1"}, "state": {"S": state}});
        if open {
            item["open_pk"] = json!({"S": "open"});
            item["open_sk"] = json!({"S": "1"});
        }
        assert!(tables.put(&json!({"TableName": TABLE, "Item": item})).is_ok());
    }

    fn listed(tables: &mut Tables) -> Value {
        let answer = tables.query(&json!({
            "TableName": TABLE, "IndexName": OPEN_INDEX, "Limit": 1,
            "KeyConditionExpression": "open_pk = :open AND open_sk < :before",
            "ExpressionAttributeValues": {":open": {"S": "open"}, ":before": {"S": "2"}}}));
        match answer {
            Ok(answer) => answer,
            Err(Refusal::Unknown(what)) => panic!("{what} is refused"),
            Err(Refusal::Condition(_)) => panic!("a query has no condition"),
        }
    }

    #[test]
    fn an_index_of_keys_is_written_when_an_item_comes_and_when_it_goes() {
        let mut tables = Tables::default();
        let mut written = Vec::new();
        for (state, open) in [("Intended", true), ("Sent", true), ("Applied", false)] {
            put(&mut tables, state, open);
            written.push((tables.units.writes, tables.indexed[OPEN_INDEX]));
        }
        assert_eq!(written, [(2, 1), (3, 1), (5, 2)]);
        assert_eq!(listed(&mut tables)["Count"], 0);
    }

    #[test]
    fn an_index_of_keys_answers_keys_alone() {
        let mut tables = Tables::default();
        put(&mut tables, "Sent", true);
        let keys =
            json!({"pk": {"S": "effect/capture/woo/1/1"}, "open_pk": {"S": "open"}, "open_sk": {"S": "1"}});
        let answer = listed(&mut tables);
        assert_eq!(answer["Items"], json!([keys]));
        assert_eq!(answer["LastEvaluatedKey"], keys);
        assert_eq!(tables.units.half_reads, 1);
    }

    #[test]
    fn an_index_nobody_has_made_is_refused() {
        let asked = |index: &str, condition: &str| {
            json!({"TableName": TABLE, "IndexName": index, "KeyConditionExpression": condition,
                   "ExpressionAttributeValues": {":of": {"S": "open"}}})
        };
        let mut tables = Tables::default();
        for (index, condition) in [("by_age", "age = :of"), ("by_state", "open_pk = :of")] {
            let answer = tables.query(&asked(index, condition));
            assert!(matches!(answer, Err(Refusal::Unknown(_))), "{index}");
        }
        assert!(tables.query(&asked("by_state", "state_pk = :of")).is_ok());
    }
}
