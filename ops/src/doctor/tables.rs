//! The tables: there, with backups and expiry; the main one with its stream, the audit trail's with its key.

use anyhow::Result;
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TableDescription, TableStatus, TimeToLiveStatus};

use super::{Finding, Looking};
use crate::aws::{is_absent, stopped};

const DEPLOY: &str = "deploy the template again: `sam deploy`";
/// An empty table in its place would forget what was charged, and everything would be done again.
const ABSENT: &str = "check --stack and --region; if it is really gone, `odoo-heartland pause` every system, restore it from \
                      point-in-time recovery under its name and set LedgerRestoredAtMs (infra/README.md): never deploy an empty one";

pub(super) async fn table(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let name = looking.stack.output("Table")?;
    let (mut findings, described) = kept(looking, name).await?;
    let has_stream = described.is_none_or(|table| {
        let stream = table.stream_specification;
        stream.is_some_and(|stream| stream.stream_enabled)
    });
    if !has_stream {
        let what = "the table has no stream: nothing is written to the audit trail";
        findings.push(Finding::failure(what, DEPLOY));
    }
    let well = format!("{name}: point-in-time recovery, expiry and stream are on");
    Ok(or_well(findings, well))
}

/// The trail, and the key without which nothing of it can be verified any more. The key itself is not read.
pub(super) async fn audit(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let name = looking.stack.output("AuditTable")?;
    let (mut findings, _) = kept(looking, name).await?;
    let secret = looking.stack.output("AuditKeySecret")?;
    let client = looking.stack.secrets_manager();
    let restore = format!(
        "`aws secretsmanager restore-secret --secret-id {secret}`: without it nothing of the trail can be verified"
    );
    match client.describe_secret().secret_id(secret).send().await {
        Ok(described) if described.deleted_date().is_none() => {}
        Ok(_) => findings.push(Finding::failure("the audit key is about to be deleted", restore)),
        Err(error) if is_absent(&error) => {
            let copy = "check --stack and --region; else put the key back from a copy: without it no earlier entry can be verified";
            findings.push(Finding::failure("the audit key is not there", copy));
        }
        Err(error) => return Err(stopped("the audit key", &error).into()),
    }
    let well = format!("{name}: point-in-time recovery and expiry are on, and its key is there");
    Ok(or_well(findings, well))
}

fn or_well(findings: Vec<Finding>, well: String) -> Vec<Finding> {
    match findings.is_empty() {
        true => vec![Finding::ok(well)],
        false => findings,
    }
}

/// What is wrong with a table of ours, and how DynamoDB describes it.
async fn kept(looking: &Looking<'_>, name: &str) -> Result<(Vec<Finding>, Option<TableDescription>)> {
    let client = looking.stack.dynamodb();
    let described = match client.describe_table().table_name(name).send().await {
        Ok(described) => described.table,
        Err(error) if is_absent(&error) => None,
        Err(error) => return Err(stopped(&format!("the table {name}"), &error).into()),
    };
    let Some(table) = described else {
        let absent = Finding::failure(format!("the table {name} is not there"), ABSENT);
        return Ok((vec![absent], None));
    };
    let mut findings = Vec::new();
    match table.table_status() {
        Some(TableStatus::Active | TableStatus::Updating) => {}
        other => {
            let state = other.map_or("in no state", TableStatus::as_str);
            findings.push(Finding::failure(
                format!("the table {name} is {state}"),
                "wait until it is ACTIVE; else see DynamoDB's console",
            ));
        }
    }
    let backups = client.describe_continuous_backups().table_name(name).send().await;
    let backups = backups.map_err(|error| stopped(&format!("the backups of {name}"), &error))?;
    let recovery = backups.continuous_backups_description().and_then(|d| {
        d.point_in_time_recovery_description()?
            .point_in_time_recovery_status()
            .cloned()
    });
    if recovery != Some(PointInTimeRecoveryStatus::Enabled) {
        let what = format!("the table {name} has no point-in-time recovery");
        findings.push(Finding::failure(what, DEPLOY));
    }
    let expiry = client.describe_time_to_live().table_name(name).send().await;
    let expiry = expiry.map_err(|error| stopped(&format!("the expiry of {name}"), &error))?;
    let expiry = expiry
        .time_to_live_description()
        .and_then(|d| d.time_to_live_status().cloned());
    if !matches!(
        expiry,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ) {
        let what = format!("the table {name} forgets nothing: expiry is off");
        findings.push(Finding::failure(what, DEPLOY));
    }
    Ok((findings, Some(table)))
}
