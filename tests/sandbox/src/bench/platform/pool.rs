//! The processes of one function: one for each event at a time, as many as are needed up to a limit.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::log::{Log, Logged, OdooWork};
use super::process::Function;
use super::runtime_api::Reply;

/// What a function was used for: what Lambda and CloudWatch bill, and how much of it was computing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Invocations.
    pub invocations: u64,
    /// Their milliseconds, each invocation rounded up.
    pub milliseconds: u64,
    /// Milliseconds of these in which it computed rather than waited.
    pub processor_ms: u64,
    /// Processes that were started, and how long their starts took.
    pub starts: u64,
    /// Milliseconds of starts.
    pub start_ms: u64,
    /// The most memory one had resident, KiB.
    pub peak_kib: u64,
    /// What was logged.
    pub logged: Logged,
}

/// The processes of a function.
pub struct Pool {
    executable: PathBuf,
    environment: BTreeMap<String, String>,
    most: usize,
    permits: Semaphore,
    idle: Mutex<Vec<Function>>,
    log: Arc<Log>,
    usage: Mutex<Usage>,
}

impl Pool {
    /// No process yet, at most so many.
    pub fn new(executable: PathBuf, environment: BTreeMap<String, String>, most: usize) -> Self {
        Self {
            executable,
            environment,
            most,
            permits: Semaphore::new(most),
            idle: Mutex::default(),
            log: Arc::default(),
            usage: Mutex::default(),
        }
    }

    /// Hands an event to a process that is free, or to a new one.
    ///
    /// # Errors
    /// When no process starts, or one says nothing.
    pub async fn invoke(&self, event: &Value) -> Result<Reply> {
        let _permit = self.permits.acquire().await?;
        let free = lock(&self.idle).pop();
        let mut function = match free {
            Some(function) => function,
            None => self.start().await?,
        };
        let (took, reply) = function.invoke(event).await.with_context(|| self.name())?;
        let mut usage = lock(&self.usage);
        usage.invocations += 1;
        usage.milliseconds += rounded_up(took);
        drop(usage);
        lock(&self.idle).push(function);
        Ok(reply)
    }

    async fn start(&self) -> Result<Function> {
        let function = Function::start(&self.executable, &self.environment, &self.log).await?;
        let mut usage = lock(&self.usage);
        usage.starts += 1;
        usage.start_ms += rounded_up(function.started_in);
        Ok(function)
    }

    /// What it was used for so far; of processes that are idle now.
    ///
    /// # Errors
    /// When a process has gone.
    pub fn usage(&self) -> Result<Usage> {
        let mut usage = lock(&self.usage).clone();
        usage.logged = self.log.logged();
        for function in lock(&self.idle).iter() {
            usage.processor_ms += function.processor_ms()?;
            usage.peak_kib = usage.peak_kib.max(function.peak_kib()?);
        }
        Ok(usage)
    }

    /// Whether no event is being handled.
    pub fn is_idle(&self) -> bool {
        self.permits.available_permits() == self.most
    }

    /// Its work with Odoo so far.
    pub fn odoo_work(&self) -> Vec<OdooWork> {
        self.log.work()
    }

    fn name(&self) -> String {
        self.executable.display().to_string()
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rounded_up(time: Duration) -> u64 {
    u64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}
