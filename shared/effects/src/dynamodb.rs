//! The store in DynamoDB: one item per effect, key `pk` = `effect/{effect id}`. Reads are strongly consistent,
//! except for the index of open effects.

use crate::{
    clock::{UnixMillis, UnixSeconds},
    facts::Fingerprint,
    ids::{EffectId, OwnerId, RequestId},
    record::{Record, State},
    store::{OpenEffect, Seen, Store, StoreError, Written},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::put_item::{PutItemError, PutItemOutput},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};
use std::collections::{BTreeMap, HashMap};

/// The index that lists open effects: partition key `open_pk`, sort key `open_sk`, no other attribute projected. An
/// effect is written into it whenever it becomes open and out of it when it is settled, and by no write in between.
pub const OPEN_INDEX: &str = "open_effects";
/// `open_pk` of open effects. Settled ones are not in the index.
pub const OPEN_STATE: &str = "open";
/// What the key of an effect's item begins with.
const KEY_PREFIX: &str = "effect/";

type Item = HashMap<String, AttributeValue>;

/// Keeps records in a DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    table: String,
    stamp: fn() -> Item,
}

impl DynamoStore {
    /// The store in this table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
            stamp: Item::new,
        }
    }

    /// With attributes that every write puts beside the record: who writes. They are not read back.
    #[must_use]
    pub fn stamped(mut self, stamp: fn() -> Item) -> Self {
        self.stamp = stamp;
        self
    }

    fn item(&self, record: &Record) -> Item {
        let mut item = (self.stamp)();
        item.extend(encode(record));
        item
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.item(record)));
        let put = put.condition_expression("attribute_not_exists(pk)");
        written(put.return_values_on_condition_check_failure(AllOld).send().await)
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.item(record)));
        let put = put
            .condition_expression("#owner = :owner AND #attempt = :attempt AND #state = :state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#attempt", "attempt")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":owner", text(seen.owner.as_str()))
            .expression_attribute_values(":attempt", number(seen.attempt.into()))
            .expression_attribute_values(":state", text(seen.state.as_str()));
        written(put.return_values_on_condition_check_failure(AllOld).send().await)
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(&key(effect)));
        let got = get.consistent_read(true).send().await.map_err(|e| failed(&e))?;
        got.item.map(|item| decode(&item)).transpose()
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        let query = self.client.query().table_name(&self.table).index_name(OPEN_INDEX);
        let query = query
            .key_condition_expression("open_pk = :open AND open_sk < :before")
            .expression_attribute_values(":open", text(OPEN_STATE))
            .expression_attribute_values(":before", text(&sortable(created_before)))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let found = query.send().await.map_err(|e| failed(&e))?;
        found.items().iter().map(listed).collect()
    }
}

fn written(put: Result<PutItemOutput, SdkError<PutItemError>>) -> Result<Written, StoreError> {
    let error = match put {
        Ok(_) => return Ok(Written::Done),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(met)) => match met.item() {
            Some(item) => Ok(Written::Found(Box::new(decode(item)?))),
            None => Ok(Written::Absent),
        },
        _ => Err(failed(&error)),
    }
}

/// The code alone: a service's message may quote the item.
fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> StoreError {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    StoreError(code.unwrap_or("no answer from DynamoDB").to_owned())
}

