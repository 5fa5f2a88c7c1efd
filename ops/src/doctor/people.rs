//! What waits for a person, alarms and reviews, and whether anybody hears of it.

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

pub(super) async fn people(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let topic = looking.stack.output("ReviewTopic")?;
    let listed = aws_sdk_sns::Client::new(&looking.stack.config)
        .list_subscriptions_by_topic()
        .topic_arn(topic)
        .into_paginator()
        .items()
        .send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await;
    let listed = listed.map_err(|error| stopped("asking who is told of alarms", &error))?;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let listeners: Vec<Listener> = listed
        .iter()
        .map(|subscription| Listener {
            at: text(subscription.endpoint()),
            confirmed: text(subscription.subscription_arn()).starts_with("arn:"),
        })
        .collect();
    Ok(judged(&listeners))
}

/// Somebody who is told of alarms and new reviews.
struct Listener {
    /// An address.
    at: String,
    /// Whether they said yes: until then nothing is sent to them.
    confirmed: bool,
}

fn judged(listeners: &[Listener]) -> Vec<Finding> {
    let (confirmed, waiting): (Vec<&Listener>, Vec<&Listener>) =
        listeners.iter().partition(|listener| listener.confirmed);
    let names: Vec<&str> = waiting.iter().map(|listener| listener.at.as_str()).collect();
    let unconfirmed = format!(
        "{} has not confirmed that alarms may be sent there",
        names.join(", ")
    );
    let confirm = "open the mail `AWS Notification - Subscription Confirmation` there and follow its link; after three \
                   days ask for another one: SNS, Subscriptions, Request confirmation";
    match (confirmed.len(), waiting.len()) {
        (0, 0) => vec![Finding::failure(
            "nobody is told of alarms and reviews",
            "deploy with an address, `sam deploy --parameter-overrides ReviewEmail=…`, and confirm the mail that comes",
        )],
        (0, _) => vec![Finding::failure(
            format!("nobody is told of alarms and reviews: {unconfirmed}"),
            confirm,
        )],
        (told, 0) => vec![Finding::ok(format!(
            "alarms and reviews are told to {}",
            count(told, "subscriber")
        ))],
        (_, _) => vec![Finding::warning(unconfirmed, confirm)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn somebody_has_to_hear_of_alarms_and_to_have_said_yes() {
        let listener = |confirmed| Listener {
            at: "ops@example.com".to_owned(),
            confirmed,
        };
        let level = |listeners: &[Listener]| judged(listeners)[0].level;
        assert_eq!(level(&[]), Level::Failure);
        assert_eq!(level(&[listener(false)]), Level::Failure);
        assert_eq!(level(&[listener(true)]), Level::Ok);
        let one_waits = judged(&[listener(true), listener(false)]);
        assert_eq!(one_waits[0].level, Level::Warning);
        assert!(one_waits[0].what.contains("ops@example.com has not confirmed"));
    }
}
