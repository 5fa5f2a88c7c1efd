//! The HTTP client for everything that is not AWS.

use domain::failure::{Failure, FailureName};
use std::time::Duration;

/// Longest time to a connection. Nothing has been sent when it runs out.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an idle connection is kept, below the minute after which the far side tends to drop it silently.
const IDLE: Duration = Duration::from_secs(45);

/// A client whose calls end after `timeout`. Follows no redirect: a redirected POST could be sent twice, or
/// somewhere else with our credentials.
///
/// # Errors
/// [`FailureName::Misconfigured`] when TLS cannot be set up on this machine.
pub fn client(timeout: Duration) -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("odoo-heartland/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Failure::new(FailureName::Misconfigured, "the HTTP client cannot be set up"))
}
