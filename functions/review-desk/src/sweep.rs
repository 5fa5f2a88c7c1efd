//! The hourly sweep: what nobody works on any more and nobody was told of.

use crate::{desk::Desk, ended_runs::ended_run, redrive::Redrive, runs::Runs};
use domain::{
    failure::{Failure, FailureName},
    ids::OrderKey,
};
use effects::{OpenEffect, UnixMillis};
use runtime::{
    stores::{NewReview, OrderItem, ReviewState, Verdict},
    workflow::RunState,
};
use serde_json::{Value, json};

/// Younger than this is the business of whoever works on it.
const SETTLES_MS: i64 = 3_600_000;
/// A run retries an unknown outcome for two days; after that an open effect is for people, whatever the run does.
const RETRIED_MS: i64 = 50 * 3_600_000;
/// Most reviews and unfinished effects looked at in one sweep, the oldest first.
const LIMIT: usize = 2000;

impl Desk {
    /// Every open order is looked at: one whose run goes on costs no call. What is left when the time is up, because
    /// thousands had to be asked for, is told.
    pub(crate) async fn sweep(&self) -> Result<Value, Failure> {
        let now = self.clock.now();
        let mut runs = Runs::of(self).await;
        let (mut opened, mut left) = (0, 0);
        let mut open = self.orders.open();
        while let Some(page) = open.next().await? {
            for item in page {
                runs.see(&item);
                match runs.have_time() {
                    true => opened += usize::from(self.sweep_order(&item, now, &mut runs).await?),
                    false => left += 1,
                }
            }
        }
        let closed = self.close_lapsed(&mut runs).await?;
        let before = now.plus_ms(-SETTLES_MS);
        let open = self.effects.open(before, LIMIT).await;
        let open = open.map_err(|e| Failure::new(FailureName::SystemUnavailable, e.to_string()))?;
        for effect in &open {
            match runs.have_time() {
                true => opened += usize::from(self.sweep_effect(effect, now, &mut runs).await?),
                false => left += 1,
            }
        }
        tracing::info!(opened, closed, left, "swept");
        Ok(json!({"opened": opened, "closed": closed, "left": left}))
    }

    /// Reviews of parked runs that wait no longer: the time was up, and the run has let go of what it held.
    async fn close_lapsed(&self, runs: &mut Runs<'_>) -> Result<usize, Failure> {
        let mut closed = 0;
        for review in self.reviews.list(ReviewState::Open, LIMIT).await? {
            let Redrive::Parked { run, .. } = Redrive::read(review.redrive.clone()) else {
                continue;
            };
            if !runs.have_time() {
                break;
            }
            if runs.work_on(&run.order, run.generation).await? {
                continue;
            }
            let reason = "nobody decided while the run waited: it went on by itself, or ended";
            let verdict = Verdict {
                state: ReviewState::Dropped,
                by: "review-desk".to_owned(),
                reason: Some(reason.to_owned()),
            };
            let decided = self.reviews.decide(&review, &verdict).await?;
            closed += usize::from(decided.is_some());
        }
        Ok(closed)
    }

    /// An order a run should be working on.
    async fn sweep_order(
        &self,
        item: &OrderItem,
        now: UnixMillis,
        runs: &mut Runs<'_>,
    ) -> Result<bool, Failure> {
        if now.since_ms(UnixMillis(item.opened_at_ms)) < SETTLES_MS {
            return Ok(false);
        }
        let execution = item.execution();
        let what = match runs.state(&execution).await? {
            RunState::Running => return Ok(false),
            RunState::Unknown => format!("the execution {execution} was never started, or is forgotten"),
            RunState::Succeeded | RunState::Broken => {
                format!("the execution {execution} has ended, and the order is still open")
            }
        };
        self.open_ended(item, now, ended_run(&item.run(), &execution, what))
            .await
    }

    /// One that was decided is opened again when its decision did not come to its end: an order that was given up is
    /// closed. What is listed is a moment behind, and whoever decides just now is not done yet.
    async fn open_ended(
        &self,
        item: &OrderItem,
        now: UnixMillis,
        review: NewReview,
    ) -> Result<bool, Failure> {
        if let Some(there) = self.reviews.find(&review.about).await? {
            let decided = now.since_ms(UnixMillis(there.changed_at_ms));
            if there.state == ReviewState::Open || decided < SETTLES_MS {
                return Ok(false);
            }
        }
        let there = self.orders.load(&item.order).await?.map(|there| there.value);
        if !there.is_some_and(|there| there.is_run_by(&item.run())) {
            return Ok(false);
        }
        self.open(review).await.map(|_| true)
    }

    /// An effect nobody finished. The list has its age alone, and is a moment behind: its record is loaded when a
    /// review would be opened, and one that has come to its end meanwhile opens none.
    async fn sweep_effect(
        &self,
        listed: &OpenEffect,
        now: UnixMillis,
        runs: &mut Runs<'_>,
    ) -> Result<bool, Failure> {
        let effect = listed.effect.as_str();
        let order = order_of(effect);
        let retried = now.since_ms(listed.created_at) < RETRIED_MS;
        if retried
            && let Some((order, generation)) = &order
            && runs.work_on(order, *generation).await?
        {
            return Ok(false);
        }
        let about = format!("effect/{effect}");
        if !self.may_open(&about).await? {
            return Ok(false);
        }
        let record = self.record(&listed.effect).await?;
        let Some(record) = record.filter(|record| record.state.is_open()) else {
            return Ok(false);
        };
        let what = format!(
            "the effect {effect} is {} and nobody works on it",
            record.state.as_str()
        );
        let why = Failure::new(FailureName::OutcomeUnknown, what).remedy(
            "look up in the other system what became of it; redrive the order's run, or put it right by hand",
        );
        let review = NewReview {
            about,
            doing: effect.split('/').next().unwrap_or_default().to_owned(),
            order: order.map(|(order, _)| order),
            why,
            input: Some(effect.to_owned()),
            redrive: Redrive::Nothing.stored(),
            token: None,
        };
        self.open(review).await.map(|_| true)
    }

    /// Whether an effect may have a review now. What a person has dropped is not brought up again.
    async fn may_open(&self, about: &str) -> Result<bool, Failure> {
        let there = self.reviews.find(about).await?;
        Ok(there.is_none_or(|there| there.state == ReviewState::Redriven))
    }
}

/// The order and the run in an effect's id: `{kind}/…{store}/{order id}/{generation}`.
fn order_of(effect: &str) -> Option<(OrderKey, u32)> {
    let mut parts = effect.rsplitn(4, '/');
    let generation = parts.next()?.parse().ok()?;
    let (id, store) = (parts.next()?, parts.next()?);
    Some((format!("{store}/{id}").parse().ok()?, generation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effects_id_names_its_order_and_run() {
        let expected = |order: &str, generation| Some((order.parse().unwrap(), generation));
        assert_eq!(order_of("capture/woo/1001/2"), expected("woo/1001", 2));
        assert_eq!(order_of("notify/paid/woo/1001/1"), expected("woo/1001", 1));
        assert_eq!(order_of("capture/1001"), None);
    }
}
