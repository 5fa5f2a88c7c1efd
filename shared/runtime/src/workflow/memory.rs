//! A workflow engine in memory, for tests.

use super::{Answer, Redriven, RunState, Started, Workflow};
use crate::limits;
use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A workflow engine in memory, for tests.
#[derive(Default)]
pub struct MemoryWorkflow {
    inner: Mutex<MemoryWorkflowState>,
}

/// What a waiting step got: its output, or error and cause.
pub type Answered = Result<Value, (String, String)>;

/// What a [`MemoryWorkflow`] has seen.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorkflowState {
    /// Runs by name: input and state.
    pub runs: BTreeMap<String, (Value, RunState)>,
    /// Answers in order: the token and what it was answered with.
    pub answers: Vec<(String, Answered)>,
    /// Tokens nobody waits for.
    pub gone_tokens: Vec<String>,
    /// Whether runs that failed can be redriven.
    pub redrivable: bool,
    /// How many of the next calls fail as an unreachable service would.
    pub failures_left: usize,
    /// How often it was asked how a run stands.
    pub looks: usize,
}

impl MemoryWorkflow {
    /// What it has seen, and what it will do: tests may change it.
    pub fn seen(&self) -> MutexGuard<'_, MemoryWorkflowState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reached(&self) -> Result<MutexGuard<'_, MemoryWorkflowState>, Failure> {
        let mut state = self.seen();
        if state.failures_left > 0 {
            state.failures_left -= 1;
            let what = "calling the workflow engine: no answer";
            return Err(Failure::new(FailureName::SystemUnavailable, what));
        }
        Ok(state)
    }

    fn answer(&self, token: &SecretString, with: Answered) -> Result<Answer, Failure> {
        let mut state = self.reached()?;
        let token = token.expose_secret().to_owned();
        if token.is_empty() {
            // Not one of the codes of an answer nobody waits for.
            let what = "answering a waiting step: ValidationException";
            return Err(Failure::new(FailureName::Refused, what));
        }
        if state.gone_tokens.contains(&token) {
            return Ok(Answer::Gone);
        }
        state.gone_tokens.push(token.clone());
        state.answers.push((token, with));
        Ok(Answer::Delivered)
    }
}

#[async_trait]
impl Workflow for MemoryWorkflow {
    async fn start(&self, name: &str, input: &Value) -> Result<Started, Failure> {
        limits::run_name(name)?;
        limits::small_json("a run's input", input)?;
        let mut state = self.reached()?;
        if state.runs.contains_key(name) {
            return Ok(Started::AlreadyExists);
        }
        state
            .runs
            .insert(name.to_owned(), (input.clone(), RunState::Running));
        Ok(Started::New(format!("arn:memory:{name}")))
    }

    async fn succeed(&self, token: &SecretString, output: &Value) -> Result<Answer, Failure> {
        limits::small_json("a step's output", output)?;
        self.answer(token, Ok(output.clone()))
    }

    async fn fail(&self, token: &SecretString, error: &str, cause: &str) -> Result<Answer, Failure> {
        self.answer(token, Err((error.to_owned(), cause.to_owned())))
    }

    async fn state(&self, name: &str) -> Result<RunState, Failure> {
        let mut state = self.reached()?;
        state.looks += 1;
        Ok(state
            .runs
            .get(name)
            .map_or(RunState::Unknown, |(_, state)| *state))
    }

    async fn running(&self) -> Result<BTreeSet<String>, Failure> {
        let state = self.reached()?;
        let running = state
            .runs
            .iter()
            .filter(|(_, (_, run))| *run == RunState::Running);
        Ok(running.map(|(name, _)| name.clone()).collect())
    }

    async fn redrive(&self, name: &str) -> Result<Redriven, Failure> {
        let mut state = self.reached()?;
        let redrivable = state.redrivable;
        match state.runs.get_mut(name) {
            Some((_, run)) if redrivable && *run == RunState::Broken => {
                *run = RunState::Running;
                Ok(Redriven::Goes)
            }
            _ => Ok(Redriven::NotPossible),
        }
    }
}