fn key(effect: &EffectId) -> String {
    format!("{KEY_PREFIX}{effect}")
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Digits enough that text sorts as the number does.
fn sortable(moment: UnixMillis) -> String {
    format!("{:016}", moment.0.max(0))
}

fn encode(record: &Record) -> Item {
    let hashes = record
        .fingerprint
        .hashes
        .iter()
        .map(|(name, hash)| (name.clone(), text(hash)));
    let fingerprint = HashMap::from([
        ("key".to_owned(), text(&record.fingerprint.key)),
        ("schema".to_owned(), number(record.fingerprint.schema.into())),
        ("hashes".to_owned(), AttributeValue::M(hashes.collect())),
    ]);
    let mut item = HashMap::from([
        ("pk".to_owned(), text(&key(&record.effect))),
        ("effect".to_owned(), text(record.effect.as_str())),
        ("state".to_owned(), text(record.state.as_str())),
        ("owner".to_owned(), text(record.owner.as_str())),
        ("attempt".to_owned(), number(record.attempt.into())),
        ("lease_until_ms".to_owned(), number(record.lease_until.0)),
        ("fingerprint".to_owned(), AttributeValue::M(fingerprint)),
        ("request_id".to_owned(), text(record.request_id.as_str())),
        ("redrives".to_owned(), number(record.redrives.into())),
        ("created_at_ms".to_owned(), number(record.created_at.0)),
    ]);
    let optional = [
        ("first_sent_at_ms", record.first_sent_at.map(|at| number(at.0))),
        ("last_sent_at_ms", record.last_sent_at.map(|at| number(at.0))),
        (
            "result",
            record.result.as_ref().map(|result| text(&result.to_string())),
        ),
        ("ttl", record.forget_at.map(|at| number(at.0))),
        ("open_pk", record.state.is_open().then(|| text(OPEN_STATE))),
        (
            "open_sk",
            record.state.is_open().then(|| text(&sortable(record.created_at))),
        ),
    ];
    item.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?))),
    );
    item
}

fn decode(item: &Item) -> Result<Record, StoreError> {
    let reader = Reader(item);
    Ok(Record {
        effect: EffectId::stored(reader.text("effect")?),
        state: State::stored(reader.text("state")?).ok_or_else(|| unreadable("state"))?,
        owner: OwnerId::new(reader.text("owner")?),
        attempt: reader.number("attempt")?,
        lease_until: UnixMillis(reader.number("lease_until_ms")?),
        fingerprint: fingerprint(item)?,
        request_id: RequestId::stored(reader.text("request_id")?),
        redrives: reader.number("redrives")?,
        created_at: UnixMillis(reader.number("created_at_ms")?),
        first_sent_at: reader.number_if_any("first_sent_at_ms")?.map(UnixMillis),
        last_sent_at: reader.number_if_any("last_sent_at_ms")?.map(UnixMillis),
        result: match item.get("result") {
            None => None,
            Some(_) => Some(serde_json::from_str(reader.text("result")?).map_err(|_| unreadable("result"))?),
        },
        forget_at: reader.number_if_any("ttl")?.map(UnixSeconds),
    })
}

/// An entry of the index of open effects, which has no other attributes than keys.
fn listed(keys: &Item) -> Result<OpenEffect, StoreError> {
    let reader = Reader(keys);
    let effect = reader.text("pk")?.strip_prefix(KEY_PREFIX);
    let created_at = reader.text("open_sk")?.parse::<i64>();
    Ok(OpenEffect {
        effect: EffectId::stored(effect.ok_or_else(|| unreadable("pk"))?),
        created_at: UnixMillis(created_at.map_err(|_| unreadable("open_sk"))?),
    })
}

fn fingerprint(item: &Item) -> Result<Fingerprint, StoreError> {
    let map = |item: &Item, name| match item.get(name) {
        Some(AttributeValue::M(map)) => Ok(map.clone()),
        _ => Err(unreadable(name)),
    };
    let print = map(item, "fingerprint")?;
    let hashes = map(&print, "hashes")?;
    let hashes: BTreeMap<String, String> = hashes
        .into_iter()
        .map(|(name, hash)| Ok((name, hash.as_s().map_err(|_| unreadable("hashes"))?.clone())))
        .collect::<Result<_, StoreError>>()?;
    let reader = Reader(&print);
    Ok(Fingerprint {
        key: reader.text("key")?.to_owned(),
        schema: reader.number("schema")?,
        hashes,
    })
}

fn unreadable(name: &str) -> StoreError {
    StoreError(format!("the attribute {name} of an item cannot be read"))
}

struct Reader<'a>(&'a Item);

impl Reader<'_> {
    fn text(&self, name: &'static str) -> Result<&str, StoreError> {
        let value = self.0.get(name).and_then(|value| value.as_s().ok());
        value.map(String::as_str).ok_or_else(|| unreadable(name))
    }

    fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, StoreError> {
        self.number_if_any(name)?.ok_or_else(|| unreadable(name))
    }

    fn number_if_any<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, StoreError> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let digits = value.as_n().map_err(|_| unreadable(name))?;
        digits.parse().map(Some).map_err(|_| unreadable(name))
    }
}
