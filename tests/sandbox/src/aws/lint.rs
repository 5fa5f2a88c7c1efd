//! The static checks of the template and the state machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{Template, guards, tools as pinned};
use crate::places::{Places, repository};
use crate::{progress, tools};

const MACHINE: &str = "statemachines/order-to-cash.asl.json";

/// Runs cfn-lint, `sam validate --lint`, the validator of state machines, and our own guards for what the emulator
/// lets through and AWS would not. Returns the number of checks.
///
/// # Errors
/// With everything that was found.
pub async fn lint(places: &Places) -> Result<usize> {
    let bin = pinned::sam(places).await?;
    progress::step("cfn-lint", cfn_lint(places, &bin)).await?;
    progress::step("sam validate", sam_validate(places, &bin)).await?;
    progress::step("state machine: valid", asl(places)).await?;
    progress::step("guards of the template", own(places)).await?;
    Ok(3 + guards::COUNT)
}

fn template() -> PathBuf {
    repository().join("infra/template.yaml")
}

async fn cfn_lint(places: &Places, bin: &Path) -> Result<()> {
    tools::run(
        Command::new(bin.join("cfn-lint")).arg(template()),
        &places.log("cfn-lint"),
    )
    .await
}

async fn sam_validate(places: &Places, bin: &Path) -> Result<()> {
    let mut sam = Command::new(bin.join("sam"));
    sam.args(["validate", "--lint", "--region", super::REGION, "--template-file"])
        .arg(template())
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("HOME", places.root());
    tools::run(&mut sam, &places.log("sam-validate")).await
}

/// The state machine as it is deployed: with the names and numbers the template fills in.
pub(super) fn filled_machine() -> Result<String> {
    let read = |path: std::path::PathBuf| {
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    let definition = read(repository().join(MACHINE))?;
    let template = read(template())?;
    let text = asl::filled(&definition, &template, |name| match name {
        "OrderWork" | "InvoiceWork" => "https://sqs.us-east-1.amazonaws.com/123456789012/any".to_owned(),
        _ => "arn:aws:lambda:us-east-1:123456789012:function:any".to_owned(),
    });
    Ok(text)
}

async fn asl(places: &Places) -> Result<()> {
    let validator = pinned::asl_validator(places).await?;
    let filled = places.root().join("order-to-cash.filled.json");
    std::fs::write(&filled, filled_machine()?)?;
    let mut command = Command::new(validator);
    command.arg("--json-path").arg(&filled);
    tools::run(&mut command, &places.log("asl-validator")).await
}

async fn own(places: &Places) -> Result<()> {
    let template = Template::ours(places).await?;
    let machine = serde_json::from_str(&filled_machine()?).context("reading the filled state machine")?;
    let mut found = guards::findings(&template, &machine);
    let there = super::statements(&template);
    let excused = super::not_enforceable()?;
    let stale = excused
        .iter()
        .filter(|one| !there.iter().any(|statement| one.covers(statement)));
    found.extend(stale.map(|one| {
        format!(
            "not-enforceable-locally.toml: no statement {} in {}",
            one.sid, one.role
        )
    }));
    if !found.is_empty() {
        bail!("{} findings:\n  {}", found.len(), found.join("\n  "));
    }
    Ok(())
}
