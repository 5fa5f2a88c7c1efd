//! One invocation of a function: its name, its deadline and its trace.

use crate::trace::Trace;
use domain::failure::{Failure, FailureName};
use effects::{Clock, OwnerId, SystemClock, UnixMillis};

/// A smaller number is no moment of our time but how long an invocation may take: `cargo lambda watch` tells that.
const MOMENTS_FROM_MS: i64 = 1_000_000_000_000;

/// One invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The platform's id of it.
    pub request_id: String,
    /// When the platform ends it.
    pub deadline: UnixMillis,
    /// The trace it belongs to.
    pub trace: Trace,
}

impl Invocation {
    /// An invocation that ends at `deadline`, in a trace of its own.
    pub fn new(request_id: impl Into<String>, deadline: UnixMillis) -> Self {
        let request_id = request_id.into();
        Self {
            trace: Trace::made(&request_id, deadline),
            request_id,
            deadline,
        }
    }

    /// With the trace its caller handed on, if there is one.
    #[must_use]
    pub fn in_trace(self, trace: Option<Trace>) -> Self {
        let trace = trace.unwrap_or_else(|| self.trace.clone());
        Self { trace, ..self }
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
        let told = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let now = SystemClock.now();
        let trace = context.xray_trace_id.as_deref().and_then(Trace::of_header);
        let request_id = context.request_id.clone();
        let made = Trace::made(&request_id, now);
        Self::new(request_id, deadline(told, now)).in_trace(trace.or(Some(made)))
    }
}

fn deadline(told: i64, now: UnixMillis) -> UnixMillis {
    if told < MOMENTS_FROM_MS {
        now.plus_ms(told)
    } else {
        UnixMillis(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_moment_even_a_past_one_and_a_small_number_is_a_length() {
        let now = UnixMillis(1_795_446_000_000);
        assert_eq!(deadline(600_000, now), now.plus_ms(600_000));
        for moment in [now.0 - 3_600_000, now.0 + 30_000] {
            assert_eq!(deadline(moment, now), UnixMillis(moment));
        }
    }

    #[test]
    fn nothing_is_begun_that_cannot_be_finished() {
        let invocation = Invocation::new("r", UnixMillis(30_000));
        invocation.time_for(UnixMillis(5_000), 25_000).unwrap();
        let failure = invocation.time_for(UnixMillis(5_001), 25_000).unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        assert_eq!(invocation.remaining_ms(UnixMillis(40_000)), 0);
    }
}
