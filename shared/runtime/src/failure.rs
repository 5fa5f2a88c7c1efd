//! Failures on their way out of a function: the name becomes the `errorType` a state machine matches, the rest is
//! JSON in the `errorMessage`.

use crate::limits::cut;
use domain::failure::{Failure, FailureName};
use effects::EffectError;
use lambda_runtime::Diagnostic;

/// A failure as the Lambda service gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError(pub Failure);

impl From<Failure> for FunctionError {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(FunctionError(failure): FunctionError) -> Self {
        Self {
            error_type: failure.name.to_string(),
            error_message: cause(&failure),
        }
    }
}

/// Longest text of a failure on its way out, characters: state machines pass on what a cut JSON would not survive.
const TEXT_LENGTH_MAX: usize = 600;

/// A failure as JSON: the `errorMessage` of a function, the `cause` of a failed task. Long texts are cut, so that the
/// whole stays readable.
pub fn cause(failure: &Failure) -> String {
    let short = |text: &String| cut(text, TEXT_LENGTH_MAX);
    let failure = Failure {
        name: failure.name,
        what: short(&failure.what),
        field: failure.field.as_ref().map(short),
        remedy: failure.remedy.as_ref().map(short),
    };
    serde_json::to_string(&failure).unwrap_or(failure.what)
}

/// The failure behind an effect that is not done. `doing` says what it was (`"capturing the payment"`).
pub fn effect_failure(doing: &str, error: &EffectError) -> Failure {
    let name = match error {
        EffectError::InProgress { .. } | EffectError::FenceLost => FailureName::InProgress,
        EffectError::Conflict { .. } => FailureName::Conflict,
        EffectError::Unknown(_) => FailureName::OutcomeUnknown,
        EffectError::NotSent(_) | EffectError::Ledger(_) => FailureName::SystemUnavailable,
    };
    let failure = Failure::new(name, format!("{doing}: {error}"));
    match error {
        EffectError::Conflict { facts } => failure
            .field(facts.join(", "))
            .remedy("decide which of the two is right, then redrive or drop it"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_what_a_state_machine_sees() {
        let failure = Failure::new(FailureName::Refused, "no such tax")
            .field("taxes[0]")
            .remedy("map it");
        let diagnostic = Diagnostic::from(FunctionError::from(failure.clone()));
        assert_eq!(diagnostic.error_type, "Refused");
        assert_eq!(
            serde_json::from_str::<Failure>(&diagnostic.error_message).unwrap(),
            failure
        );
    }

    #[test]
    fn a_long_failure_stays_readable() {
        let failure = Failure::new(FailureName::Refused, "x".repeat(9000))
            .field("f")
            .remedy("y".repeat(9000));
        let read: Failure = serde_json::from_str(&cause(&failure)).unwrap();
        assert_eq!(
            (read.name, read.field.as_deref()),
            (FailureName::Refused, Some("f"))
        );
        assert!(cause(&failure).len() < 1500);
    }

    #[test]
    fn an_effect_nobody_knows_about_is_never_called_unavailable() {
        let unknown = effect_failure("capturing", &EffectError::Unknown("timeout".into()));
        assert_eq!(unknown.name, FailureName::OutcomeUnknown);
        let conflict = effect_failure(
            "capturing",
            &EffectError::Conflict {
                facts: vec!["amount".into()],
            },
        );
        assert_eq!(
            (conflict.name, conflict.field.as_deref()),
            (FailureName::Conflict, Some("amount"))
        );
        assert_eq!(
            effect_failure("c", &EffectError::FenceLost).name,
            FailureName::InProgress
        );
        let not_sent = effect_failure("c", &EffectError::NotSent("refused".into()));
        assert_eq!(not_sent.name, FailureName::SystemUnavailable);
    }
}
