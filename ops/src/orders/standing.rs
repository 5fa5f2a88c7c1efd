//! How an order stands. Pure.

use clap::ValueEnum;
use domain::decide::OrderState;
use domain::outcome::Outcome;
use runtime::stores::OrderItem;
use serde::Serialize;

use super::step::At;

/// What every unfinished order is one of.
pub const UNFINISHED: [Standing; 3] = [Standing::InWork, Standing::WaitingForDelivery, Standing::InReview];

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Every order that is not finished: the three below.
    ///
    /// As the state of a listed order: which of the three could not be found out.
    Open,
    /// A run works on it, or waits for a system.
    InWork,
    /// It waits for the goods to leave.
    WaitingForDelivery,
    /// It waits for a person.
    InReview,
    /// Paid and invoiced.
    Completed,
    /// Ended otherwise: the five below.
    Closed,
    /// The card was declined.
    Declined,
    /// The payment token expired; the customer was asked to pay again.
    TokenExpired,
    /// Dropped, or lapsed.
    Cancelled,
    /// The capture was refused.
    CaptureRefused,
    /// It could not be accepted.
    Rejected,
}

impl Standing {
    /// The word for it, as people and `--state` spell it.
    pub fn word(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Whether an order that stands so is listed when `asked` is asked for.
    pub fn is_listed(self, asked: Self) -> bool {
        self == asked
            || match asked {
                Self::Open => UNFINISHED.contains(&self),
                // Where it is could not be found out: it may be there.
                Self::InWork | Self::WaitingForDelivery | Self::InReview => self == Self::Open,
                Self::Closed => !matches!(
                    self,
                    Self::Open | Self::InWork | Self::WaitingForDelivery | Self::InReview | Self::Completed
                ),
                _ => false,
            }
    }
}

/// How an unfinished order stands, by the step of its run and whether somebody has to decide.
pub fn of_run(at: &At, has_review: bool) -> Standing {
    match at {
        _ if has_review => Standing::InReview,
        At::Step(step) => match step.as_str() {
            "Park" => Standing::InReview,
            "WaitForDelivery" | "CheckDelivery" => Standing::WaitingForDelivery,
            _ => Standing::InWork,
        },
        At::NotBegun => Standing::InWork,
        At::Unknown(_) => Standing::Open,
    }
}

/// How a finished order stands, by what it was told to the shop as.
pub fn of_ended(item: &OrderItem) -> Standing {
    match (item.state, item.our_writes.last().map(|write| write.outcome)) {
        (OrderState::Completed, _) => Standing::Completed,
        (_, Some(Outcome::Declined)) => Standing::Declined,
        (_, Some(Outcome::TokenExpired)) => Standing::TokenExpired,
        (_, Some(Outcome::Cancelled)) => Standing::Cancelled,
        (_, Some(Outcome::CaptureRefused)) => Standing::CaptureRefused,
        (_, Some(Outcome::Rejected)) => Standing::Rejected,
        _ => Standing::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_order_stands_where_its_run_is() {
        let at = |step: &str| At::Step(step.to_owned());
        assert_eq!(of_run(&at("Park"), false), Standing::InReview);
        assert_eq!(
            of_run(&at("WaitForDelivery"), false),
            Standing::WaitingForDelivery
        );
        assert_eq!(of_run(&at("WaitForDelivery"), true), Standing::InReview);
        assert_eq!(of_run(&at("WriteOrder"), false), Standing::InWork);
        assert_eq!(of_run(&At::NotBegun, false), Standing::InWork);
    }

    #[test]
    fn an_order_whose_step_is_not_known_is_in_every_list_it_may_belong_to() {
        let unknown = At::Unknown("Throttled".to_owned());
        assert_eq!(of_run(&unknown, true), Standing::InReview);
        let state = of_run(&unknown, false);
        assert!(UNFINISHED.iter().all(|asked| state.is_listed(*asked)) && state.is_listed(Standing::Open));
        assert!(!state.is_listed(Standing::Closed) && !state.is_listed(Standing::Completed));
    }

    #[test]
    fn open_and_closed_are_all_of_theirs() {
        use Standing::*;
        for state in [InWork, WaitingForDelivery, InReview] {
            assert!(state.is_listed(Open) && !state.is_listed(Closed) && !state.is_listed(Completed));
        }
        for state in [
            Closed,
            Declined,
            TokenExpired,
            Cancelled,
            CaptureRefused,
            Rejected,
        ] {
            assert!(state.is_listed(Closed) && !state.is_listed(Open));
        }
        assert!(Completed.is_listed(Completed) && !Completed.is_listed(Closed) && !Completed.is_listed(Open));
        assert!(!Declined.is_listed(Cancelled));
    }
}
