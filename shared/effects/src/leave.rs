//! Leave to send. [`perform`](crate::perform()) asks the clock before it hands over to
//! [`Remote::send`](crate::Remote::send); a remote that has to wait for something before its first byte leaves (a breaker,
//! a credential) asks again afterwards, because its process may have been frozen meanwhile, and somebody else may be at
//! it by now.

use crate::clock::{Clock, UnixMillis};
use std::{future::Future, sync::Arc};

tokio::task_local! {
    static LEAVE: Leave;
}

/// Until when an attempt may send.
pub(crate) struct Leave {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) until: UnixMillis,
}

impl Leave {
    /// Whether there is still time to send.
    pub(crate) fn holds(&self) -> bool {
        self.clock.now() < self.until
    }

    /// Sends with this leave.
    pub(crate) async fn scope<T>(self, send: impl Future<Output = T>) -> T {
        LEAVE.scope(self, send).await
    }
}

/// Whether a request that is about to leave may leave. What belongs to no attempt of [`perform`](crate::perform()), a
/// look-up for example, always may.
pub fn may_still_send() -> bool {
    LEAVE.try_with(Leave::holds).unwrap_or(true)
}
