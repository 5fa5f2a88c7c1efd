//! What a person asks for, handed to who does it.

use crate::{
    desk::{Desk, written},
    request::Request,
};
use domain::failure::{Failure, FailureName};
use runtime::stores::{Review, ReviewState};
use serde_json::{Value, json};

impl Desk {
    pub(crate) async fn operate(&self, request: Request) -> Result<Value, Failure> {
        match request {
            Request::List(listing) => self.list(&listing).await,
            Request::Show { review } => match self.reviews.get(&review).await? {
                Some(review) => written(&self.shown(review).await?),
                None => Err(no_such()),
            },
            Request::Redrive { review, signed } => {
                let verdict = signed.verdict(ReviewState::Redriven)?;
                let review = self.open_review(&review).await?;
                let came_to = self.redrive(&review).await?;
                self.reviews.decide(&review, &verdict).await?;
                Ok(json!({"review": review.id, "redriven": came_to}))
            }
            Request::Drop { review, signed } => {
                let review = self.open_review(&review).await?;
                let verdict = signed.verdict(ReviewState::Dropped)?;
                let came_to = self.give_up(&review, &verdict).await?;
                Ok(json!({"review": review.id, "dropped": came_to}))
            }
            Request::Edit(correction) => {
                let review = self.open_review(&correction.review).await?;
                self.edit(&review, &correction).await
            }
            Request::Pause { system, signed } => self.pause(&system, &signed).await,
            Request::Resume { system, signed } => self.resume(&system, &signed).await,
            Request::Replay { event, signed } => self.replay(&event, &signed).await,
            Request::Message(message) => self.note_message(&message).await,
        }
    }

    async fn open_review(&self, id: &str) -> Result<Review, Failure> {
        match self.reviews.get(id).await? {
            None => Err(no_such()),
            Some(review) if review.state != ReviewState::Open => Err(Failure::new(
                FailureName::Refused,
                format!("the review {id} has been decided already"),
            )),
            Some(review) => Ok(review),
        }
    }
}

fn no_such() -> Failure {
    let what = "there is no review of this id; `odoo-heartland review list` shows those that are open";
    Failure::new(FailureName::Refused, what).field("review")
}
