//! A function as a process of this machine, started as Lambda starts it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::runtime_api::RuntimeApi;

/// A running function.
pub struct Function {
    api: RuntimeApi,
    process: Child,
    /// From the start of the process until it asked for its first event.
    pub started_in: Duration,
}

impl Function {
    /// Starts an executable and waits until it asks for its first event.
    ///
    /// # Errors
    /// When it does not start; the message has its own words.
    pub async fn start(executable: &Path, environment: &BTreeMap<String, String>) -> Result<Self> {
        let mut api = RuntimeApi::start().await?;
        let mut command = Command::new(executable);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let begun = Instant::now();
        let process = command
            .spawn()
            .with_context(|| format!("starting {}", executable.display()))?;
        let ready = api
            .ready()
            .await
            .with_context(|| format!("{}", executable.display()))?;
        Ok(Self {
            api,
            process,
            started_in: ready.duration_since(begun),
        })
    }

    /// Hands it an event. How long it took, and its answer.
    ///
    /// # Errors
    /// As [`RuntimeApi::invoke`].
    pub async fn invoke(&mut self, event: &Value) -> Result<(Duration, Value)> {
        self.api.invoke(event).await
    }

    /// The most memory it has had resident, in KiB.
    ///
    /// # Errors
    /// When the process has gone.
    pub fn peak_kib(&self) -> Result<u64> {
        let id = self.process.id().context("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let digits = peak.and_then(|text| text.split_whitespace().next());
        digits.context("no VmHWM")?.parse().context("VmHWM")
    }
}
