//! Time as it passes in a simulated world: tokio's paused clock plus the moment the world began.

use effects::{Clock, UnixMillis};
use std::time::Duration;
use tokio::time::Instant;

/// When every world begins: Monday, 2 March 2026, 14:00 UTC.
pub const BEGIN_MS: i64 = 1_772_460_000_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A clock of the world; one that goes wrong by `skew_ms`.
#[derive(Clone, Copy, Debug)]
pub struct WorldClock {
    began: Instant,
    skew_ms: i64,
}

impl WorldClock {
    /// The true time of a world that begins now.
    pub fn begin() -> Self {
        Self {
            began: Instant::now(),
            skew_ms: 0,
        }
    }

    /// The clock of a machine that is ahead by that much, or behind.
    #[must_use]
    pub fn skewed(self, skew_ms: i64) -> Self {
        Self { skew_ms, ..self }
    }

    /// Milliseconds since the world began.
    pub fn passed_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// The moment tokio has to wait for.
    pub fn instant(&self, at_ms: i64) -> Instant {
        self.began + millis(at_ms - BEGIN_MS - self.skew_ms)
    }
}

impl Clock for WorldClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(BEGIN_MS + self.passed_ms() + self.skew_ms)
    }
}

/// A duration; none when it is negative.
pub fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// A duration in milliseconds.
pub fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Lets that many milliseconds pass.
pub async fn pass(ms: i64) {
    tokio::time::sleep(millis(ms)).await;
}
