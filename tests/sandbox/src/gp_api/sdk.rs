//! The official Python SDK as a judge of the simulator: it makes its calls, and what it understood of the
//! answers must be what a gateway would have let it understand.

use super::{control::ControlError, sdk_checks, server::start, world::Options};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// The version of the SDK the contract is written for, as `pip` takes it.
pub const SDK_PIN: &str = "globalpayments-api==2.0.8";

/// Longest run of one half of the drive.
const RUN_MAX: Duration = Duration::from_secs(120);

/// Why the SDK and the simulator do not agree.
#[derive(Debug, thiserror::Error)]
pub enum SdkContractError {
    /// The simulator could not be started.
    #[error("the simulator of GP-API cannot be started: {0}")]
    Start(#[from] std::io::Error),
    /// The simulator could not be prepared.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The driver did not run to its end.
    #[error("the SDK driver failed: {0}")]
    Driver(String),
    /// The SDK understood something else.
    #[error("the SDK understood something else:\n{}", .0.join("\n"))]
    Disagreement(Vec<String>),
}

/// Drives a fresh simulator with the SDK of a virtual environment that has [`SDK_PIN`] installed, and checks
/// everything the SDK parsed. Returns the number of facts that were checked.
///
/// # Errors
/// [`SdkContractError`]; a disagreement lists every fact that differs.
pub async fn sdk_contract(venv: &Path) -> Result<usize, SdkContractError> {
    let simulator = start(Options::default()).await?;
    let control = simulator.control();
    let (token, ended) = (
        control.store_card("visa").await?,
        control.store_ended_card("visa").await?,
    );
    let paid = drive(venv, &["pay", &simulator.base_url, &token, &ended]).await?;
    let charge = paid["charge"]["transaction_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    control.dispute(&charge).await?;
    control.settle().await?;
    let reported = drive(venv, &["report", &simulator.base_url, &charge]).await?;
    let totals = control.totals(None).await?;
    let facts = sdk_checks::facts(&paid, &reported, &totals);
    let wrong: Vec<String> = facts.iter().filter_map(sdk_checks::Fact::disagreement).collect();
    if wrong.is_empty() {
        Ok(facts.len())
    } else {
        Err(SdkContractError::Disagreement(wrong))
    }
}

async fn drive(venv: &Path, arguments: &[&str]) -> Result<Value, SdkContractError> {
    let driver = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("gp_api_sdk/drive.py");
    let run = Command::new(venv.join("bin/python"))
        .arg(driver)
        .args(arguments)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let failed = |what: String| SdkContractError::Driver(what);
    let output = tokio::time::timeout(RUN_MAX, run)
        .await
        .map_err(|_| failed("it does not end".to_owned()))?;
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}
