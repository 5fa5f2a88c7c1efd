//! What of Lambda and SQS belongs to the stack.

use anyhow::{Context, Result};

use super::Aws;

impl Aws {
    /// The functions whose name begins with `prefix`: name, log group, time-out in seconds.
    ///
    /// # Errors
    /// When the emulator does not list them.
    pub async fn functions(&self, prefix: &str) -> Result<Vec<(String, String, u16)>> {
        let listed = self.lambda.list_functions().into_paginator().items().send();
        let listed = listed
            .collect::<Result<Vec<_>, _>>()
            .await
            .context("listing the functions")?;
        let found = listed.into_iter().filter_map(|function| {
            let name = function.function_name.filter(|name| name.starts_with(prefix))?;
            let group = function.logging_config.and_then(|logging| logging.log_group);
            let group = group.unwrap_or_else(|| format!("/aws/lambda/{name}"));
            Some((name, group, u16::try_from(function.timeout?).ok()?))
        });
        Ok(found.collect())
    }

    /// The names of the queues that begin with `prefix`.
    ///
    /// # Errors
    /// When the emulator does not list them.
    pub async fn queues(&self, prefix: &str) -> Result<Vec<String>> {
        let listed = self
            .sqs
            .list_queues()
            .queue_name_prefix(prefix)
            .into_paginator()
            .items()
            .send();
        let urls = listed
            .collect::<Result<Vec<_>, _>>()
            .await
            .context("listing the queues")?;
        let names = urls.iter().filter_map(|url| url.rsplit('/').next());
        Ok(names.map(str::to_owned).collect())
    }
}
