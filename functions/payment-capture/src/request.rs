//! What the state machine asks for, and what it is answered.

use domain::failure::Failure;
use runtime::message::{self, PaymentFacts, Run};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step of a run about its payment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Request {
    /// Reserve the money, or verify what the shop's plugin has reserved or taken.
    Authorize(Step),
    /// Take the money.
    Capture(PaidStep),
    /// Let the money go.
    Void(Step),
}

/// A step that needs no payment to begin with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Step {
    /// Which run, and which version of the order.
    #[serde(flatten)]
    pub run: Run,
    /// A person has asked to try again after a refusal.
    #[serde(default)]
    pub redrive: bool,
}

/// A step about a payment that is there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PaidStep {
    /// Which run, and which version of the order.
    #[serde(flatten)]
    pub run: Run,
    /// The answer of the step `authorize`.
    pub payment: PaymentFacts,
    /// The goods are out (capture policy `on_delivery`).
    #[serde(default)]
    pub delivered: bool,
    /// A person has asked to try again after a refusal.
    #[serde(default)]
    pub redrive: bool,
}

impl Request {
    /// Reads a request; fields it does not know are ignored.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::Refused`].
    pub fn read(input: Value) -> Result<Self, Failure> {
        message::read(input)
    }
}

/// What became of a payment that was to be let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Released {
    /// The reservation, or the unsettled capture, is reversed.
    Voided,
    /// It had settled: the money is given back.
    Refunded,
    /// It is not ours to touch: the shop's plugin made it.
    Kept,
    /// There was no payment.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_for_a_call_by_hand_are_understood() {
        let samples = [
            include_str!("../../../events/lambda/payment-capture-authorize.json"),
            include_str!("../../../events/lambda/payment-capture-capture.json"),
            include_str!("../../../events/lambda/payment-capture-void.json"),
        ];
        for sample in samples {
            serde_json::from_str::<Request>(sample).unwrap();
        }
    }
}
