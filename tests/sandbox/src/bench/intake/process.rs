//! An intake as one process, with an AWS of its own: what reaches the queue there is this process's.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::bench::build::Built;
use crate::bench::figures::Figures;
use crate::bench::platform::{Function, InstantAws, Log, Remotes};

/// What a process did with requests of one kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Done {
    /// From a request to its answer.
    pub figures: Figures,
    /// Requests that one process answers in a second, when it never waits for one.
    pub per_second: u64,
    /// Requests that reached the queue.
    pub queued: usize,
    /// Calls to AWS for a request, hundredths.
    pub calls: u64,
}

/// What a request has to come to.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The HTTP status of the answer.
    pub status: u64,
    /// Whether the request reaches the queue.
    pub is_handed_on: bool,
}

/// A running process, and what it did.
pub struct Process {
    function: &'static str,
    process: Function,
    aws: InstantAws,
    times: Vec<Duration>,
    queued: usize,
    calls: u64,
}

impl Process {
    /// Starts it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(built: &Built, remotes: &Remotes, function: &'static str) -> Result<Self> {
        let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
        let environment = remotes.environment(&aws.url, function);
        let log = Arc::<Log>::default();
        let process = Function::start(&built.executable(function), &environment, &log).await?;
        Ok(Self {
            function,
            process,
            aws,
            times: Vec::new(),
            queued: 0,
            calls: 0,
        })
    }

    /// Hands it a request, and takes what it puts into the queue. What only warms it up does not count.
    ///
    /// # Errors
    /// When it fails or answers otherwise than it has to. When a request that counts reaches the queue and must not, or
    /// must and does not: no handler is faster for that.
    pub async fn ask(&mut self, request: &Value, wanted: Wanted, counts: bool) -> Result<()> {
        let calls_before = self.aws.connections.requests();
        let (took, reply) = self.process.invoke(request).await.context(self.function)?;
        let answer = reply.answer().context(self.function)?;
        let answered = &answer["statusCode"];
        ensure!(
            answered == wanted.status,
            "{} answered with {answered} instead of {}: {}",
            self.function,
            wanted.status,
            answer["body"]
        );
        // Taken each time: a quarter of a megabyte in each of thousands of messages is more than has to be kept.
        let queue = self.aws.queue("inbox.fifo").context("there is no inbox")?;
        let queued = queue.drain().len();
        if counts {
            // Not while it warms up: even what is sent again and again is new once.
            let has_to = usize::from(wanted.is_handed_on);
            ensure!(
                queued == has_to,
                "{} put {queued} messages into the queue instead of {has_to}",
                self.function
            );
            self.times.push(took);
            self.queued += queued;
            self.calls += self.aws.connections.requests() - calls_before;
        }
        Ok(())
    }

    /// What it did; nothing when nothing counted.
    pub fn done(&self) -> Option<Done> {
        Some(Done {
            figures: Figures::of(&self.times)?,
            per_second: per_second(&self.times),
            queued: self.queued,
            calls: (self.calls * 100)
                .checked_div(self.times.len() as u64)
                .unwrap_or_default(),
        })
    }
}

/// How many of these fit into a second, one after the other.
fn per_second(times: &[Duration]) -> u64 {
    let spent = times.iter().sum::<Duration>().as_micros();
    let count = times.len() as u128 * 1_000_000;
    count
        .checked_div(spent)
        .map_or(0, |rate| u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_over_all_times_not_over_the_usual_one() {
        let times = [1, 1, 2].map(Duration::from_millis);
        assert_eq!(per_second(&times), 750);
        assert_eq!(per_second(&[]), 0);
    }
}
