//! Typed access to one kind of item: read, write on condition, and change in a loop until nobody was faster.

use super::{Inserted, Item, Items, NewItem, Replaced};
use domain::failure::{Failure, FailureName};
use serde::{Serialize, de::DeserializeOwned};

/// How often a change starts over. Each round means that somebody else's change got in.
const ROUNDS_MAX: u32 = 12;

/// A value and the version of its item.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// What was read.
    pub value: T,
    /// The version that was seen: the condition of the next write.
    pub version: u64,
}

/// What came of saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Done,
    /// Somebody else was faster: read again and decide again.
    Stale,
}

/// What is stored beside the body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Beside {
    pub(crate) state: Option<(String, String)>,
    pub(crate) ttl_s: Option<i64>,
}

pub(crate) fn parse<T: DeserializeOwned>(item: Item) -> Result<Versioned<T>, Failure> {
    let value = serde_json::from_value(item.body).map_err(|error| {
        let what = format!("the item {} cannot be read: {:?}", item.pk, error.classify());
        Failure::new(FailureName::Refused, what)
    })?;
    Ok(Versioned {
        value,
        version: item.version,
    })
}

pub(crate) fn item<T: Serialize>(pk: &str, value: &T, beside: Beside) -> Result<NewItem, Failure> {
    let body = serde_json::to_value(value).map_err(|_| {
        Failure::new(
            FailureName::Refused,
            format!("the item {pk} cannot be written as JSON"),
        )
    })?;
    Ok(NewItem {
        state: beside.state,
        ttl_s: beside.ttl_s,
        ..NewItem::new(pk, body)
    })
}

pub(crate) async fn load<T: DeserializeOwned>(
    items: &dyn Items,
    pk: &str,
) -> Result<Option<Versioned<T>>, Failure> {
    items.get(pk).await?.map(parse).transpose()
}

/// Saves a new value, or one whose version was seen.
pub(crate) async fn save<T: Serialize>(
    items: &dyn Items,
    pk: &str,
    seen_version: Option<u64>,
    value: &T,
    beside: Beside,
) -> Result<Saved, Failure> {
    let item = item(pk, value, beside)?;
    let done = match seen_version {
        None => items.insert(item).await? == Inserted::Created,
        Some(version) => items.replace(version, item).await? == Replaced::Done,
    };
    Ok(if done { Saved::Done } else { Saved::Stale })
}

/// Changes what is there. `change` sees the present value and says what it should be, with an answer; it runs again
/// when somebody else was faster. A change to nothing writes nothing.
pub(crate) async fn change<T, R>(
    items: &dyn Items,
    pk: &str,
    beside: impl Fn(&T) -> Beside,
    mut change: impl FnMut(Option<&T>) -> (Option<T>, R),
) -> Result<R, Failure>
where
    T: Serialize + DeserializeOwned,
{
    for _ in 0..ROUNDS_MAX {
        let there = load::<T>(items, pk).await?;
        let (wanted, answer) = change(there.as_ref().map(|there| &there.value));
        let Some(wanted) = wanted else { return Ok(answer) };
        let seen = there.map(|there| there.version);
        if save(items, pk, seen, &wanted, beside(&wanted)).await? == Saved::Done {
            return Ok(answer);
        }
    }
    Err(Failure::new(
        FailureName::InProgress,
        format!("the item {pk} keeps changing"),
    ))
}
