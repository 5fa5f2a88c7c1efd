//! `Query`: the items of a partition, of the table or of one of its indexes, page by page.

use std::ops::Bound;

use serde_json::{Value, json};

use super::index::Index;
use super::{Key, Refusal, Tables, blocks, bytes, key};

impl Tables {
    /// `Query` of a partition, of the table or of an index. A page of an index costs what it holds, however much the
    /// partition holds besides: it is the function that is measured.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn query(&mut self, asked: &Value) -> Result<Value, Refusal> {
        let condition = asked["KeyConditionExpression"].as_str().unwrap_or_default();
        let unknown = || Refusal::Unknown(condition.to_owned());
        let words: Vec<&str> = condition.split_whitespace().collect();
        let index = match asked["IndexName"].as_str() {
            Some(name) => Some(Index::named(name).ok_or_else(|| Refusal::Unknown(name.to_owned()))?),
            None => None,
        };
        if index.is_some_and(|index| words.first() != Some(&index.partition)) {
            return Err(unknown());
        }
        let partition = words.get(2).copied().unwrap_or_default();
        let partition = asked["ExpressionAttributeValues"][partition]["S"].as_str();
        let partition = partition.ok_or_else(unknown)?;
        let asks = match words.get(3..).unwrap_or_default() {
            [] => None,
            ["AND", asks @ ..] => Some(asks),
            _ => return Err(unknown()),
        };
        let mut known = true;
        let mut fits = |item: &Value| {
            asks.is_none_or(|asks| {
                sort_holds(asked, asks, item).unwrap_or_else(|| {
                    known = false;
                    false
                })
            })
        };
        let limit = asked["Limit"]
            .as_u64()
            .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let backwards = asked["ScanIndexForward"] == false;
        let found: Vec<&Value> = match index {
            // Nobody asks for it, so it has no meaning here.
            Some(_) if backwards => return Err(unknown()),
            Some(index) => self
                .of_index(index, asked, partition)
                .filter(|item| fits(item))
                .take(limit)
                .collect(),
            None => {
                let mut found: Vec<&Value> =
                    self.of_partition(asked, partition).filter(|i| fits(i)).collect();
                if backwards {
                    found.reverse();
                }
                found.truncate(limit);
                found
            }
        };
        if !known {
            return Err(unknown());
        }
        let held = |item: &Value| index.map_or_else(|| item.clone(), |index| index.entry(item));
        let found: Vec<Value> = found.into_iter().map(held).collect();
        let size: u64 = found.iter().map(bytes).sum();
        let share = if index.is_some() { 1 } else { 2 };
        let mut answer = json!({"Count": found.len(), "ScannedCount": found.len()});
        if let Some(index) = index
            && found.len() == limit
            && let Some(last) = found.last()
        {
            answer["LastEvaluatedKey"] = index.keys(last);
        }
        answer["Items"] = Value::Array(found);
        self.units.half_reads += share * blocks(size, 4096);
        Ok(answer)
    }

    /// The items of a partition of an index, from the first one after `ExclusiveStartKey`.
    fn of_index<'a>(
        &'a self,
        index: &'static Index,
        asked: &Value,
        partition: &'a str,
    ) -> impl Iterator<Item = &'a Value> {
        let (name, of) = (index.name, partition.to_owned());
        let after = &asked["ExclusiveStartKey"];
        let start = match after[index.sort]["S"].as_str() {
            Some(by) => Bound::Excluded((name, of, by.to_owned(), key(asked, after))),
            None => Bound::Included((name, of, String::new(), Key::default())),
        };
        let rows = self.rows.range((start, Bound::Unbounded));
        let rows = rows.take_while(move |(of_index, of, _, _)| *of_index == name && of == partition);
        rows.filter_map(|(_, _, _, key)| self.items.get(key))
    }

    fn of_partition<'a>(&'a self, asked: &Value, partition: &'a str) -> impl Iterator<Item = &'a Value> {
        let table = asked["TableName"].as_str().unwrap_or_default().to_owned();
        let from = (table.clone(), partition.to_owned(), String::new());
        let rows = self.items.range(from..);
        let rows = rows.take_while(move |((of, pk, _), _)| *of == table && pk == partition);
        rows.map(|(_, item)| item)
    }
}

/// Whether an item is on the asked side of a sort key; nothing when it is asked in a way that is not known here.
fn sort_holds(asked: &Value, asks: &[&str], item: &Value) -> Option<bool> {
    let value = |name: &str| {
        asked["ExpressionAttributeValues"][name]["S"]
            .as_str()
            .unwrap_or_default()
    };
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default();
    match asks {
        [name, "<", before] => Some(text(name) < value(before)),
        [name, "BETWEEN", first, "AND", last] => Some((value(first)..=value(last)).contains(&text(name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kept;
    use super::*;

    #[test]
    fn a_state_is_read_page_by_page() {
        let mut tables = Tables::default();
        for number in 0..5 {
            let item = json!({"pk": {"S": format!("review/{number}")}, "state_pk": {"S": "open"},
                              "state_sk": {"S": format!("{}", 9 - number / 2)}});
            tables.keep(Kept {
                table: "t".to_owned(),
                item,
            });
        }
        let mut start = Value::Null;
        let mut pages = Vec::new();
        loop {
            let page = tables.query(&json!({
                "TableName": "t", "IndexName": "by_state", "KeyConditionExpression": "state_pk = :state", "Limit": 2,
                "ExpressionAttributeValues": {":state": {"S": "open"}}, "ExclusiveStartKey": start,
            }));
            let Ok(page) = page else {
                panic!("a page is refused")
            };
            let items = page["Items"].as_array().cloned().unwrap_or_default();
            pages.push(
                items
                    .iter()
                    .map(|item| item["pk"]["S"].to_string())
                    .collect::<Vec<_>>()
                    .join(" "),
            );
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                break;
            }
        }
        // By the sort key, and under one by the key of the table.
        assert_eq!(
            pages,
            [
                "\"review/4\" \"review/2\"",
                "\"review/3\" \"review/0\"",
                "\"review/1\""
            ]
        );
    }
}
