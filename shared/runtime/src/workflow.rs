//! The workflow engine: start a run, answer a waiting step, ask how a run stands.

mod memory;

pub use memory::{Answered, MemoryWorkflow, MemoryWorkflowState};

use crate::{
    aws_error::{answered_with, aws_failure},
    limits, work,
};
use async_trait::async_trait;
use aws_sdk_sfn::types::ExecutionStatus;
use domain::failure::Failure;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::collections::BTreeSet;

/// What came of starting a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It runs. The execution's ARN.
    New(String),
    /// A run of this name was started before; names stay taken for 90 days.
    AlreadyExists,
}

/// What came of answering a waiting step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The step has it.
    Delivered,
    /// Nobody waits any more. Counts as delivered: the ledger, not the token, is the truth.
    Gone,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It is going on.
    Running,
    /// It ended as it should.
    Succeeded,
    /// It failed, timed out or was stopped.
    Broken,
    /// There is no run of this name (any more).
    Unknown,
}

/// What came of redriving a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redriven {
    /// The same execution goes on from the state it failed in, with the input it had there.
    Goes,
    /// It cannot be redriven: it did not fail, ended more than 14 days ago, or the service does not know how.
    NotPossible,
}

/// The workflow engine.
#[async_trait]
pub trait Workflow: Send + Sync {
    /// Starts the run `name` with `input`, in the trace of what is being worked on.
    ///
    /// # Errors
    /// Those of [`aws_failure`]; [`limits::run_name`] and [`limits::small_json`].
    async fn start(&self, name: &str, input: &Value) -> Result<Started, Failure>;

    /// Answers the step waiting under `token` with its output.
    ///
    /// # Errors
    /// Those of [`aws_failure`]; a token nobody waits for is no error.
    async fn succeed(&self, token: &SecretString, output: &Value) -> Result<Answer, Failure>;

    /// Answers the step waiting under `token` with a failure: `error` is the name its `Catch` sees, `cause` is
    /// for people.
    ///
    /// # Errors
    /// As [`Workflow::succeed`].
    async fn fail(&self, token: &SecretString, error: &str, cause: &str) -> Result<Answer, Failure>;

    /// How the run `name` stands.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn state(&self, name: &str) -> Result<RunState, Failure>;

    /// Runs that go on, by name, the newest first: many with one call. One that has just begun or ended may be missing
    /// or be there, and of very many not all are told: whoever is not there is asked for.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn running(&self) -> Result<BTreeSet<String>, Failure> {
        Ok(BTreeSet::new())
    }

    /// Lets the run `name`, which has failed, go on from the state it failed in.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn redrive(&self, name: &str) -> Result<Redriven, Failure>;
}

/// The codes of an answer nobody waits for.
const GONE_CODES: [&str; 3] = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];

/// The codes of a run that cannot be redriven, and of services that do not know the call.
const NOT_REDRIVABLE_CODES: [&str; 5] = [
    "ExecutionNotRedrivable",
    "ExecutionDoesNotExist",
    "InvalidAction",
    "UnknownOperationException",
    "UnsupportedOperation",
];

/// Runs of one answer; the service gives no more.
const RUNS_PER_PAGE: i32 = 1000;
/// Answers that are asked for at most: the service has 200 at once, and five a second.
const RUN_PAGES_MAX: usize = 50;

/// AWS Step Functions.
pub struct StepFunctions {
    client: aws_sdk_sfn::Client,
    machine_arn: String,
}

impl StepFunctions {
    /// The state machine `machine_arn`. Answering tokens needs no machine: give an empty text.
    pub fn new(client: aws_sdk_sfn::Client, machine_arn: impl Into<String>) -> Self {
        Self {
            client,
            machine_arn: machine_arn.into(),
        }
    }

    /// `arn:…:stateMachine:name` → `arn:…:execution:name:run`.
    fn execution_arn(&self, run: &str) -> String {
        format!(
            "{}:{run}",
            self.machine_arn.replacen(":stateMachine:", ":execution:", 1)
        )
    }
}

#[async_trait]
impl Workflow for StepFunctions {
    async fn start(&self, name: &str, input: &Value) -> Result<Started, Failure> {
        limits::run_name(name)?;
        let input = limits::small_json("a run's input", input)?;
        let request = self.client.start_execution().state_machine_arn(&self.machine_arn);
        let request = request.set_trace_header(work::trace().map(|trace| trace.header()));
        match request.name(name).input(input).send().await {
            Ok(started) => Ok(Started::New(started.execution_arn)),
            Err(error) if answered_with(&error, &["ExecutionAlreadyExists"]) => Ok(Started::AlreadyExists),
            Err(error) => Err(aws_failure("starting a run", &error)),
        }
    }

    async fn succeed(&self, token: &SecretString, output: &Value) -> Result<Answer, Failure> {
        let output = limits::small_json("a step's output", output)?;
        let request = self.client.send_task_success().task_token(token.expose_secret());
        match request.output(output).send().await {
            Ok(_) => Ok(Answer::Delivered),
            Err(error) if answered_with(&error, &GONE_CODES) => Ok(Answer::Gone),
            Err(error) => Err(aws_failure("answering a waiting step", &error)),
        }
    }

    async fn fail(&self, token: &SecretString, error: &str, cause: &str) -> Result<Answer, Failure> {
        let request = self.client.send_task_failure().task_token(token.expose_secret());
        match request.error(error).cause(cause).send().await {
            Ok(_) => Ok(Answer::Delivered),
            Err(error) if answered_with(&error, &GONE_CODES) => Ok(Answer::Gone),
            Err(error) => Err(aws_failure("answering a waiting step", &error)),
        }
    }

    async fn state(&self, name: &str) -> Result<RunState, Failure> {
        let request = self
            .client
            .describe_execution()
            .execution_arn(self.execution_arn(name));
        match request.send().await {
            Ok(run) => Ok(match run.status.as_str() {
                "RUNNING" | "PENDING_REDRIVE" => RunState::Running,
                "SUCCEEDED" => RunState::Succeeded,
                _ => RunState::Broken,
            }),
            Err(error) if answered_with(&error, &["ExecutionDoesNotExist"]) => Ok(RunState::Unknown),
            Err(error) => Err(aws_failure("asking for a run", &error)),
        }
    }

    async fn running(&self) -> Result<BTreeSet<String>, Failure> {
        let request = self
            .client
            .list_executions()
            .state_machine_arn(&self.machine_arn)
            .status_filter(ExecutionStatus::Running);
        let mut pages = request.max_results(RUNS_PER_PAGE).into_paginator().send();
        let mut running = BTreeSet::new();
        for _ in 0..RUN_PAGES_MAX {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| aws_failure("asking for runs", &error))?;
            running.extend(page.executions.into_iter().map(|run| run.name));
        }
        Ok(running)
    }

    async fn redrive(&self, name: &str) -> Result<Redriven, Failure> {
        let arn = self.execution_arn(name);
        match self.client.redrive_execution().execution_arn(arn).send().await {
            Ok(_) => Ok(Redriven::Goes),
            Err(error) if answered_with(&error, &NOT_REDRIVABLE_CODES) => Ok(Redriven::NotPossible),
            Err(error) => Err(aws_failure("redriving a run", &error)),
        }
    }
}
