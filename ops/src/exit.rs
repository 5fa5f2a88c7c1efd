//! How the program ends: exit codes that scripts can rely on.

use std::fmt;
use std::process::ExitCode;

use domain::failure::{Failure, FailureName};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is as it should be: 0.
    Fine,
    /// It worked, and something is wrong or needs a person: 1.
    Findings,
    /// The command was used wrongly, or names something that is not there: 2.
    Usage,
    /// AWS or another system could not be reached, or does not allow it: 3.
    Unreachable,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What the help says about exit codes.
pub const CODES: &str = "\
Exit codes:
  0  everything is as it should be
  1  it worked, and something is wrong or needs a person
  2  wrong usage, or a name that is not there
  3  AWS or another system could not be reached, or does not allow it";

/// Why a command stopped: what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, in one line.
    pub what: String,
    /// What to do, in one line.
    pub remedy: Option<String>,
}

impl Stop {
    /// Wrong usage, or a name that is not there.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            what: what.into(),
            remedy: None,
        }
    }

    /// A system that does not answer or does not allow it.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unreachable,
            what: what.into(),
            remedy: None,
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.remedy {
            Some(remedy) if self.what.ends_with(['.', '?', '!']) => write!(f, " {}", sentence(remedy)),
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Stop {}

/// A line as a sentence of its own.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// The exit code of an error: of the [`Stop`] or [`Failure`] in it; anything else is something that is wrong.
pub fn of(error: &anyhow::Error) -> Exit {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.exit;
    }
    match error.downcast_ref::<Failure>().map(|failure| failure.name) {
        Some(FailureName::SystemUnavailable | FailureName::Misconfigured | FailureName::OutcomeUnknown) => {
            Exit::Unreachable
        }
        _ => Exit::Findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_remedy_follows_a_clause_and_begins_anew_after_a_sentence() {
        let told = |what: &str| Stop::usage(what).remedy("give --yes").to_string();
        assert_eq!(told("nobody can be asked"), "nobody can be asked; give --yes");
        assert_eq!(
            told("It cannot be taken back."),
            "It cannot be taken back. Give --yes."
        );
    }

    #[test]
    fn an_error_keeps_its_code_under_its_context() {
        let stopped = Err::<(), _>(Stop::usage("there is no woo/7")).context("explaining woo/7");
        assert_eq!(of(&stopped.unwrap_err()), Exit::Usage);
        let away = Failure::new(FailureName::SystemUnavailable, "reading the table: no answer");
        let failed = Err::<(), _>(away).context("listing orders");
        assert_eq!(of(&failed.unwrap_err()), Exit::Unreachable);
        assert_eq!(of(&anyhow::anyhow!("an odd answer")), Exit::Findings);
    }
}
