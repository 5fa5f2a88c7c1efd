//! The loop: gather, decide, set.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::log_lines::Log;
use super::services::{self, Run};
use super::{Alarm, Metric, Metrics, Millis, Sample, State, alarms, now};
use crate::aws::{Aws, Deployed, STACK, messages, settings};

/// A function whose log is read.
struct Function {
    name: String,
    timeout_ms: f64,
    log: Log,
}

/// What does CloudWatch's work for a deployed stack. One at a time: two would set the same alarms.
pub struct StandIn {
    aws: Aws,
    http: reqwest::Client,
    client: aws_sdk_cloudwatch::Client,
    deployed: Deployed,
    functions: Vec<Function>,
    queues: Vec<String>,
    runs: BTreeMap<String, Run>,
    /// What was gathered, and what is put beside it.
    pub metrics: Metrics,
}

impl StandIn {
    /// Begins with what the stack's functions have logged since then.
    ///
    /// # Errors
    /// When the emulator does not list the stack's functions and queues.
    pub async fn of(deployed: &Deployed, since: Millis) -> Result<Self> {
        let aws = Aws::connect(&deployed.endpoint).await;
        let mut functions = Vec::new();
        for (name, group, timeout_s) in aws.functions(STACK).await? {
            let log = Log::open(&deployed.endpoint, &group, since).await;
            let timeout_ms = f64::from(timeout_s) * 1000.0;
            functions.push(Function {
                name,
                timeout_ms,
                log,
            });
        }
        Ok(Self {
            http: reqwest::Client::new(),
            client: aws_sdk_cloudwatch::Client::new(&settings(&deployed.endpoint).await),
            queues: aws.queues(STACK).await?,
            aws,
            deployed: deployed.clone(),
            functions,
            runs: BTreeMap::new(),
            metrics: Metrics::default(),
        })
    }

    /// Everything that is new: lines of metrics, invocations, messages in queues, runs.
    ///
    /// # Errors
    /// When the emulator does not answer, or a function wrote a line of metrics that CloudWatch would not take.
    pub async fn gather(&mut self) -> Result<()> {
        let mut found = Vec::new();
        let (intake, api) = (
            self.deployed.output("WebhookIntake")?,
            self.deployed.output("ApiId")?,
        );
        for function in &mut self.functions {
            for invocation in function.log.read().await? {
                found.extend(services::of_invocation(
                    &function.name,
                    function.timeout_ms,
                    &invocation,
                ));
                if function.name == intake {
                    found.extend(services::of_request(api, &invocation));
                }
                found.extend(invocation.samples);
            }
        }
        let waiting = messages(&self.http, &self.deployed).await?;
        found.extend(services::of_queues(&self.queues, &waiting, now()));
        found.extend(self.runs().await?);
        for (metric, sample) in found {
            self.metrics.put(metric, sample);
        }
        Ok(())
    }

    async fn runs(&mut self) -> Result<Vec<(Metric, Sample)>> {
        let mut seen = BTreeMap::new();
        for run in self.aws.listed(&self.deployed).await? {
            let ended = run
                .stop_date
                .and_then(|at| Some((at.to_millis().ok()?, run.status)));
            let began = run.start_date.to_millis().unwrap_or_default();
            seen.insert(
                run.execution_arn,
                Run {
                    machine: run.state_machine_arn,
                    began,
                    ended,
                },
            );
        }
        let mut found = services::of_runs(&self.runs, &seen);
        let new = |(arn, run): &(&String, &Run)| {
            run.ended.is_some() && self.runs.get(*arn).is_none_or(|known| known.ended.is_none())
        };
        for (arn, _) in seen.iter().filter(new) {
            let entered = self.aws.history(arn).await?.into_iter();
            let entered = entered.filter(|event| event.state_entered_event_details.is_some());
            let times = entered.filter_map(|event| event.timestamp.to_millis().ok());
            found.extend(times.map(services::of_transition));
        }
        self.runs = seen;
        Ok(found)
    }

    /// The alarms of the stack, with the state the emulator shows.
    ///
    /// # Errors
    /// When they cannot be listed, or one is of a kind that is not understood.
    pub async fn alarms(&self) -> Result<Vec<Alarm>> {
        alarms::list(&self.client, STACK).await
    }

    /// Decides every alarm at a moment and sets those that change; gives the changed ones with their new state.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn decide(&self, at: Millis) -> Result<Vec<Alarm>> {
        let mut changed = Vec::new();
        for alarm in self.alarms().await? {
            changed.extend(self.decide_one(alarm, at).await?);
        }
        Ok(changed)
    }

    /// [`Self::decide`] for one alarm.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn decide_one(&self, mut alarm: Alarm, at: Millis) -> Result<Option<Alarm>> {
        let state = alarm.decide(&self.metrics, at);
        if state == alarm.state {
            return Ok(None);
        }
        let reason = match state {
            State::Alarm => "Threshold crossed",
            State::Ok => "Threshold no longer crossed",
            State::InsufficientData => "Insufficient data",
        };
        alarms::set(&self.client, &alarm.name, state, reason).await?;
        alarm.state = state;
        Ok(Some(alarm))
    }

    /// The body of the stack's dashboard.
    ///
    /// # Errors
    /// When the stack has none.
    pub async fn dashboard(&self) -> Result<String> {
        let name = self.deployed.output("Dashboard")?;
        let found = self.client.get_dashboard().dashboard_name(name).send().await;
        let body = found
            .with_context(|| format!("the dashboard {name}"))?
            .dashboard_body;
        body.with_context(|| format!("the dashboard {name} is empty"))
    }
}
