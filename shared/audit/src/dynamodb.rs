//! The trail in DynamoDB: partition key `pk` = the chain, sort key `sk` = the entry's number or `head`. The body is kept
//! deflated: in a transaction each kilobyte is billed twice, and an entry says much of what it says of before and after.

use crate::{
    chain::ChainId,
    entry::{Entry, NUMBER_MAX, Row},
    head::HEAD_PLACE,
    store::{Appended, Cursor, Page, StoreError, Trail},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    primitives::Blob,
    types::{AttributeValue, CancellationReason, Put, TransactWriteItem},
};
use std::collections::HashMap;

/// No body is longer: an entry has a few kilobytes, a head with all that it remembers about seventy.
const BODY_BYTES_MAX: usize = 400_000;
/// Rows of a page that is read from a chain's end.
const LAST_PAGE: i32 = 100;

type Item = HashMap<String, AttributeValue>;

/// Keeps the trail in a DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoTrail {
    client: Client,
    table: String,
}

impl DynamoTrail {
    /// The trail in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    async fn get(&self, chain: &ChainId, place: &str) -> Result<Option<Row>, StoreError> {
        let get = self.client.get_item().table_name(&self.table);
        let get = get.set_key(Some(key(chain.as_str(), place)));
        let got = get.consistent_read(true).send().await.map_err(|e| failed(&e))?;
        Ok(got.item().map(decode))
    }

    fn put(&self, row: &Row, seen: Option<&Row>) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item(row)?));
        let put = match seen {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(seen) => put
                .condition_expression("#seal = :seen")
                .expression_attribute_names("#seal", "seal")
                .expression_attribute_values(":seen", text(&seen.seal)),
        };
        let put = put.build().map_err(|_| StoreError("an empty row".to_owned()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

#[async_trait]
impl Trail for DynamoTrail {
    async fn head(&self, chain: &ChainId) -> Result<Option<Row>, StoreError> {
        self.get(chain, HEAD_PLACE).await
    }

    async fn entry(&self, chain: &ChainId, seq: u64) -> Result<Option<Row>, StoreError> {
        self.get(chain, &Entry::place(seq)).await
    }

    async fn last(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :chain AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":chain", text(chain.as_str()))
            .expression_attribute_values(":first", text(&Entry::place(1)))
            .expression_attribute_values(":last", text(&Entry::place(NUMBER_MAX)))
            .scan_index_forward(false)
            .set_exclusive_start_key(from.map(|at| key(&at.chain, &at.place)))
            .limit(LAST_PAGE);
        let page = query.send().await.map_err(|e| failed(&e))?;
        Ok(Page {
            rows: page.items().iter().map(decode).collect(),
            next: cursor(page.last_evaluated_key()),
        })
    }

    async fn append(&self, seen: Option<&Row>, entries: &[Row], head: &Row) -> Result<Appended, StoreError> {
        let mut writes = vec![self.put(head, seen)?];
        for row in entries {
            writes.push(self.put(row, None)?);
        }
        let write = self.client.transact_write_items();
        let Err(error) = write.set_transact_items(Some(writes)).send().await else {
            return Ok(Appended::Done);
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                refused(cancelled.cancellation_reasons())
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Ok(Appended::Moved),
            _ => Err(failed(&error)),
        }
    }

    async fn rows(&self, chain: &ChainId, from: Option<Cursor>) -> Result<Page, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :chain")
            .expression_attribute_values(":chain", text(chain.as_str()))
            .set_exclusive_start_key(from.map(|at| key(&at.chain, &at.place)));
        let page = query.send().await.map_err(|e| failed(&e))?;
        Ok(Page {
            rows: page.items().iter().map(decode).collect(),
            next: cursor(page.last_evaluated_key()),
        })
    }

    async fn scan(&self, from: Option<Cursor>) -> Result<Page, StoreError> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan.set_exclusive_start_key(from.map(|at| key(&at.chain, &at.place)));
        let page = scan.send().await.map_err(|e| failed(&e))?;
        Ok(Page {
            rows: page.items().iter().map(decode).collect(),
            next: cursor(page.last_evaluated_key()),
        })
    }
}

