//! Runs of the state machine.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus, HistoryEvent};
use serde_json::Value;

use super::{Aws, Deployed};

/// A run of the state machine.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its ARN.
    pub arn: String,
    /// `{slug}-{generation}`.
    pub name: String,
    /// Whether it runs, or how it ended.
    pub status: ExecutionStatus,
    /// What it was started with.
    pub input: Value,
    /// What it ended with, when it succeeded.
    pub output: Option<Value>,
    /// Name and cause of its error, when it failed.
    pub error: Option<(String, String)>,
}

impl Aws {
    /// Starts a run under a name; returns its ARN.
    ///
    /// # Errors
    /// When the name is taken, or the emulator refuses.
    pub async fn start(&self, deployed: &Deployed, name: &str, input: &Value) -> Result<String> {
        let machine = deployed.output("StateMachine")?;
        let start = self
            .sfn
            .start_execution()
            .state_machine_arn(machine)
            .name(name)
            .input(input.to_string());
        Ok(start
            .send()
            .await
            .with_context(|| format!("starting the run {name}"))?
            .execution_arn)
    }

    /// All runs, newest first.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn executions(&self, deployed: &Deployed) -> Result<Vec<Execution>> {
        let mut found = Vec::new();
        for run in self.listed(deployed).await? {
            found.push(self.execution(&run.execution_arn).await?);
        }
        Ok(found)
    }

    /// Names of all runs, with whether they run or how they ended: cheaper than [`Self::executions`].
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn states(&self, deployed: &Deployed) -> Result<BTreeMap<String, ExecutionStatus>> {
        let runs = self.listed(deployed).await?;
        Ok(runs.into_iter().map(|run| (run.name, run.status)).collect())
    }

    /// What the emulator lists of all runs.
    pub(crate) async fn listed(&self, deployed: &Deployed) -> Result<Vec<ExecutionListItem>> {
        let list = self
            .sfn
            .list_executions()
            .state_machine_arn(deployed.output("StateMachine")?);
        let listed = list.into_paginator().items().send();
        listed.try_collect().await.context("listing the runs")
    }

    /// One run.
    ///
    /// # Errors
    /// When there is none.
    pub async fn execution(&self, arn: &str) -> Result<Execution> {
        let seen = self.sfn.describe_execution().execution_arn(arn).send().await;
        let seen = seen.with_context(|| format!("looking at the run {arn}"))?;
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Execution {
            arn: seen.execution_arn,
            name: seen.name.unwrap_or_default(),
            status: seen.status,
            input: json(seen.input).unwrap_or_default(),
            output: json(seen.output),
            error: seen.error.map(|error| (error, seen.cause.unwrap_or_default())),
        })
    }

    /// Waits until a run has ended.
    ///
    /// # Errors
    /// When it still runs after `patience`.
    pub async fn ended(&self, arn: &str, patience: Duration) -> Result<Execution> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let seen = self.execution(arn).await?;
            if seen.status != ExecutionStatus::Running {
                return Ok(seen);
            }
            if tokio::time::Instant::now() > deadline {
                let path = self.path(arn).await?.join(" → ");
                bail!(
                    "the run {} still runs after {} s: {path}",
                    seen.name,
                    patience.as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Everything that happened in a run.
    ///
    /// # Errors
    /// When there is none.
    pub async fn history(&self, arn: &str) -> Result<Vec<HistoryEvent>> {
        let pages = self
            .sfn
            .get_execution_history()
            .execution_arn(arn)
            .into_paginator()
            .items()
            .send();
        pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .with_context(|| format!("reading the history of {arn}"))
    }

    /// The states a run went through: what AWS counts as its transitions, retries apart.
    ///
    /// # Errors
    /// When there is none.
    pub async fn path(&self, arn: &str) -> Result<Vec<String>> {
        let events = self.history(arn).await?.into_iter();
        Ok(events
            .filter_map(|event| Some(event.state_entered_event_details?.name))
            .collect())
    }

    /// Answers a task token.
    ///
    /// # Errors
    /// When nobody waits for it.
    pub async fn succeed(&self, token: &str, output: &Value) -> Result<()> {
        let answer = self
            .sfn
            .send_task_success()
            .task_token(token)
            .output(output.to_string());
        answer.send().await.context("answering a task token")?;
        Ok(())
    }
}
