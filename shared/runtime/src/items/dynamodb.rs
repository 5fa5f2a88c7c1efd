//! The table in DynamoDB.

use super::{Inserted, Item, Items, NewItem, Place, Replaced, STATE_INDEX};
use crate::{
    aws_error::aws_failure,
    stamp::{WRITE, stamp},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    operation::{delete_item::DeleteItemError, put_item::PutItemError},
    primitives::Blob,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};
use domain::failure::{Failure, FailureName};
use std::collections::HashMap;

type Attributes = HashMap<String, AttributeValue>;

/// Keeps items in a DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoItems {
    client: Client,
    table: String,
}

impl DynamoItems {
    /// The items of this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// Writes under a condition. What was met when it did not hold; nothing when it is written. When the answer to a
    /// write is lost and the client repeats it, the condition fails on our own write, which is recognised by its stamp.
    async fn put(
        &self,
        item: Item,
        condition: &str,
        seen_version: Option<u64>,
    ) -> Result<Option<Option<Item>>, Failure> {
        let stamp = stamp();
        let write = stamp.get(WRITE).cloned();
        let mut attributes = encode(item);
        attributes.extend(stamp);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes));
        let mut put = put
            .condition_expression(condition)
            .return_values_on_condition_check_failure(AllOld);
        if let Some(version) = seen_version {
            put = put
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":seen", number(version));
        }
        let Err(error) = put.send().await else {
            return Ok(None);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(met)) => match met.item() {
                Some(there) if there.get(WRITE) == write.as_ref() => Ok(None),
                there => Ok(Some(there.map(decode).transpose()?)),
            },
            _ => Err(aws_failure("writing to the table", &error)),
        }
    }
}

#[async_trait]
impl Items for DynamoItems {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(pk))
            .consistent_read(true);
        let got = get
            .send()
            .await
            .map_err(|e| aws_failure("reading the table", &e))?;
        got.item().map(decode).transpose()
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        item.check_size()?;
        match self
            .put(item.at_version(1), "attribute_not_exists(pk)", None)
            .await?
        {
            None => Ok(Inserted::Created),
            Some(Some(there)) => Ok(Inserted::Exists(there)),
            Some(None) => Err(unreadable("pk")),
        }
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        item.check_size()?;
        let item = item.at_version(seen_version + 1);
        match self.put(item, "#version = :seen", Some(seen_version)).await? {
            None => Ok(Replaced::Done),
            Some(there) => Ok(Replaced::Stale(there)),
        }
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", text(pk));
        let delete = delete
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", number(seen_version))
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = delete.send().await else {
            return Ok(Replaced::Done);
        };
        match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(met)) => {
                Ok(Replaced::Stale(met.item().map(decode).transpose()?))
            }
            _ => Err(aws_failure("removing from the table", &error)),
        }
    }

    /// A page ends after a megabyte, however many items were asked for.
    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        let mut found = Vec::new();
        let mut start = after.map(|place| {
            let keys = [
                ("pk", place.pk.as_str()),
                ("state_pk", state),
                ("state_sk", &place.by),
            ];
            keys.into_iter()
                .map(|(name, value)| (name.to_owned(), text(value)))
                .collect()
        });
        while found.len() < limit {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(STATE_INDEX);
            let query = query
                .key_condition_expression("state_pk = :state")
                .expression_attribute_values(":state", text(state))
                .limit(i32::try_from(limit - found.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            let page = query
                .send()
                .await
                .map_err(|e| aws_failure("reading the table's index", &e))?;
            for attributes in page.items() {
                found.push(decode(attributes)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn encode(item: Item) -> Attributes {
    let (state_pk, state_sk) = item
        .state
        .map_or((None, None), |(state, by)| (Some(state), Some(by)));
    let mut attributes = HashMap::from([
        ("pk".to_owned(), AttributeValue::S(item.pk)),
        ("version".to_owned(), number(item.version)),
        ("body".to_owned(), AttributeValue::S(item.body.to_string())),
    ]);
    let optional = [
        (
            "bytes",
            item.bytes.map(|bytes| AttributeValue::B(Blob::new(bytes))),
        ),
        ("state_pk", state_pk.map(AttributeValue::S)),
        ("state_sk", state_sk.map(AttributeValue::S)),
        ("ttl", item.ttl_s.map(number)),
    ];
    attributes.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?))),
    );
    attributes
}

fn unreadable(name: &str) -> Failure {
    Failure::new(
        FailureName::Refused,
        format!("the attribute {name} of an item cannot be read"),
    )
}

fn decode(attributes: &Attributes) -> Result<Item, Failure> {
    let text = |name: &str| attributes.get(name).and_then(|value| value.as_s().ok());
    let digits = |name: &str| attributes.get(name).and_then(|value| value.as_n().ok());
    let version = digits("version").and_then(|n| n.parse().ok());
    let body = text("body").and_then(|body| serde_json::from_str(body).ok());
    let bytes = attributes.get("bytes").and_then(|value| value.as_b().ok());
    Ok(Item {
        pk: text("pk").ok_or_else(|| unreadable("pk"))?.clone(),
        version: version.ok_or_else(|| unreadable("version"))?,
        body: body.ok_or_else(|| unreadable("body"))?,
        bytes: bytes.map(|blob| blob.clone().into_inner()),
        state: text("state_pk").cloned().zip(text("state_sk").cloned()),
        ttl_s: digits("ttl").and_then(|n| n.parse().ok()),
    })
}
