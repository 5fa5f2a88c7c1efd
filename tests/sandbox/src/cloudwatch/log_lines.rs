//! What the functions' logs tell of their invocations. The emulator gives each invocation a stream of its own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Metric, Millis, Sample, emf};
use crate::aws::settings;

/// As many events as one answer holds.
const PAGE: i32 = 10_000;

/// One invocation, from its lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Invocation {
    /// When it ended.
    pub at: Millis,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Whether it gave the platform an error.
    pub failed: bool,
    /// The metrics it wrote.
    pub samples: Vec<(Metric, Sample)>,
}

/// A log that is read on from where it was left.
pub(super) struct Log {
    client: aws_sdk_cloudwatchlogs::Client,
    group: String,
    from: Millis,
    seen: BTreeSet<String>,
}

/// A stream's lines, and when they were written.
type Streams = BTreeMap<String, (Millis, Vec<String>)>;

impl Log {
    /// A function's log, from a moment on.
    pub async fn open(endpoint: &str, group: &str, from: Millis) -> Self {
        Self {
            client: aws_sdk_cloudwatchlogs::Client::new(&settings(endpoint).await),
            group: group.to_owned(),
            from,
            seen: BTreeSet::new(),
        }
    }

    /// The invocations that have ended since the last time.
    ///
    /// # Errors
    /// When the log cannot be read, or an invocation wrote a line of metrics that CloudWatch would not take.
    pub async fn read(&mut self) -> Result<Vec<Invocation>> {
        let mut found = Vec::new();
        loop {
            let (streams, whole) = self.page().await?;
            for (stream, (at, lines)) in streams {
                self.from = self.from.max(at);
                if self.seen.insert(stream) {
                    found.push(invocation(at, &lines).with_context(|| format!("the log {}", self.group))?);
                }
            }
            if whole {
                return Ok(found);
            }
        }
    }

    /// The streams from where the log was left, and whether these are all. One that may be cut off is left for the next.
    async fn page(&self) -> Result<(Streams, bool)> {
        let ask = self.client.filter_log_events().log_group_name(&self.group);
        let answer = ask.start_time(self.from).limit(PAGE).send().await;
        let events = answer
            .with_context(|| format!("reading the log {}", self.group))?
            .events
            .unwrap_or_default();
        let whole = events.len() < PAGE as usize;
        let last = events.last().and_then(|event| event.timestamp);
        let mut streams = Streams::new();
        for event in events {
            let at = event.timestamp.unwrap_or_default();
            if !whole && Some(at) == last {
                continue;
            }
            let stream = streams.entry(event.log_stream_name.unwrap_or_default());
            let lines = event.message.unwrap_or_default();
            let lines = lines.lines().map(str::to_owned);
            stream.or_insert_with(|| (at, Vec::new())).1.extend(lines);
        }
        ensure!(
            whole || !streams.is_empty(),
            "{}: a full page of one moment",
            self.group
        );
        Ok((streams, whole))
    }
}

fn invocation(at: Millis, lines: &[String]) -> Result<Invocation> {
    let mut samples = Vec::new();
    for line in lines {
        let read = emf::samples(line, at).map_err(anyhow::Error::msg);
        samples.extend(read.with_context(|| format!("a line of metrics: {line}"))?);
    }
    Ok(Invocation {
        at,
        duration_ms: lines
            .iter()
            .find_map(|line| duration_ms(line))
            .unwrap_or_default(),
        failed: lines.iter().any(|line| is_error(line)),
        samples,
    })
}

/// What the platform reports at the end of an invocation.
fn duration_ms(line: &str) -> Option<f64> {
    let report = line.strip_prefix("REPORT ")?;
    let duration = report
        .split('\t')
        .find_map(|part| part.strip_prefix("Duration: "))?;
    duration.strip_suffix(" ms")?.parse().ok()
}

/// How the runtime's own line begins when it hands an error to the platform.
const ERRORS: [&str; 2] = ["FunctionError(", "user handler panicked"];

fn is_error(line: &str) -> bool {
    let line = serde_json::from_str::<Value>(line).unwrap_or_default();
    let message = line["message"].as_str().unwrap_or_default();
    line["level"] == "ERROR" && ERRORS.iter().any(|error| message.starts_with(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Millis = 1_790_000_000_000;

    fn lines(middle: &[&str]) -> Vec<String> {
        let report = "REPORT RequestId: 1\tDuration: 120 ms\tBilled Duration: 120 ms\tMemory Size: 256 MB\tMax Memory Used: 20 MB";
        let all = ["START RequestId: 1 Version: $LATEST"].iter().chain(middle);
        all.chain(&["END RequestId: 1", report])
            .map(|line| (*line).to_owned())
            .collect()
    }

    #[test]
    fn an_invocation_is_read_from_its_lines() {
        let metric = format!(
            r#"{{"_aws":{{"Timestamp":{AT},"CloudWatchMetrics":[{{"Namespace":"s","Dimensions":[[]],"Metrics":[{{"Name":"M"}}]}}]}},"M":3}}"#
        );
        let read = invocation(AT, &lines(&[r#"{"level":"WARN","message":"slow"}"#, &metric])).unwrap();
        assert_eq!((read.duration_ms, read.failed), (120.0, false));
        assert_eq!(
            read.samples,
            [(Metric::new("s", "M", &[]), Sample { at: AT, value: 3.0 })]
        );
    }

    #[test]
    fn an_error_given_to_the_platform_is_seen() {
        let line = r#"{"level":"ERROR","message":"FunctionError(Failure)"}"#;
        assert!(invocation(AT, &lines(&[line])).unwrap().failed);
        let own = r#"{"level":"ERROR","message":"breaker opened"}"#;
        assert!(!invocation(AT, &lines(&[own])).unwrap().failed);
    }

    #[test]
    fn a_malformed_line_of_metrics_is_not_passed_over() {
        assert!(invocation(AT, &lines(&[r#"{"_aws":{"Timestamp":0}}"#])).is_err());
    }
}
