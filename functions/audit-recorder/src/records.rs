//! What a stream brings: records of changes, as AWS writes them.

use audit::{Change, Image};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Who removes items whose time is over.
const TABLE_ITSELF: &str = "dynamodb.amazonaws.com";

/// A batch of records. Each is read by itself: one that cannot be read must not take the others along.
#[derive(Clone, Debug, Deserialize)]
pub struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// What a record is for us.
pub(crate) enum Read {
    Change(Change),
    /// The table forgot an item whose time was over. Entries say when that is.
    Forgotten,
    /// It names no item.
    Unreadable,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(rename = "eventID")]
    event_id: String,
    dynamodb: Stream,
    #[serde(default)]
    user_identity: Option<Identity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(default, alias = "PrincipalId")]
    principal_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    /// Unix seconds.
    #[serde(default)]
    approximate_creation_date_time: f64,
    keys: Map<String, Value>,
    #[serde(default)]
    new_image: Option<Map<String, Value>>,
    #[serde(default)]
    old_image: Option<Map<String, Value>>,
}

impl StreamEvent {
    /// What the records are. Images are handed on, not copied: a batch of five hundred has megabytes of them.
    pub(crate) fn read(self) -> impl Iterator<Item = Read> {
        self.records.into_iter().map(read)
    }
}

fn read(record: Value) -> Read {
    let Ok(record) = Record::deserialize(record) else {
        return Read::Unreadable;
    };
    let Record {
        event_id,
        dynamodb,
        user_identity,
    } = record;
    if user_identity.is_some_and(|identity| identity.principal_id == TABLE_ITSELF) {
        return Read::Forgotten;
    }
    let Some(item) = Image::new(dynamodb.keys).pk().map(str::to_owned) else {
        return Read::Unreadable;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a moment of our time, in milliseconds"
    )]
    let seen_at_ms = (dynamodb.approximate_creation_date_time * 1000.0) as i64;
    Read::Change(Change {
        event: event_id,
        seen_at_ms,
        item,
        before: dynamodb.old_image.map(Image::new),
        after: dynamodb.new_image.map(Image::new),
    })
}
