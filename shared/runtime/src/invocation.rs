//! One invocation of a function: its name and its deadline.

use domain::failure::{Failure, FailureName};
use effects::{OwnerId, UnixMillis};

/// One invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The platform's id of it.
    pub request_id: String,
    /// When the platform ends it.
    pub deadline: UnixMillis,
}

impl Invocation {
    /// An invocation that ends at `deadline`.
    pub fn new(request_id: impl Into<String>, deadline: UnixMillis) -> Self {
        Self {
            request_id: request_id.into(),
            deadline,
        }
    }

    /// Who claims effects in this invocation.
    pub fn owner(&self) -> OwnerId {
        OwnerId::new(self.request_id.clone())
    }

    /// Milliseconds left; the `work_ms` of what is claimed now.
    pub fn remaining_ms(&self, now: UnixMillis) -> i64 {
        self.deadline.since_ms(now).max(0)
    }

    /// Whether there is time for a piece of work: nothing is claimed that could be cut off in the middle.
    ///
    /// # Errors
    /// [`FailureName::SystemUnavailable`] when less than `worst_ms` is left: nothing was done, try again.
    pub fn time_for(&self, now: UnixMillis, worst_ms: i64) -> Result<(), Failure> {
        if self.remaining_ms(now) >= worst_ms {
            return Ok(());
        }
        Err(Failure::new(
            FailureName::SystemUnavailable,
            "too little time is left in this invocation",
        ))
    }
}

impl From<&lambda_runtime::Context> for Invocation {
    fn from(context: &lambda_runtime::Context) -> Self {
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        Self::new(context.request_id.clone(), UnixMillis(deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_begun_that_cannot_be_finished() {
        let invocation = Invocation::new("r", UnixMillis(30_000));
        invocation.time_for(UnixMillis(5_000), 25_000).unwrap();
        let failure = invocation.time_for(UnixMillis(5_001), 25_000).unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        assert_eq!(invocation.remaining_ms(UnixMillis(40_000)), 0);
    }
}
