//! All reviews of a kind, decided one after the other at a rate that other systems bear.

use std::time::Duration;

use anyhow::Result;
use effects::UnixMillis;
use runtime::stores::Review;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::decide::{Bench, Decision, Done};
use super::letters::{Letter, PREFIX};
use super::list::{Filter, State, reviews};
use super::question::{Does, InQueue, dropping, question, queues};
use super::redrive_letter::move_all;
use crate::confirm::confirm;
use crate::exit::{Exit, of};
use crate::output::{Show, count};
use crate::tool::Tool;

/// Most reviews that are decided in one go.
const ALL_MAX: usize = 10_000;

/// What is to be decided.
pub struct All<'a> {
    /// What.
    pub decision: Decision,
    /// Which.
    pub filter: &'a Filter,
    /// Why.
    pub reason: &'a str,
    /// So many a second.
    pub rate: u32,
    /// Whether nobody is asked.
    pub yes: bool,
}

#[derive(Debug, Default, Serialize)]
struct Answer {
    done: Vec<Done>,
    failed: Vec<Failed>,
    /// Those for which there is nothing to do again.
    left: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Failed {
    id: String,
    why: String,
}

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        let mut lines: Vec<String> = self.done.iter().map(|done| done.people(now)).collect();
        lines.extend(
            self.failed
                .iter()
                .map(|failed| format!("{}: NOT DONE: {}", failed.id, failed.why)),
        );
        let left = self.left.iter();
        lines.extend(
            left.map(|id| format!("{id}: there is nothing to do again; put it right by hand, then drop it")),
        );
        lines.push(format!(
            "{} done, {} failed, {} left",
            self.done.len(),
            self.failed.len(),
            self.left.len()
        ));
        lines.join("\n")
    }
}

/// Decides about all.
///
/// # Errors
/// When the desk or the queues do not answer; when the answer to the question is no.
pub async fn run(tool: &Tool, bench: &Bench, all: &All<'_>) -> Result<Exit> {
    tool.progress.doing("listing what is open");
    let (open, _) = reviews(&bench.desk, State::Open, all.filter, ALL_MAX).await?;
    let letters = match all.filter.is_empty() {
        true => bench.letters.all().await?,
        false => Vec::new(),
    };
    tool.progress.done();
    let (to_decide, left): (Vec<_>, Vec<_>) = open
        .into_iter()
        .partition(|review| all.decision == Decision::Drop || can_be_redriven(review));
    let mut answer = Answer {
        left: left.into_iter().map(|review| review.id).collect(),
        ..Answer::default()
    };
    if to_decide.is_empty() && letters.is_empty() {
        tool.output.show(&answer)?;
        return Ok(if answer.left.is_empty() {
            Exit::Fine
        } else {
            Exit::Findings
        });
    }
    let queues = queues(&bench.letters, all.decision, &letters).await?;
    if !all.yes {
        let does = match all.decision {
            Decision::Redrive => Does::new(),
            Decision::Drop => {
                tool.progress.doing("asking what dropping does");
                dropping(bench, &to_decide).await?
            }
        };
        tool.progress.done();
        confirm(
            tool,
            &question(all.decision, to_decide.len(), &queues, &does),
            false,
        )?;
    }
    let letters = move_queues(bench, all, letters, &queues, &mut answer).await?;
    let ids = to_decide.into_iter().map(|review| review.id);
    let ids: Vec<String> = ids.chain(letters.iter().map(Letter::id)).collect();
    let pause = Duration::from_secs(1) / all.rate.max(1);
    let mut next = Instant::now();
    for (n, id) in ids.iter().enumerate() {
        sleep_until(next).await;
        next = Instant::now() + pause;
        tool.progress
            .doing(format!("{} {} of {}", all.decision.word(), n + 1, ids.len()));
        match bench.decide(all.decision, id, Some(all.reason)).await {
            Ok(done) => answer.done.push(done),
            // The others would meet the same.
            Err(error) if of(&error) == Exit::Unreachable => {
                tool.progress.done();
                tool.output.show(&answer)?;
                return Err(error);
            }
            Err(error) => answer.failed.push(Failed {
                id: id.clone(),
                why: format!("{error:#}"),
            }),
        }
    }
    tool.progress.done();
    let fine = answer.failed.is_empty() && answer.left.is_empty();
    tool.output.show(&answer)?;
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// Whole queues go back by SQS itself, where it can; what is left goes one by one.
async fn move_queues(
    bench: &Bench,
    all: &All<'_>,
    letters: Vec<Letter>,
    queues: &[InQueue],
    answer: &mut Answer,
) -> Result<Vec<Letter>> {
    if all.decision == Decision::Drop {
        return Ok(letters);
    }
    let mut left = letters;
    for queue in bench.letters.names() {
        let (of_queue, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|letter| letter.queue == queue);
        left = others;
        if of_queue.is_empty() || !move_all(&bench.letters, queue, Some(all.rate)).await? {
            left.extend(of_queue);
            continue;
        }
        let unseen = queues.iter().find(|there| there.name == queue);
        let unseen = unseen.map_or(0, |there| there.depth.saturating_sub(there.listed));
        if unseen > 0 {
            answer.done.push(Done {
                id: format!("{PREFIX}{queue}"),
                came_to: format!(
                    "SQS moves back about {} more, which were not looked at",
                    count(unseen, "message")
                ),
            });
        }
        for letter in of_queue {
            bench.note(queue, &letter.message, "redriven", all.reason).await?;
            answer.done.push(Done {
                id: letter.id(),
                came_to: "SQS moves it back to the queue it came from".to_owned(),
            });
        }
    }
    Ok(left)
}

fn can_be_redriven(review: &Review) -> bool {
    review.redrive["kind"] != "nothing"
}
