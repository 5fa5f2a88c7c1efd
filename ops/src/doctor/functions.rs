//! Functions with their queues, the state machine, schedules and rules.

use anyhow::Result;
use aws_sdk_lambda::types::{LastUpdateStatus, State};
use futures::future::try_join_all;

use super::{Finding, Looking};
use crate::aws::stopped;
use crate::output::count;

const DEPLOY: &str = "deploy the template again: `sam deploy`";

pub(super) async fn functions(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let names = looking.stack.resources("AWS::Lambda::Function").await?;
    let checked = names
        .iter()
        .map(|(logical, name)| function(looking, logical, name));
    let mut findings: Vec<Finding> = try_join_all(checked).await?.into_iter().flatten().collect();
    if names.is_empty() {
        findings.push(Finding::failure("the stack has no functions", DEPLOY));
    }
    if findings.is_empty() {
        let what = format!(
            "{} deployed, their queues connected",
            count(names.len(), "function")
        );
        findings.push(Finding::ok(what));
    }
    Ok(findings)
}

async fn function(looking: &Looking<'_>, logical: &str, name: &str) -> Result<Vec<Finding>> {
    let client = looking.stack.lambda();
    let found = client
        .get_function_configuration()
        .function_name(name)
        .send()
        .await;
    let found = found.map_err(|error| stopped(&format!("the function {logical}"), &error))?;
    let mut findings = Vec::new();
    if let Some(state @ (State::Failed | State::Pending)) = found.state() {
        let why = found.state_reason().unwrap_or("no reason given");
        findings.push(Finding::failure(
            format!("{logical} is {}: {why}", state.as_str()),
            DEPLOY,
        ));
    }
    if found.last_update_status() == Some(&LastUpdateStatus::Failed) {
        let why = found.last_update_status_reason().unwrap_or("no reason given");
        findings.push(Finding::failure(
            format!("the last update of {logical} failed: {why}"),
            DEPLOY,
        ));
    }
    let mappings = client
        .list_event_source_mappings()
        .function_name(name)
        .send()
        .await;
    let mappings = mappings.map_err(|error| stopped(&format!("the queues of {logical}"), &error))?;
    for mapping in mappings.event_source_mappings() {
        let state = mapping.state().unwrap_or("in no state");
        if matches!(state, "Disabled" | "Disabling") {
            let source = mapping.event_source_arn().and_then(|arn| arn.rsplit(':').next());
            let what = format!(
                "{logical} does not read {}: {state}",
                source.unwrap_or("its source")
            );
            let id = mapping.uuid().unwrap_or_default();
            let remedy =
                format!("switch it on: `aws lambda update-event-source-mapping --enabled --uuid {id}`");
            findings.push(Finding::failure(what, remedy));
        }
    }
    Ok(findings)
}

pub(super) async fn workflow(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let arn = looking.stack.output("StateMachine")?;
    let found = looking
        .stack
        .step_functions()
        .describe_state_machine()
        .state_machine_arn(arn)
        .send()
        .await;
    let found = found.map_err(|error| stopped("the state machine order-to-cash", &error))?;
    let status = found.status().map_or("in no state", |status| status.as_str());
    Ok(vec![match status {
        "ACTIVE" => Finding::ok(format!("{} is active", found.name())),
        _ => Finding::failure(format!("{} is {status}", found.name()), DEPLOY),
    }])
}

pub(super) async fn schedules(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let stack = looking.stack;
    let mut findings = Vec::new();
    let scheduler = aws_sdk_scheduler::Client::new(&stack.config);
    let schedules = stack.resources("AWS::Scheduler::Schedule").await?;
    for (logical, name) in &schedules {
        let found = scheduler.get_schedule().name(name).send().await;
        let found = found.map_err(|error| stopped(&format!("the schedule {logical}"), &error))?;
        let state = found.state().map_or("in no state", |state| state.as_str());
        if state != "ENABLED" {
            let what = format!("the schedule {logical} is {state}");
            findings.push(Finding::failure(
                what,
                "switch it on in EventBridge Scheduler, or deploy again",
            ));
        }
    }
    let events = aws_sdk_eventbridge::Client::new(&stack.config);
    let rules = stack.resources("AWS::Events::Rule").await?;
    for (logical, name) in &rules {
        // A rule of another bus than the default one is named `bus|rule`.
        let name = name.rsplit('|').next().unwrap_or(name);
        let found = events.describe_rule().name(name).send().await;
        let found = found.map_err(|error| stopped(&format!("the rule {logical}"), &error))?;
        let state = found.state().map_or("in no state", |state| state.as_str());
        if state != "ENABLED" {
            let what = format!("the rule {logical} is {state}: what it watches is not noticed");
            findings.push(Finding::failure(
                what,
                "switch it on in EventBridge, or deploy again",
            ));
        }
    }
    if schedules.is_empty() || rules.is_empty() {
        findings.push(Finding::failure("the stack has no schedules or no rules", DEPLOY));
    }
    if findings.is_empty() {
        let what = format!(
            "{} and {} are on",
            count(schedules.len(), "schedule"),
            count(rules.len(), "rule")
        );
        findings.push(Finding::ok(what));
    }
    Ok(findings)
}
