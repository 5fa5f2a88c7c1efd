//! Review items: what a person has to decide. The notification only points here.

mod review;
mod stored;

pub use review::{Edit, NewReview, Opened, Review, ReviewState, Verdict};

use super::{sortable, ttl_s};
use crate::{
    items::{
        Items, Place,
        typed::{self, Beside},
    },
    metrics::{self, Metric},
};
use domain::failure::{Failure, FailureName};
use effects::{Clock, UnixMillis};
use secrecy::SecretString;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use stored::{StoredReview, decided, stored};

/// Corrections kept of one matter: all of them are in the audit trail.
const EDITS_MAX: usize = 20;
/// As long as the ledger remembers.
const KEEP_DAYS: i64 = 400;

/// The reviews.
#[derive(Clone)]
pub struct Reviews {
    items: Arc<dyn Items>,
    clock: Arc<dyn Clock>,
}

impl Reviews {
    /// The reviews in this table.
    pub fn new(items: Arc<dyn Items>, clock: Arc<dyn Clock>) -> Self {
        Self { items, clock }
    }

    /// The id of the review of a matter ([`NewReview::about`]), whether or not there is one yet.
    pub fn id_of(about: &str) -> String {
        review_id(about)
    }

    /// Opens a review, or opens it again with what is new. What people have not heard of yet is logged and counted: that
    /// is an alarm.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn open(&self, new: &NewReview) -> Result<Opened, Failure> {
        let now = self.clock.now();
        let id = review_id(&new.about);
        let opened = typed::change(&*self.items, &key(&id), beside, |there: Option<&StoredReview>| {
            let known = there.is_some_and(|there| there.review.state == ReviewState::Open);
            let opened = if known {
                Opened::Known(id.clone())
            } else {
                Opened::New(id.clone())
            };
            (Some(stored(&id, new, there, now)), opened)
        })
        .await?;
        if let Opened::New(id) = &opened {
            metrics::count(Metric::ReviewsOpened, &[]);
            tracing::warn!(
                review = id,
                about = new.about,
                doing = new.doing,
                why = new.why.name.as_str(),
                "review opened"
            );
        }
        Ok(opened)
    }

    /// Writes down what a person has done beside the reviews, as one that is decided already: in one step, so that it
    /// never waits for anybody, is nobody's news and is not counted. Its id.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn note(&self, new: &NewReview, verdict: &Verdict) -> Result<String, Failure> {
        let now = self.clock.now();
        let id = review_id(&new.about);
        let noted = |there: Option<&StoredReview>| {
            let mut noted = stored(&id, new, there, now);
            noted.review = decided(noted.review, verdict);
            (Some(noted), ())
        };
        typed::change(&*self.items, &key(&id), beside, noted).await?;
        Ok(id)
    }

    /// The reviews of a state, those first opened first at the top.
    ///
    /// # Errors
    /// Those of [`Items::by_state`].
    pub async fn list(&self, state: ReviewState, limit: usize) -> Result<Vec<Review>, Failure> {
        self.list_after(state, None, limit).await
    }

    /// At most `limit` reviews of a state, those first opened first at the top, from the first one `after` another
    /// ([`Review::place`]).
    ///
    /// # Errors
    /// [`FailureName::Refused`] when `after` is no place; those of [`Items::by_state_after`].
    pub async fn list_after(
        &self,
        state: ReviewState,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Review>, Failure> {
        let after = after.map(place).transpose()?;
        let items = self
            .items
            .by_state_after(state.index(), after.as_ref(), limit)
            .await?;
        items
            .into_iter()
            .map(|item| Ok(typed::parse::<StoredReview>(item)?.value.review))
            .collect()
    }

    /// A review.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn get(&self, id: &str) -> Result<Option<Review>, Failure> {
        Ok(self.stored(id).await?.map(|there| there.review))
    }

    /// The review of a matter ([`NewReview::about`]).
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn find(&self, about: &str) -> Result<Option<Review>, Failure> {
        self.get(&review_id(about)).await
    }

    /// The tokens under which a workflow may be waiting for the decision, the last one first; at most one of them is
    /// still waited for. Never to be shown or logged.
    ///
    /// # Errors
    /// Those of [`Items::get`].
    pub async fn tokens(&self, id: &str) -> Result<Vec<SecretString>, Failure> {
        let there = self.stored(id).await?;
        let tokens = there.iter().flat_map(StoredReview::tokens);
        Ok(tokens.map(|token| SecretString::from(token.as_str())).collect())
    }

    /// Takes an open review out of the list: redriven, or dropped. Only one caller gets the review back, however many
    /// decide at once; the others get nothing. A review that was opened again since `seen` was read stays open:
    /// somebody else waits for it by now.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn decide(&self, seen: &Review, verdict: &Verdict) -> Result<Option<Review>, Failure> {
        self.change_open(seen, |there| decided(there.clone(), verdict))
            .await
    }

    /// Writes down that the input of an open review was corrected, and what is redriven from now on when that is
    /// something else. The same correction is written down once. Nothing when the review is not as it was `seen`.
    ///
    /// # Errors
    /// Those of [`Items::replace`].
    pub async fn edited(
        &self,
        seen: &Review,
        edit: &Edit,
        redrive: Option<&Value>,
    ) -> Result<Option<Review>, Failure> {
        self.change_open(seen, |there| {
            let mut edits = there.edits.clone();
            if edits.iter().all(|known| known.version != edit.version) {
                edits.push(edit.clone());
                edits.drain(..edits.len().saturating_sub(EDITS_MAX));
            }
            Review {
                edits,
                redrive: redrive.unwrap_or(&there.redrive).clone(),
                ..there.clone()
            }
        })
        .await
    }

    async fn change_open(
        &self,
        seen: &Review,
        change: impl Fn(&Review) -> Review,
    ) -> Result<Option<Review>, Failure> {
        let now = self.clock.now();
        let same = |there: &&StoredReview| {
            there.review.state == ReviewState::Open && there.review.times == seen.times
        };
        let changed = |there: Option<&StoredReview>| {
            let Some(there) = there.filter(same) else {
                return (None, None);
            };
            let review = Review {
                changed_at_ms: now.0,
                ..change(&there.review)
            };
            let wanted = StoredReview {
                review: review.clone(),
                task_token: there.task_token.clone(),
                other_tokens: there.other_tokens.clone(),
            };
            (Some(wanted), Some(review))
        };
        typed::change(&*self.items, &key(&seen.id), beside, changed).await
    }

    async fn stored(&self, id: &str) -> Result<Option<StoredReview>, Failure> {
        Ok(typed::load(&*self.items, &key(id))
            .await?
            .map(|there| there.value))
    }
}

