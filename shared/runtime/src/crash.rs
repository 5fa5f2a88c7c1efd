//! Panics: a failure of one piece of work, never of its neighbours, and never a way for content into a log.

use domain::failure::{Failure, FailureName};
use futures::FutureExt;
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
};

/// Work panicked. The panic's text is not kept: it may quote content.
pub(crate) struct Crashed;

/// Runs work, panics included.
pub(crate) async fn caught<T, F: Future<Output = T>>(work: impl FnOnce() -> F) -> Result<T, Crashed> {
    // In a box: a function's work is a large future, and is handed through many hands from here.
    let work = catch_unwind(AssertUnwindSafe(|| Box::pin(work()))).map_err(|_| Crashed)?;
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Crashed)
}

/// Runs work whose panic is a failure of this work alone.
///
/// # Errors
/// What the work says; [`FailureName::OutcomeUnknown`] when it panicked: whatever it had begun may have happened.
pub(crate) async fn isolated<T, F: Future<Output = Result<T, Failure>>>(
    work: impl FnOnce() -> F,
) -> Result<T, Failure> {
    let crashed = || {
        Failure::new(
            FailureName::OutcomeUnknown,
            "the function crashed; its log says where",
        )
    };
    caught(work).await.unwrap_or_else(|Crashed| Err(crashed()))
}

/// Lets a panic say where it was in the log, and nothing else.
pub(crate) fn log_places_only() {
    set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|place| format!("{}:{}", place.file(), place.line()));
        tracing::error!(place, "crashed");
    }));
}
