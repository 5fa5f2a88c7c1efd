//! What the functions have logged.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Deployed, client::settings};

/// The functions' logs.
#[derive(Clone, Debug)]
pub struct Logs {
    client: aws_sdk_cloudwatchlogs::Client,
}

impl Logs {
    /// The logs of the emulator at `endpoint`.
    pub async fn connect(endpoint: &str) -> Self {
        Self {
            client: aws_sdk_cloudwatchlogs::Client::new(&settings(endpoint).await),
        }
    }

    /// The lines with this `message` that a function has logged since then (milliseconds since 1970), oldest first.
    /// `function` is the output's name.
    ///
    /// # Errors
    /// When the function has no log.
    pub async fn lines(
        &self,
        deployed: &Deployed,
        function: &str,
        message: &str,
        since_ms: i64,
    ) -> Result<Vec<Value>> {
        let texts = self.texts(deployed, function, since_ms).await?;
        let lines = texts
            .iter()
            .filter_map(|text| serde_json::from_str::<Value>(text).ok());
        Ok(lines.filter(|line| line["message"] == message).collect())
    }

    /// Everything a function has logged since then, line by line, as [`Self::lines`].
    ///
    /// # Errors
    /// As [`Self::lines`].
    pub async fn texts(&self, deployed: &Deployed, function: &str, since_ms: i64) -> Result<Vec<String>> {
        let group = format!("/aws/lambda/{}", deployed.output(function)?);
        let ask = self
            .client
            .filter_log_events()
            .log_group_name(&group)
            .start_time(since_ms);
        let mut pages = ask.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.with_context(|| format!("reading the log {group}"))?;
            let texts = page
                .events
                .unwrap_or_default()
                .into_iter()
                .filter_map(|event| event.message);
            // The emulator puts all lines of an invocation into one event.
            texts.for_each(|text| found.extend(text.lines().map(str::to_owned)));
        }
        Ok(found)
    }
}
