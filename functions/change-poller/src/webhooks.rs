//! Whether the shop still tells us by itself. A webhook that it has switched off becomes one finding for a person, and
//! the finding is closed when the webhook is on again.

use crate::poller::Poller;
use domain::{
    failure::{Failure, FailureName},
    merchant::Store,
};
use runtime::stores::{NewReview, Review, ReviewState, Verdict};
use serde_json::json;
use shop::{Hook, ShopClient};
use std::collections::BTreeMap;

/// Why we close a finding.
const HEALED: &str = "the webhook is on again";
/// After that a finding which a person dropped without mending it is opened again.
const REMIND_MS: i64 = 24 * 3_600_000;

impl Poller {
    pub(crate) async fn webhooks(&self, store: &Store, shop: &dyn ShopClient) -> Result<(), Failure> {
        let health = shop.webhook_health().await?;
        for (topic, is_on) in topics(store, &health.hooks) {
            let about = format!("webhook-off/{}/{topic}", store.id);
            let known = self.inbox.reviews.find(&about).await?;
            match (is_on, known) {
                (true, Some(review)) if review.state == ReviewState::Open => self.close(&review).await?,
                (true, _) => {}
                (false, Some(review)) if self.is_known(&review) => {}
                (false, _) => self.report(store, topic, about).await?,
            }
        }
        Ok(())
    }

    /// Whether people know of it: it is open, or somebody decided lately to leave it.
    fn is_known(&self, review: &Review) -> bool {
        let healed = review.reason.as_deref() == Some(HEALED);
        let lately = self.clock.now().0.saturating_sub(review.changed_at_ms) < REMIND_MS;
        review.state == ReviewState::Open || (lately && !healed)
    }

    async fn close(&self, review: &Review) -> Result<(), Failure> {
        let verdict = Verdict {
            state: ReviewState::Dropped,
            by: "change-poller".to_owned(),
            reason: Some(HEALED.to_owned()),
        };
        self.inbox.reviews.decide(review, &verdict).await?;
        tracing::info!(review = review.id, "review closed: {HEALED}");
        Ok(())
    }

    async fn report(&self, store: &Store, topic: &str, about: String) -> Result<(), Failure> {
        let why = Failure::new(
            FailureName::Misconfigured,
            format!("{} has switched its webhook {topic} off", store.title),
        )
        .field(topic)
        .remedy(
            "find out why it was refused, then switch it on again in the shop; until then orders come late",
        );
        let review = NewReview {
            about,
            doing: "poll".to_owned(),
            order: None,
            why,
            input: None,
            redrive: json!({"kind": "nothing"}),
            token: None,
        };
        self.inbox.reviews.open(&review).await.map(|_| ())
    }
}

/// The topics that come to our address, and whether a webhook for each is on. Others' webhooks are not our business.
fn topics<'a>(store: &Store, hooks: &'a [Hook]) -> BTreeMap<&'a str, bool> {
    let path = format!("/webhooks/{}", store.id);
    let mut topics = BTreeMap::new();
    for hook in hooks {
        if hook.delivery_url.trim_end_matches('/').ends_with(&path) {
            *topics.entry(hook.topic.as_str()).or_insert(false) |= hook.is_active;
        }
    }
    topics
}
