//! A function as a process of this machine, started as Lambda starts it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::log::Log;
use super::runtime_api::{Reply, RuntimeApi};

/// Hundredths of a second: in which the kernel counts the processor time of a process.
const TICK_MS: u64 = 10;

/// A running function.
pub struct Function {
    // Before its Runtime API: fields are dropped in this order, and a function whose API has gone logs that it crashes.
    process: Child,
    api: RuntimeApi,
    /// From the start of the process until it asked for its first event.
    pub started_in: Duration,
    start_processor_ms: u64,
}

impl Function {
    /// Starts an executable and waits until it asks for its first event. What it logs is counted in `log`.
    ///
    /// # Errors
    /// When it does not start; the message has its own words.
    pub async fn start(
        executable: &Path,
        environment: &BTreeMap<String, String>,
        log: &Arc<Log>,
    ) -> Result<Self> {
        let mut api = RuntimeApi::start().await?;
        let mut command = Command::new(executable);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let begun = Instant::now();
        let mut process = command
            .spawn()
            .with_context(|| format!("starting {}", executable.display()))?;
        if let Some(output) = process.stdout.take() {
            drop(tokio::spawn(read(output, Arc::clone(log))));
        }
        let ready = api
            .ready()
            .await
            .with_context(|| format!("{}", executable.display()))?;
        let mut started = Self {
            process,
            api,
            started_in: ready.duration_since(begun),
            start_processor_ms: 0,
        };
        started.start_processor_ms = started.processor_ms()?;
        Ok(started)
    }

    /// Hands it an event. How long it took, and what came of it.
    ///
    /// # Errors
    /// As [`RuntimeApi::invoke`].
    pub async fn invoke(&mut self, event: &Value) -> Result<(Duration, Reply)> {
        self.api.invoke(event).await
    }

    /// The most memory it has had resident, in KiB.
    ///
    /// # Errors
    /// When the process has gone.
    pub fn peak_kib(&self) -> Result<u64> {
        let status = self.proc("status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let digits = peak.and_then(|text| text.split_whitespace().next());
        digits.context("no VmHWM")?.parse().context("VmHWM")
    }

    /// The processor time it has used since it was ready, in milliseconds.
    ///
    /// # Errors
    /// When the process has gone.
    pub fn processor_ms(&self) -> Result<u64> {
        let stat = self.proc("stat")?;
        // After the name, which may have blanks: fields 14 and 15 of the whole are user and system time.
        let (_, after) = stat.rsplit_once(')').context("no name in stat")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = fields.get(11..13).context("no times in stat")?;
        let ticks: u64 = ticks.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Ok(ticks * TICK_MS - self.start_processor_ms)
    }

    fn proc(&self, file: &str) -> Result<String> {
        let id = self.process.id().context("the process has ended")?;
        Ok(std::fs::read_to_string(format!("/proc/{id}/{file}"))?)
    }
}

async fn read(output: ChildStdout, log: Arc<Log>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        log.add(&line);
    }
}
