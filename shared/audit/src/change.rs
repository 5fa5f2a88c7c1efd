//! A change of an item, as the main table's stream tells it, and the entry it becomes.

use crate::{
    chain::ChainId,
    entry::{Entry, Previous, Snapshot, UNKNOWN},
    facts::{self, chain_of},
    image::Image,
    key::{Keys, sha256},
};
use serde_json::Value;

/// One change of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The stream's id of it. The same when it is brought again.
    pub event: String,
    /// When the stream saw it, Unix milliseconds; it counts whole seconds.
    pub seen_at_ms: i64,
    /// The item's key.
    pub item: String,
    /// The item before; nothing when it is new.
    pub before: Option<Image>,
    /// The item now; nothing when it is gone.
    pub after: Option<Image>,
}

/// Where an entry goes in its chain, and what it is sealed with.
pub(crate) struct Position<'a> {
    pub(crate) chain: &'a ChainId,
    pub(crate) seq: u64,
    pub(crate) previous: Previous,
    pub(crate) now_ms: i64,
    pub(crate) expires_at_s: i64,
    pub(crate) keys: &'a Keys,
}

impl Change {
    /// The chain it belongs to, and the name of the fact; nothing when it is none that is kept: a count of a closed
    /// breaker, a kind of item that is not audited.
    pub fn fact(&self) -> Option<(ChainId, String)> {
        let (before, after) = (self.plain(&self.before), self.plain(&self.after));
        let chain = chain_of(&self.item, after.as_ref().or(before.as_ref()))?;
        let fact = facts::name(&self.item, before.as_ref(), after.as_ref())?;
        Some((chain, fact))
    }

    pub(crate) fn entry(&self, fact: String, position: Position<'_>) -> Entry {
        let writer = self.after.as_ref().filter(|after| !self.same_stamp(after));
        let text = |name| {
            writer?
                .text(name)
                .filter(|text| facts::is_name(text))
                .map(str::to_owned)
        };
        let plain = self.plain(&self.after);
        let look = |pointer: &str| facts::shown(plain.as_ref()?.pointer(pointer)?);
        let request = text("request").or_else(|| look("/owner").map(|owner| owner_of(&owner)));
        let snapshot = |image: &Option<Image>| {
            let image = image.as_ref()?;
            Some(snapshot(
                &self.item,
                image,
                position.keys,
                position.keys.current(),
            ))
        };
        Entry {
            schema: 1,
            chain: position.chain.clone(),
            seq: position.seq,
            at_ms: writer
                .and_then(|image| image.number("at_ms"))
                .unwrap_or(self.seen_at_ms),
            recorded_at_ms: position.now_ms,
            by: text("by").unwrap_or_else(|| UNKNOWN.to_owned()),
            person: plain
                .as_ref()
                .filter(|_| writer.is_some())
                .and_then(|item| facts::person(&fact, item)),
            request: request.filter(|_| writer.is_some()),
            trace: text("trace"),
            sent_as: look("/request_id").filter(|_| look("/first_sent_at_ms").is_some()),
            execution: facts::execution(&self.item, plain.as_ref()),
            fact,
            item: self.item.clone(),
            before: snapshot(&self.before),
            after: snapshot(&self.after),
            event: self.id(),
            expires_at_s: position.expires_at_s,
            previous: position.previous,
            key: position.keys.current().to_owned(),
        }
    }

    /// The stream's id, or its hash when it does not look like one.
    pub(crate) fn id(&self) -> String {
        if facts::is_name(&self.event) {
            self.event.clone()
        } else {
            sha256(&self.event)
        }
    }

    /// Whether the item still carries the stamp of the write before: then none of our writers made this change.
    fn same_stamp(&self, after: &Image) -> bool {
        let stamp = |image: &Image| {
            let (by, write) = (image.text("by"), image.text("write"));
            Some((by?.to_owned(), image.number("at_ms"), write.map(str::to_owned)))
        };
        match (self.before.as_ref().and_then(stamp), stamp(after)) {
            (Some(before), Some(after)) => before == after,
            (_, None) => true,
            (None, Some(_)) => false,
        }
    }

    fn plain(&self, image: &Option<Image>) -> Option<Value> {
        image.as_ref().map(Image::plain)
    }
}

/// An owner in the ledger is the invocation's request id and the claim's number.
fn owner_of(owner: &str) -> String {
    owner.split('#').next().unwrap_or_default().to_owned()
}

/// What an item shows, under the key of that id.
pub(crate) fn snapshot(item: &str, image: &Image, keys: &Keys, key: &str) -> Snapshot {
    Snapshot {
        fields: facts::fields(item, &image.plain()),
        digest: facts::is_digested(item)
            .then(|| image.digest(keys, key))
            .flatten(),
    }
}
