//! A correction of an event that could not be used: its body, read by the shop's own parser.

use crate::{
    desk::Desk,
    edit::{Made, changed_meanwhile, refuse_card_numbers},
    redrive::Redrive,
    request::Correction,
    versions::corrected_version,
};
use domain::{
    changes::changed_fields,
    event,
    failure::{Failure, FailureName},
    ids::StoreId,
};
use runtime::{message::Via, stores::Review};
use serde_json::Value;

impl Desk {
    pub(crate) async fn edit_event(
        &self,
        review: &Review,
        event: &str,
        store: &StoreId,
        correction: &Correction,
    ) -> Result<Made, Failure> {
        let missing = || {
            let what = "the whole body has to be given as it should be";
            Failure::new(FailureName::Refused, what).field("body")
        };
        let body = correction.body.as_deref().ok_or_else(missing)?.as_bytes();
        refuse_card_numbers(body)?;
        let store = self.merchant.store(store)?;
        let scheme = shop::scheme(store);
        let order = scheme.parse(body, store)?;
        let version = corrected_version(&correction.corrects, &order, body)?;
        if event != correction.corrects && event != version.as_str() {
            return Err(changed_meanwhile());
        }
        let gone = || {
            Failure::new(
                FailureName::Refused,
                "there is no payload (any more) for this event",
            )
        };
        let before = self
            .payloads
            .payload(&correction.corrects)
            .await?
            .ok_or_else(gone)?;
        if before.body == body {
            return Err(Failure::new(FailureName::Refused, "nothing is changed"));
        }
        // What the event tells of itself stays: which order it is about, and which version.
        let facts = scheme.facts(body);
        let told = scheme.facts(&before.body);
        if told.is_some() && told != facts {
            let what = "the correction is about another order, or another version of it";
            let failure = Failure::new(FailureName::Refused, what);
            return Err(failure.remedy("keep the order's id and modification time"));
        }
        self.payloads
            .store(version.as_str(), &store.id, Via::Operator, body)
            .await?;
        let redrive = Redrive::Event {
            group: event::group(&store.id, facts.as_ref(), &version),
            event: version.to_string(),
            store: store.id.clone(),
        };
        tracing::debug!(review = review.id, event, "an event was corrected");
        Ok(Made {
            version: version.to_string(),
            fields: changed_fields(&json(&before.body), &json(body)),
            redrive: Some(redrive.stored()),
        })
    }
}

/// A body as JSON; one that is none differs as a whole.
fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}
