//! Versions of an order: which one a run goes on with, and what a corrected one is called.

use crate::desk::Desk;
use domain::{
    event::{EventId, body_hash},
    failure::{Failure, FailureName},
    order::Order,
};
use runtime::{message::Run, stores::OrderItem};

/// Digits of the hash that tells one correction from another.
const DIGITS: usize = 12;

impl Desk {
    /// The version a redriven run goes on with: what a person has made of the order, else the newest of the shop's. A
    /// shop that has said more since (another payment, another date) is heard: the correction is made of that version,
    /// too.
    pub(crate) async fn version_to_go_on_with(&self, run: &Run) -> Result<String, Failure> {
        let Some(there) = self.orders.load(&run.order).await? else {
            return Ok(run.version.clone());
        };
        let item = there.value;
        let Some(edited) = item.edit_that_stands() else {
            return Ok(item.newest.to_string());
        };
        if item.newest_facts.as_ref() == Some(&edited.of) {
            return Ok(edited.version.to_string());
        }
        let person = self.payloads.content(&run.order, edited.version.as_str()).await?;
        let shop = self.payloads.content(&run.order, item.newest.as_str()).await?;
        let corrected = shop.corrected_by(&person);
        let version = corrected_version(item.newest.as_str(), &corrected, &content(&corrected)?)?;
        self.payloads.store_content(version.as_str(), &corrected).await?;
        Ok(version.to_string())
    }
}

/// The version a correction is made of.
pub(crate) fn base(item: &OrderItem) -> &EventId {
    item.edit_that_stands()
        .map_or(&item.newest, |edited| &edited.version)
}

/// The id of what a person has made of the version or event `corrects`: it derives from what was corrected and from
/// what it has become, so that the same correction has one name however often it arrives.
///
/// # Errors
/// [`FailureName::Refused`] when the order has a key that cannot be part of a name.
pub(crate) fn corrected_version(corrects: &str, order: &Order, corrected: &[u8]) -> Result<EventId, Failure> {
    let hash = body_hash(&[corrects.as_bytes(), b"\n", corrected].concat());
    let digits = hash.get(..DIGITS).unwrap_or(&hash);
    let name = format!("{}-edit-{digits}", EventId::of_order(order));
    name.parse().map_err(|_| {
        Failure::new(
            FailureName::Refused,
            "the corrected order has a key that cannot be used",
        )
        .field("key")
    })
}

/// The order as it is compared and named.
pub(crate) fn content(order: &Order) -> Result<Vec<u8>, Failure> {
    let unwritable = |_| Failure::new(FailureName::Refused, "the order cannot be written as JSON");
    serde_json::to_vec(order).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_correction_is_named_by_what_it_corrects_and_by_what_it_says() {
        let at = "2026-11-23T15:00:00Z";
        let longest = format!("{}/{}", "s".repeat(24), "9".repeat(40));
        let order: Order = serde_json::from_value(json!({
            "schema": 1, "key": longest, "number": "1", "modified_at": at, "placed_at": at, "currency": "USD",
            "prices_include_tax": false, "customer": {"name": "Ada"},
            "billing": {"name": "Ada", "street": "s", "city": "c", "country": "US"},
            "lines": [{"id": "1", "sku": "MUG", "name": "Mug", "quantity": "1", "net_minor": 100}],
            "total_minor": 100, "payment": {"state": "pending"}
        }))
        .unwrap();
        let name = |corrects, content: &[u8]| corrected_version(corrects, &order, content).unwrap();
        assert_eq!(name("v1", b"a"), name("v1", b"a"));
        assert_ne!(name("v1", b"a"), name("v2", b"a"));
        assert_ne!(name("v1", b"a"), name("v1", b"b"));
        assert!(
            name("v1", b"a")
                .as_str()
                .starts_with(EventId::of_order(&order).as_str())
        );
    }
}
