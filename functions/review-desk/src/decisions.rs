//! What is done when a review is redriven, and when it is dropped.

use crate::{desk::Desk, redrive::Redrive};
use domain::{
    decide::OrderState,
    failure::{Failure, FailureName},
};
use runtime::{
    message::{InboxEvent, MESSAGE_SCHEMA, Run, Via},
    stores::{OrderItem, Review, Verdict},
    workflow::{Answer, Redriven, RunState},
};
use serde_json::{Value, json};

impl Desk {
    pub(crate) async fn redrive(&self, review: &Review) -> Result<&'static str, Failure> {
        match Redrive::read(review.redrive.clone()) {
            Redrive::Parked { run, step, .. } => {
                let version = match is_before_the_order(&step) {
                    true => self.version_to_go_on_with(&run).await?,
                    false => run.version,
                };
                self.answer(review, &json!({"decision": "redrive", "version": version}))
                    .await
            }
            Redrive::Event { event, store, group } => {
                let message = InboxEvent {
                    schema: MESSAGE_SCHEMA,
                    event,
                    store,
                    via: Via::Operator,
                };
                let mut message = message.message(&group);
                // Not a repeat in the queue's eyes, and yet the same for two people who decide at once.
                message.dedup = message.dedup.map(|id| format!("{id}-again-{}", review.times));
                self.inbox.send(message).await?;
                Ok(match review.edits.is_empty() {
                    true => "the event was let in again, as it came: nothing of it was corrected",
                    false => "the event was let in again, as it was corrected",
                })
            }
            Redrive::Execution { run } => self.start_again(&run).await,
            Redrive::Nothing => {
                let what = "there is nothing to do again: put it right by hand, then drop it";
                Err(Failure::new(FailureName::Refused, what))
            }
        }
    }

    pub(crate) async fn give_up(&self, review: &Review, verdict: &Verdict) -> Result<&'static str, Failure> {
        let came_to = match Redrive::read(review.redrive.clone()) {
            Redrive::Parked { .. } => self.answer(review, &json!({"decision": "drop"})).await?,
            Redrive::Execution { run } => return self.close(&run, review, verdict).await,
            Redrive::Event { .. } | Redrive::Nothing => "dropped: nothing waited for it",
        };
        self.reviews.decide(review, verdict).await?;
        Ok(came_to)
    }

    /// Answers the run that waits. One that does not wait any more has decided by itself.
    async fn answer(&self, review: &Review, decision: &Value) -> Result<&'static str, Failure> {
        let tokens = self.reviews.tokens(&review.id).await?;
        for token in &tokens {
            if self.workflow.succeed(token, decision).await? == Answer::Delivered {
                return Ok("the run goes on");
            }
        }
        Ok(match tokens.is_empty() {
            true => "no run waits for it",
            false => "the run waits no longer: its time was up",
        })
    }

    /// Lets a run go on whose execution has failed: the same execution from the state it failed in, or, where that is
    /// not possible any more or its input was corrected, a new one. The generation stays, and with it every effect's
    /// id.
    async fn start_again(&self, run: &Run) -> Result<&'static str, Failure> {
        let there = self.orders.load(&run.order).await?.map(|there| there.value);
        let Some(item) = there else {
            return Err(Failure::new(
                FailureName::Refused,
                "nothing is known of the order",
            ));
        };
        // An earlier redrive whose answer was lost, or the run itself: whoever asks again must come to an end, too.
        if !item.is_run_by(run) {
            return Ok("the order has come to its end meanwhile: nothing is left to do");
        }
        if let Some(execution) = self.running(&item).await? {
            return Err(runs(&execution));
        }
        let corrected = item.edit_that_stands().map(|edited| edited.version.to_string());
        // An execution keeps the version it failed with.
        if corrected.is_none() && self.workflow.redrive(&item.execution()).await? == Redriven::Goes {
            return Ok("the run goes on where it failed");
        }
        let version = corrected.unwrap_or_else(|| item.run().version);
        // Under a new name: the old one stays taken for 90 days.
        let next = |there: Option<&OrderItem>| {
            let same = there.filter(|there| there.is_run_by(run) && there.redrives == item.redrives);
            let next = same.map(|there| OrderItem {
                redrives: there.redrives + 1,
                ..there.clone()
            });
            (next.clone(), next)
        };
        let Some(item) = self.orders.change(&run.order, next).await? else {
            return Err(Failure::new(
                FailureName::InProgress,
                "somebody else is redriving it",
            ));
        };
        let mut input = item.input()?;
        input["version"] = json!(version);
        input["redrive"] = json!(true);
        self.workflow.start(&item.execution(), &input).await?;
        Ok("the run was started again")
    }

    /// The execution that goes on with an order this run has in its hands: nothing is done beside it.
    async fn goes_on(&self, run: &Run) -> Result<Option<String>, Failure> {
        let there = self.orders.load(&run.order).await?.map(|there| there.value);
        match there.filter(|item| item.is_run_by(run)) {
            Some(item) => self.running(&item).await,
            None => Ok(None),
        }
    }

    async fn running(&self, item: &OrderItem) -> Result<Option<String>, Failure> {
        let execution = item.execution();
        let runs = self.workflow.state(&execution).await? == RunState::Running;
        Ok(runs.then_some(execution))
    }

    /// The order is put right by hand: from here on a new payment opens a new run. The review goes first: were the order
    /// closed under a review that is open, a redrive would find it ended, and nobody would let go of its money. When the
    /// order is not closed after all, the sweep opens the review again.
    async fn close(&self, run: &Run, review: &Review, verdict: &Verdict) -> Result<&'static str, Failure> {
        if let Some(execution) = self.goes_on(run).await? {
            return Err(runs(&execution));
        }
        if self.reviews.decide(review, verdict).await?.is_none() {
            let what = "the review was changed meanwhile: look at it again";
            return Err(Failure::new(FailureName::Refused, what));
        }
        // Somebody may have redriven it since: their run is not closed under its feet.
        if self.goes_on(run).await?.is_some() {
            return Ok("somebody has redriven it meanwhile, and the run goes on");
        }
        let closed = |there: Option<&OrderItem>| {
            let live = there.filter(|there| there.is_run_by(run));
            (
                live.map(|there| OrderItem {
                    state: OrderState::Closed,
                    ..there.clone()
                }),
                (),
            )
        };
        self.orders.change(&run.order, closed).await?;
        Ok("the order was closed")
    }
}

fn runs(execution: &str) -> Failure {
    Failure::new(FailureName::Refused, format!("the execution {execution} runs"))
}

/// Whether a step comes before the order is in Odoo. From then on a run goes on with the version that is there, and
/// whose money it took, whatever the shop has made of the order since.
fn is_before_the_order(step: &str) -> bool {
    matches!(step, "authorize" | "write-order")
}
