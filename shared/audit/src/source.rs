//! The port to the items the trail speaks of.

use crate::{
    dynamodb::failed,
    image::Image,
    store::{Cursor, StoreError},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use std::collections::HashMap;

/// Keys of one batch read.
const KEYS_MAX: usize = 100;

/// The main table, read only.
#[async_trait]
pub trait Source: Send + Sync {
    /// The items of these keys as they are now; those that are not there are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, keys: &[String]) -> Result<Vec<Image>, StoreError>;

    /// All items, page by page.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn scan(&self, from: Option<Cursor>) -> Result<(Vec<Image>, Option<Cursor>), StoreError>;
}

/// The table in DynamoDB.
#[derive(Clone, Debug)]
pub struct DynamoSource {
    client: Client,
    table: String,
}

impl DynamoSource {
    /// The items of this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    fn key(pk: &str) -> HashMap<String, AttributeValue> {
        HashMap::from([("pk".to_owned(), AttributeValue::S(pk.to_owned()))])
    }
}

#[async_trait]
impl Source for DynamoSource {
    async fn get(&self, keys: &[String]) -> Result<Vec<Image>, StoreError> {
        let mut found = Vec::new();
        for keys in keys.chunks(KEYS_MAX) {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(keys.iter().map(|key| Self::key(key)).collect()))
                .consistent_read(true)
                .build();
            let wanted = wanted.map_err(|_| StoreError("no keys".to_owned()))?;
            let mut left = Some(HashMap::from([(self.table.clone(), wanted)]));
            // The service leaves out what does not fit into an answer.
            while let Some(wanted) = left.filter(|left| !left.is_empty()) {
                let got = self.client.batch_get_item().set_request_items(Some(wanted));
                let got = got.send().await.map_err(|error| failed(&error))?;
                let items = got.responses.unwrap_or_default().into_values().flatten();
                found.extend(items.map(|item| Image::of(&item)));
                left = got.unprocessed_keys;
            }
        }
        Ok(found)
    }

    async fn scan(&self, from: Option<Cursor>) -> Result<(Vec<Image>, Option<Cursor>), StoreError> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan.set_exclusive_start_key(from.map(|cursor| Self::key(&cursor.chain)));
        let page = scan.send().await.map_err(|error| failed(&error))?;
        let next = page.last_evaluated_key().and_then(|key| {
            Some(Cursor {
                chain: key.get("pk")?.as_s().ok()?.clone(),
                place: String::new(),
            })
        });
        Ok((page.items().iter().map(Image::of).collect(), next))
    }
}
