//! What is asked before many are decided at once: how many there really are, and what dropping them does.

use std::collections::BTreeMap;

use anyhow::Result;
use futures::stream::{self, StreamExt, TryStreamExt};
use runtime::stores::Review;

use super::decide::{Bench, Decision};
use super::letters::{Letter, Letters};
use crate::exit::sentence;
use crate::output::count;

/// As many reviews are asked about at the same time.
const AT_ONCE: usize = 8;

/// What dropping does, in the desk's words, and to how many reviews.
pub type Does = BTreeMap<String, usize>;

/// Messages of one queue that are decided about.
#[derive(Debug)]
pub struct InQueue {
    /// The queue.
    pub name: String,
    /// So many were looked at.
    pub listed: usize,
    /// About so many there are.
    pub depth: usize,
    /// Whether SQS moves all there are, and not only those that were looked at.
    pub whole: bool,
}

impl InQueue {
    fn words(&self) -> String {
        let listed = count(self.listed, "message");
        match (self.depth > self.listed, self.whole) {
            (false, _) => format!("{listed} of {}", self.name),
            (true, true) => format!("all of about {} of {}", count(self.depth, "message"), self.name),
            (true, false) => format!("{listed} (of about {}) of {}", self.depth, self.name),
        }
    }
}

/// The queues of these messages, with how many there are: of a long queue only the first are looked at.
///
/// # Errors
/// When SQS does not answer.
pub async fn queues(all: &Letters, decision: Decision, letters: &[Letter]) -> Result<Vec<InQueue>> {
    let mut found = Vec::new();
    for name in all.names() {
        let listed = letters.iter().filter(|letter| letter.queue == name).count();
        if listed > 0 {
            found.push(InQueue {
                name: name.to_owned(),
                listed,
                depth: all.depth(name).await?,
                whole: decision == Decision::Redrive && all.source(name).is_some(),
            });
        }
    }
    Ok(found)
}

/// What dropping these reviews does, as the desk tells it of each.
///
/// # Errors
/// When the desk does not answer.
pub async fn dropping(bench: &Bench, reviews: &[Review]) -> Result<Does> {
    let told = stream::iter(reviews).map(|review| bench.dropping(&review.id));
    let told: Vec<String> = told.buffered(AT_ONCE).try_collect().await?;
    let mut does = Does::new();
    for words in told {
        *does.entry(words).or_default() += 1;
    }
    Ok(does)
}

/// What is asked before so many reviews and messages are decided.
pub fn question(decision: Decision, reviews: usize, queues: &[InQueue], does: &Does) -> String {
    let verb = match decision {
        Decision::Redrive => "Redrive",
        Decision::Drop => "Drop",
    };
    let told = does.iter();
    let mut lines: Vec<String> = told
        .map(|(words, number)| format!("{}: {}", count(*number, "review"), sentence(words)))
        .collect();
    let reviews = Some(count(reviews, "review")).filter(|_| reviews > 0);
    let all: Vec<String> = reviews
        .into_iter()
        .chain(queues.iter().map(InQueue::words))
        .collect();
    let end = match decision {
        Decision::Redrive => "",
        Decision::Drop => " It cannot be taken back.",
    };
    lines.push(format!("{verb} {}?{end}", all.join(" and ")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_queue(listed: usize, depth: usize, whole: bool) -> InQueue {
        InQueue {
            name: "InboxDlq".to_owned(),
            listed,
            depth,
            whole,
        }
    }

    #[test]
    fn the_question_says_how_many_there_really_are() {
        let redrive =
            |reviews, queues: &[InQueue]| question(Decision::Redrive, reviews, queues, &Does::new());
        assert_eq!(
            redrive(12, &[of_queue(1, 1, true)]),
            "Redrive 12 reviews and 1 message of InboxDlq?"
        );
        assert_eq!(
            redrive(0, &[of_queue(100, 2340, true)]),
            "Redrive all of about 2340 messages of InboxDlq?"
        );
        assert_eq!(
            redrive(0, &[of_queue(100, 340, false)]),
            "Redrive 100 messages (of about 340) of InboxDlq?"
        );
    }

    #[test]
    fn before_many_are_dropped_it_says_what_that_does() {
        let does = Does::from([
            ("the event is not used".to_owned(), 1),
            ("the money is kept".to_owned(), 2),
        ]);
        assert_eq!(
            question(Decision::Drop, 3, &[], &does),
            "1 review: The event is not used.\n2 reviews: The money is kept.\nDrop 3 reviews? It cannot be taken back."
        );
    }
}
