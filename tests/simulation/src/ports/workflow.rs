//! The workflow engine.

use super::{aws_failure, aws_patience_ms};
use crate::{
    fault::Port,
    gate::{Gate, Passage},
};
use async_trait::async_trait;
use domain::failure::Failure;
use runtime::{
    limits,
    workflow::{Answer, Redriven, RunState, Started, Workflow},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// The workflow engine through the gate.
pub struct WorkflowPort {
    /// The gate.
    pub gate: Gate,
}

fn passage(operation: &'static str, subject: &str) -> Passage {
    Passage {
        port: Port::Workflow,
        operation,
        subject: subject.to_owned(),
        changes: operation != "describe",
        patience_ms: aws_patience_ms(),
    }
}

#[async_trait]
impl Workflow for WorkflowPort {
    async fn start(&self, name: &str, input: &Value) -> Result<Started, Failure> {
        limits::run_name(name)?;
        limits::small_json("a run's input", input)?;
        let (world, run, input) = (self.gate.world.clone(), name.to_owned(), input.clone());
        let effect = async move { Ok(world.start_run(&run, input)) };
        self.gate.call(passage("start", name), effect, aws_failure).await
    }

    async fn succeed(&self, token: &SecretString, output: &Value) -> Result<Answer, Failure> {
        limits::small_json("a step's output", output)?;
        self.answer("succeed", token, Ok(output.clone())).await
    }

    async fn fail(&self, token: &SecretString, error: &str, cause: &str) -> Result<Answer, Failure> {
        self.answer("fail", token, Err((error.to_owned(), cause.to_owned())))
            .await
    }

    async fn state(&self, name: &str) -> Result<RunState, Failure> {
        let (world, run) = (self.gate.world.clone(), name.to_owned());
        let effect = async move { Ok(world.run_state(&run)) };
        self.gate
            .call(passage("describe", name), effect, aws_failure)
            .await
    }

    /// The interpreter cannot: the desk starts the run again, as it does after 14 days.
    async fn redrive(&self, _: &str) -> Result<Redriven, Failure> {
        Ok(Redriven::NotPossible)
    }
}

impl WorkflowPort {
    async fn answer(
        &self,
        operation: &'static str,
        token: &SecretString,
        with: Result<Value, (String, String)>,
    ) -> Result<Answer, Failure> {
        let (world, token) = (self.gate.world.clone(), token.expose_secret().to_owned());
        let passage = passage(operation, &token);
        let effect = async move { Ok(world.answer_token(&token, with)) };
        self.gate.call(passage, effect, aws_failure).await
    }
}
