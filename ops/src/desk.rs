//! The function `review-desk`, asked in the operator's name. Everything that is decided goes through it: operators need
//! the right to invoke it, and none to write the table.

use anyhow::{Context, Result};
use aws_sdk_lambda::primitives::Blob;
use domain::failure::{Failure, FailureName};
use serde_json::{Value, json};

use crate::aws::stopped;
use crate::exit::Stop;
use crate::stack::Stack;

/// The desk, and who asks.
pub struct Desk {
    lambda: aws_sdk_lambda::Client,
    function: String,
    by: String,
}

impl Desk {
    /// The desk of a stack; who asks is whoever AWS says the credentials are.
    ///
    /// # Errors
    /// [`crate::exit::Stop`] when AWS does not answer.
    pub async fn of(stack: &Stack) -> Result<Self> {
        let identity = aws_sdk_sts::Client::new(&stack.config)
            .get_caller_identity()
            .send()
            .await;
        let identity = identity.map_err(|error| stopped("asking who you are", &error))?;
        Ok(Self {
            lambda: stack.functions(),
            function: stack.output("ReviewDesk")?.to_owned(),
            by: identity.arn.context("AWS does not say who you are")?,
        })
    }

    /// Has something done, with a reason.
    ///
    /// # Errors
    /// The [`Failure`] the desk answers with; [`crate::exit::Stop`] when it cannot be reached.
    pub async fn decide(&self, mut input: Value, reason: Option<&str>) -> Result<Value> {
        input["by"] = json!(self.by);
        if let Some(reason) = reason {
            input["reason"] = json!(reason);
        }
        self.ask(input).await
    }

    /// Asks for something that changes nothing.
    ///
    /// # Errors
    /// As [`Desk::decide`].
    pub async fn ask(&self, mut input: Value) -> Result<Value> {
        input["schema"] = json!(1);
        self.call(&self.function, &input).await
    }

    /// Hands the desk what a service could not hand it.
    ///
    /// # Errors
    /// As [`Desk::decide`].
    pub async fn hand_over(&self, input: &Value) -> Result<Value> {
        self.call(&self.function, input).await
    }

    /// Calls a function of the stack, and waits for its answer.
    ///
    /// # Errors
    /// As [`Desk::decide`].
    pub async fn call(&self, function: &str, input: &Value) -> Result<Value> {
        let invoke = self.lambda.invoke().function_name(function);
        let answer = invoke.payload(Blob::new(input.to_string())).send().await;
        let answer = answer.map_err(|error| stopped(&format!("calling {function}"), &error))?;
        let said = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        match answer.function_error {
            None => Ok(said),
            Some(_) => Err(told(failure(&said))),
        }
    }
}

/// A failure of the desk; a review, a system or an event that it does not know is a wrong name.
pub fn told(failure: Failure) -> anyhow::Error {
    let opening = match (failure.name, failure.field.as_deref()) {
        (FailureName::Refused, Some("review")) => "there is no review",
        (FailureName::Refused, Some("system")) => "the system is none of",
        (FailureName::Refused, Some("event")) => "there is no payload",
        _ => return failure.into(),
    };
    match failure.what.starts_with(opening) {
        true => Stop::usage(failure.what).into(),
        false => failure.into(),
    }
}

/// The failure in a function's error.
fn failure(said: &Value) -> Failure {
    let message = said["errorMessage"]
        .as_str()
        .unwrap_or("it failed without a word");
    serde_json::from_str(message).unwrap_or_else(|_| {
        let kind = said["errorType"].as_str().unwrap_or("an error");
        Failure::new(
            FailureName::OutcomeUnknown,
            format!("the function ended with {kind}: {message}"),
        )
        .remedy("look into its log")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::{Exit, of};

    #[test]
    fn what_the_desk_does_not_know_is_a_wrong_name_and_what_it_refuses_is_not() {
        let exit = |what: &str, field: &str| of(&told(Failure::new(FailureName::Refused, what).field(field)));
        let unknown = "there is no review of this id; `odoo-heartland review list` shows those that are open";
        assert_eq!(exit(unknown, "review"), Exit::Usage);
        assert_eq!(exit("the system is none of gp-api, odoo", "system"), Exit::Usage);
        let gone = "there is no payload (any more) for this event";
        assert_eq!(exit(gone, "event"), Exit::Usage);
        assert_eq!(exit("odoo is not paused", "system"), Exit::Findings);
        assert_eq!(exit("the totals do not agree", "total_minor"), Exit::Findings);
    }

    #[test]
    fn a_functions_own_failure_is_read_and_any_other_is_told_as_it_is() {
        let own = Failure::new(FailureName::Refused, "there is no review of this id").field("review");
        let said = json!({"errorType": "Refused", "errorMessage": serde_json::to_string(&own).unwrap()});
        assert_eq!(failure(&said), own);
        let crash = failure(&json!({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"}));
        assert_eq!(crash.name, FailureName::OutcomeUnknown);
        assert!(crash.what.contains("Sandbox.Timedout: Task timed out"));
    }
}