/// Short enough to type; the same for the same matter.
fn review_id(about: &str) -> String {
    let mut id = hex::encode(Sha256::digest(about));
    id.truncate(16);
    id
}

fn key(id: &str) -> String {
    format!("review/{id}")
}

impl Review {
    /// Its place among the reviews of its state: `{time it was opened}-{id}`.
    pub fn place(&self) -> String {
        format!("{}-{}", sortable(UnixMillis(self.opened_at_ms)), self.id)
    }
}

fn place(text: &str) -> Result<Place, Failure> {
    let usual =
        |part: &str| !part.is_empty() && part.len() <= 32 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let parts = text.split_once('-').filter(|(by, id)| usual(by) && usual(id));
    let (by, id) = parts
        .ok_or_else(|| Failure::new(FailureName::Refused, "this is no place in the list").field("after"))?;
    Ok(Place {
        by: by.to_owned(),
        pk: key(id),
    })
}

fn beside(stored: &StoredReview) -> Beside {
    let review = &stored.review;
    let index = (
        review.state.index().to_owned(),
        sortable(UnixMillis(review.opened_at_ms)),
    );
    let settled = review.state != ReviewState::Open;
    Beside {
        state: Some(index),
        ttl_s: ttl_s(UnixMillis(review.changed_at_ms), KEEP_DAYS).filter(|_| settled),
    }
}
