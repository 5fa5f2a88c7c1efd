//! What the state machine asks for.

use domain::{decide::OrderState, outcome::Outcome};
use runtime::message::{PaymentFacts, RecordRef, Run};
use serde::{Deserialize, Serialize};

/// A step of a run about the shop. Fields that are not known are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Request {
    /// Tell the shop how the run ended.
    Notify(Notify),
    /// Close the order item although the shop could not be told.
    Close(Close),
}

/// The step `notify`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Notify {
    /// Which run.
    #[serde(flatten)]
    pub run: Run,
    /// How it ended.
    pub outcome: Outcome,
    /// Closes the order item, too: saves the state machine a transition.
    #[serde(default)]
    pub close: Option<Closing>,
    /// The payment, when there is one.
    #[serde(default)]
    pub payment: Option<PaymentFacts>,
    /// The sales order, when it was written.
    #[serde(default)]
    pub sale_order: Option<RecordRef>,
    /// The invoice, when it was posted.
    #[serde(default)]
    pub invoice: Option<RecordRef>,
    /// What became of the payment of an order that did not go on, when there was one.
    #[serde(default)]
    pub let_go: Option<LetGo>,
    /// Whether the goods have left, as far as the run knows.
    #[serde(default)]
    pub delivered: bool,
    /// A person has asked to try again after a refusal.
    #[serde(default)]
    pub redrive: bool,
}

/// What became of a payment that was to be let go, where the outcome's usual note would tell the shop's staff
/// something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetGo {
    /// It had settled: the money is given back.
    Refunded,
    /// It is not ours to touch: the shop's plugin made it.
    Kept,
    /// It could not be let go yet; there is a review.
    Failed,
    /// Released, or there was none.
    #[serde(other)]
    Done,
}

impl LetGo {
    /// What the shop's staff has to know.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Refunded => Some("The order did not go on. The payment has been refunded."),
            Self::Kept => Some(
                "The order did not go on. The payment was made by the shop's own plugin and was left as it is: \
                 please void or refund it in the shop.",
            ),
            Self::Failed => Some(
                "The order did not go on. The payment could not be released yet; somebody has been asked to look at it.",
            ),
            Self::Done => None,
        }
    }
}

/// The step `close`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Close {
    /// Which run.
    #[serde(flatten)]
    pub run: Run,
    /// Where the order stands from now on.
    pub state: Closing,
    /// How the run ended: what the shop would have been told.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// Where an order stands after its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Paid and invoiced.
    Completed,
    /// Ended otherwise: a new payment of the customer opens a new run.
    Closed,
}

impl From<Closing> for OrderState {
    fn from(closing: Closing) -> Self {
        match closing {
            Closing::Completed => Self::Completed,
            Closing::Closed => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_for_a_call_by_hand_are_understood() {
        let samples = [
            include_str!("../../../events/lambda/order-notifier-declined.json"),
            include_str!("../../../events/lambda/order-notifier-paid.json"),
        ];
        for sample in samples {
            serde_json::from_str::<Request>(sample).unwrap();
        }
    }
}
