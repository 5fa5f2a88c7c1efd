//! A step of a run that stopped, as the state machine reports it: parked when the run waits for a decision.

use crate::{
    desk::Desk,
    outcome::{self, Payer},
    plain::plain,
    redrive::Redrive,
};
use domain::failure::{Failure, FailureName};
use runtime::{
    message::{Run, task_token},
    stores::NewReview,
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// What the state machine says.
#[derive(Deserialize)]
pub(crate) struct StoppedStep {
    /// Which run.
    #[serde(flatten)]
    pub run: Run,
    /// `authorize`, `write-order`, …
    pub step: String,
    /// The error's name: one of ours, or the platform's.
    pub error: String,
    /// What the step said, perhaps cut off.
    #[serde(default)]
    pub cause: String,
    /// The execution.
    #[serde(default)]
    pub execution: Option<String>,
    /// Whether the goods have left, as far as the run knows.
    #[serde(default)]
    pub delivered: bool,
    /// The payment it holds, when it holds one.
    #[serde(default)]
    pub payment: Value,
    /// Whoever waits for the decision.
    #[serde(default, deserialize_with = "usable_token")]
    pub token: Option<SecretString>,
}

/// A token that can be nobody's is none: the review is opened all the same.
fn usable_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(task_token(Value::deserialize(deserializer)?).ok())
}

impl Desk {
    /// The same step stopped by the same error is one review; the newest token wins.
    pub(crate) async fn open_stopped(&self, stopped: StoppedStep) -> Result<Value, Failure> {
        let waits = stopped.token.is_some();
        let stopped = StoppedStep {
            step: plain(&stopped.step).to_owned(),
            error: plain(&stopped.error).to_owned(),
            execution: stopped.execution.as_deref().map(plain).map(str::to_owned),
            ..stopped
        };
        let redrive = match waits {
            true => Redrive::Parked {
                run: stopped.run.clone(),
                step: stopped.step.clone(),
                delivered: stopped.delivered,
            },
            false => Redrive::Nothing,
        };
        let review = NewReview {
            about: about(&stopped.run, &stopped.step, &stopped.error),
            why: why(&stopped, waits),
            order: Some(stopped.run.order),
            doing: stopped.step,
            input: stopped.execution,
            redrive: redrive.stored(),
            token: stopped.token,
        };
        Ok(json!({"review": self.open(review).await?}))
    }
}

/// What makes a stopped step one review.
pub(crate) fn about(run: &Run, step: &str, error: &str) -> String {
    format!("run/{}/{step}/{error}", run.effect_key())
}

fn why(stopped: &StoppedStep, waits: bool) -> Failure {
    let said = serde_json::from_str::<Value>(&stopped.cause)
        .ok()
        .and_then(failure_in);
    let failure = said.unwrap_or_else(|| {
        let name = serde_json::from_value(json!(stopped.error)).unwrap_or(FailureName::OutcomeUnknown);
        Failure::new(
            name,
            format!("the step {} ended with {}", stopped.step, stopped.error),
        )
    });
    let failure = match stopped.delivered {
        true => Failure {
            what: format!("{}; the goods have left", failure.what),
            ..failure
        },
        false => failure,
    };
    let remedy = remedy(stopped, failure.remedy.as_deref(), waits);
    failure.remedy(remedy)
}

/// What a person does about a stop: what it says of it itself, and above all what dropping it does to the money.
fn remedy(stopped: &StoppedStep, said: Option<&str>, waits: bool) -> String {
    let (step, payer) = (stopped.step.as_str(), Payer::of_payment(&stopped.payment));
    if !waits {
        let generic = "look at the order in all three systems, put right what is left, then drop this";
        return said.unwrap_or(generic).to_owned();
    }
    let dropped = outcome::dropped(step, stopped.delivered, payer);
    match said {
        Some(said) if outcome::is_about_money(step, payer) => format!("{said}. To drop it means: {dropped}"),
        Some(said) => said.to_owned(),
        None if step == "write-invoice" => format!(
            "mend what is wrong, then redrive; drop it only when payment and invoice are in the books: {dropped}"
        ),
        None if stopped.delivered => format!(
            "mend what is wrong, then redrive; drop it only when the goods are paid otherwise, or written off: {dropped}"
        ),
        None => format!("mend what is wrong, then redrive; or drop it: {dropped}"),
    }
}

/// A failure of ours: as a writer gives it, or as Lambda wraps it (`{"errorType", "errorMessage"}`).
fn failure_in(cause: Value) -> Option<Failure> {
    if let Some(wrapped) = cause.get("errorMessage").and_then(Value::as_str) {
        return serde_json::from_str(wrapped).ok();
    }
    serde_json::from_value(cause).ok()
}
