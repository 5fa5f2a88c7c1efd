//! What waits for a person: alarms and reviews.

use anyhow::Result;
use aws_sdk_cloudwatch::types::StateValue;
use effects::UnixMillis;
use runtime::stores::ReviewState;

use super::{Finding, Looking};
use crate::aws::stopped;
use crate::output::count;
use crate::time::when;

/// As many reviews are counted.
const REVIEWS_MAX: usize = 1000;

pub(super) async fn alarms(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let ours = looking.stack.resources("AWS::CloudWatch::Alarm").await?;
    let client = looking.stack.cloudwatch();
    let ringing = client
        .describe_alarms()
        .state_value(StateValue::Alarm)
        .into_paginator()
        .send();
    let pages = ringing.collect::<Result<Vec<_>, _>>().await;
    let pages = pages.map_err(|error| stopped("asking for alarms", &error))?;
    let ringing = pages.iter().flat_map(|page| page.metric_alarms());
    let mut findings: Vec<Finding> = ringing
        .filter_map(|alarm| {
            let name = alarm.alarm_name()?;
            let (logical, _) = ours.iter().find(|(_, physical)| physical.as_str() == name)?;
            let about = alarm.alarm_description().unwrap_or(logical);
            let (what, remedy) = match about.split_once(" What to do: ") {
                Some((what, runbook)) => (what, format!("see {runbook}")),
                None => (
                    about,
                    "look at the metric's graph, and at `odoo-heartland review list`".to_owned(),
                ),
            };
            Some(Finding::failure(format!("{logical} rings: {what}"), remedy))
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok(format!(
            "none of {} rings",
            count(ours.len(), "alarm")
        )));
    }
    Ok(findings)
}

pub(super) async fn reviews(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let open = looking
        .stack
        .reviews()?
        .list(ReviewState::Open, REVIEWS_MAX)
        .await?;
    let Some(oldest) = open.first() else {
        return Ok(vec![Finding::ok("nothing waits for a person")]);
    };
    let since = when(UnixMillis(oldest.opened_at_ms), looking.stack.clock().now());
    let more = if open.len() == REVIEWS_MAX {
        "at least "
    } else {
        ""
    };
    let verb = if open.len() == 1 { "waits" } else { "wait" };
    let what = format!(
        "{more}{} {verb} for a person, the oldest since {since}",
        count(open.len(), "review")
    );
    Ok(vec![Finding::failure(
        what,
        "`odoo-heartland review list`, then show, mend and redrive each",
    )])
}
