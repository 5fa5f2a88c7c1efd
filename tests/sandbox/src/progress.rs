//! What the program says while it works: one line per step with the seconds since the start, on standard error,
//! with or without a terminal.

use std::io::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::Result;

/// A step that takes longer than this is announced when it begins to drag, so that nobody looks at a silent screen.
const PATIENCE: Duration = Duration::from_secs(3);

static START: OnceLock<Instant> = OnceLock::new();

/// The time since the program first reported anything.
pub fn elapsed() -> Duration {
    START.get_or_init(Instant::now).elapsed()
}

/// Prints one line: `[ 12.3 s] text`.
pub fn say(text: impl AsRef<str>) {
    let seconds = elapsed().as_secs_f64();
    // A closed standard error is no reason to stop working.
    let _ = writeln!(std::io::stderr().lock(), "[{seconds:6.1} s] {}", text.as_ref());
}

/// Runs one step and prints one line when it is done, with the time it took; a slow one is announced as well.
///
/// # Errors
/// The step's own error, unchanged: it is reported once, where the program ends.
pub async fn step<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    elapsed();
    let began = Instant::now();
    let mut work = std::pin::pin!(work);
    let result = match tokio::time::timeout(PATIENCE, &mut work).await {
        Ok(result) => result,
        Err(_) => {
            say(format!("{name} …"));
            work.await
        }
    };
    let took = began.elapsed().as_secs_f64();
    match &result {
        Ok(_) => say(format!("{name}: done in {took:.1} s")),
        Err(_) => say(format!("{name}: FAILED after {took:.1} s")),
    }
    result
}