/// Why a transaction was cancelled: the head's reason comes first.
fn refused(reasons: &[CancellationReason]) -> Result<Appended, StoreError> {
    let codes: Vec<&str> = reasons
        .iter()
        .filter_map(|reason| reason.code.as_deref())
        .collect();
    let other = codes
        .iter()
        .find(|code| !matches!(**code, "None" | "ConditionalCheckFailed" | "TransactionConflict"));
    if let Some(other) = other {
        return Err(StoreError((*other).to_owned()));
    }
    if codes.first() == Some(&"None") && !codes.contains(&"TransactionConflict") {
        return Ok(Appended::Taken);
    }
    Ok(Appended::Moved)
}

/// The code alone: a service's message may quote the row.
pub(crate) fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> StoreError {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    StoreError(code.unwrap_or("no answer from DynamoDB").to_owned())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(chain: &str, place: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(chain)), ("sk".to_owned(), text(place))])
}

fn cursor(key: Option<&Item>) -> Option<Cursor> {
    let text = |name: &str| key?.get(name)?.as_s().ok().cloned();
    Some(Cursor {
        chain: text("pk")?,
        place: text("sk")?,
    })
}

/// The item of a row, as the trail writes it.
///
/// # Errors
/// [`StoreError`] when the row is larger than one that is read.
pub fn item(row: &Row) -> Result<HashMap<String, AttributeValue>, StoreError> {
    if row.body.len() > BODY_BYTES_MAX {
        return Err(StoreError("a row that is too large".to_owned()));
    }
    let body = deflated::deflate(row.body.as_bytes());
    let body = body.map_err(|error| StoreError(error.to_string()))?;
    let mut item = key(&row.chain, &row.place);
    item.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
    for (name, value) in [("hash", &row.hash), ("seal", &row.seal)] {
        item.insert(name.to_owned(), text(value));
    }
    if let Some(ttl_s) = row.ttl_s {
        item.insert("ttl".to_owned(), AttributeValue::N(ttl_s.to_string()));
    }
    Ok(item)
}

/// The text of a body. One that somebody has written as text is text.
fn body(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::B(bytes) => {
            let inflated = deflated::inflate(bytes.as_ref(), BODY_BYTES_MAX)?;
            String::from_utf8(inflated).ok()
        }
        AttributeValue::S(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whatever somebody has made of the row: what is not as it should be, verifying finds.
fn decode(item: &Item) -> Row {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Row {
        chain: text("pk").unwrap_or_default(),
        place: text("sk").unwrap_or_default(),
        body: item.get("body").and_then(body).unwrap_or_default(),
        hash: text("hash").unwrap_or_default(),
        seal: text("seal").unwrap_or_default(),
        ttl_s: item
            .get("ttl")
            .and_then(|value| value.as_n().ok())
            .and_then(|digits| digits.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            chain: "order/woo/1001".to_owned(),
            place: Entry::place(1),
            body: r#"{"schema":1,"fact":"order opened"}"#.to_owned(),
            hash: "a hash".to_owned(),
            seal: "a seal".to_owned(),
            ttl_s: Some(2_000_000_000),
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was() {
        let item = item(&row()).unwrap();
        assert!(item["body"].is_b());
        assert_eq!(decode(&item), row());
    }

    #[test]
    fn a_body_that_somebody_has_changed_is_not_the_one_that_was_sealed() {
        let mut changed = item(&row()).unwrap();
        let mut bytes = changed["body"].as_b().unwrap().clone().into_inner();
        bytes.extend(b"more");
        for body in [
            AttributeValue::B(Blob::new(bytes)),
            AttributeValue::B(Blob::new("no")),
            text("text"),
        ] {
            changed.insert("body".to_owned(), body);
            assert_ne!(decode(&changed).body, row().body);
        }
        let large = Row {
            body: "x".repeat(BODY_BYTES_MAX + 1),
            ..row()
        };
        assert!(item(&large).is_err());
    }
}
