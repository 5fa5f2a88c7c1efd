//! A review as it is stored, and what opening and deciding make of it.

use super::{NewReview, Review, ReviewState, Verdict};
use effects::UnixMillis;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

/// Tokens kept of one matter: the newest, and those it may have overtaken on its way here.
const TOKENS_MAX: usize = 4;

/// A review as stored: beside what people see, the token of whoever waits. Which token that is, only the workflow
/// knows: the opening of an attempt that was given up may arrive after that of the next one.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredReview {
    #[serde(flatten)]
    pub review: Review,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_token: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_tokens: Vec<String>,
}

impl StoredReview {
    pub fn tokens(&self) -> impl Iterator<Item = &String> {
        self.task_token.iter().chain(&self.other_tokens)
    }
}

/// The review as a person left it.
pub(super) fn decided(review: Review, verdict: &Verdict) -> Review {
    Review {
        state: verdict.state,
        decided_by: Some(verdict.by.clone()),
        reason: verdict.reason.clone(),
        ..review
    }
}

/// The review of a matter that comes up, or comes up again.
pub(super) fn stored(
    id: &str,
    new: &NewReview,
    there: Option<&StoredReview>,
    now: UnixMillis,
) -> StoredReview {
    let before = there.map(|there| &there.review);
    let new_token = new.token.as_ref().map(|token| token.expose_secret().to_owned());
    // A later opening without a token leaves an earlier waiter its answer.
    let mut tokens: Vec<String> = new_token.into_iter().collect();
    for token in there.into_iter().flat_map(StoredReview::tokens) {
        if tokens.len() < TOKENS_MAX && !tokens.contains(token) {
            tokens.push(token.clone());
        }
    }
    let mut tokens = tokens.into_iter();
    let review = Review {
        schema: 1,
        id: id.to_owned(),
        about: new.about.clone(),
        state: ReviewState::Open,
        doing: new.doing.clone(),
        order: new.order.clone(),
        why: new.why.clone(),
        input: new.input.clone(),
        redrive: new.redrive.clone(),
        decided_by: None,
        reason: None,
        edits: before.map(|before| before.edits.clone()).unwrap_or_default(),
        times: before.map_or(0, |before| before.times).saturating_add(1),
        opened_at_ms: before.map_or(now.0, |before| before.opened_at_ms),
        changed_at_ms: now.0,
    };
    StoredReview {
        review,
        task_token: tokens.next(),
        other_tokens: tokens.collect(),
    }
}
