//! Which stack, and how to reach AWS.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

/// Longest time to a connection with AWS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest time a function of ours is waited for: the longest of them may work for two minutes.
const CALL_TIMEOUT: Duration = Duration::from_secs(130);
/// Which stack, and how to reach it: the global options.
#[derive(Clone, Debug)]
pub struct Target {
    /// The stack's name.
    pub stack: String,
    /// The profile of the operator's AWS configuration.
    pub profile: Option<String>,
    /// The region, when it is not the profile's.
    pub region: Option<String>,
    /// Where AWS is, when it is somewhere else.
    pub endpoint_url: Option<String>,
}

impl Target {
    /// The configuration of all AWS clients.
    pub async fn config(&self) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

/// A client of Lambda that waits until a function is done, and calls it once: what was cut off goes on over there, and a
/// second call beside it would meet its half-done work.
pub(super) fn calling(config: &SdkConfig) -> aws_sdk_lambda::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(CALL_TIMEOUT)
        .build();
    let config = aws_sdk_lambda::config::Builder::from(config)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled());
    aws_sdk_lambda::Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_once_and_waited_for_longer_than_the_longest_works() {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .build(),
            )
            .retry_config(RetryConfig::standard())
            .build();
        let client = calling(&config);
        let retries = client.config().retry_config().map(RetryConfig::max_attempts);
        let timeouts = client.config().timeout_config();
        assert_eq!(retries, Some(1));
        assert_eq!(
            timeouts.and_then(TimeoutConfig::operation_attempt_timeout),
            Some(CALL_TIMEOUT)
        );
    }
}
