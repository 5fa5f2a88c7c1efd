//! The alarms as the stack has them.

use anyhow::{Context, Result, bail};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricAlarm, StateValue};

use super::{Alarm, Comparison, Metric, Missing, State};

/// All alarms whose name begins so.
///
/// # Errors
/// When they cannot be listed, or one is of a kind that is not understood.
pub(super) async fn list(client: &Client, prefix: &str) -> Result<Vec<Alarm>> {
    let list = client
        .describe_alarms()
        .alarm_name_prefix(prefix)
        .into_paginator();
    let alarms: Vec<MetricAlarm> = {
        let pages = list
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .context("listing the alarms")?;
        pages
            .into_iter()
            .flat_map(|page| page.metric_alarms.unwrap_or_default())
            .collect()
    };
    alarms.into_iter().map(alarm).collect()
}

/// Sets the state of an alarm; when it changes, the emulator tells whom the alarm names.
///
/// # Errors
/// When there is no such alarm.
pub(super) async fn set(client: &Client, alarm: &str, state: State, reason: &str) -> Result<()> {
    let value = match state {
        State::Ok => StateValue::Ok,
        State::Alarm => StateValue::Alarm,
        State::InsufficientData => StateValue::InsufficientData,
    };
    let set = client.set_alarm_state().alarm_name(alarm).state_value(value);
    set.state_reason(reason)
        .send()
        .await
        .with_context(|| format!("setting {alarm}"))?;
    Ok(())
}

fn alarm(found: MetricAlarm) -> Result<Alarm> {
    let name = found.alarm_name.unwrap_or_default();
    let read = || -> Result<Alarm> {
        let dimensions = found.dimensions.unwrap_or_default();
        let dimensions: Vec<(&str, &str)> = dimensions
            .iter()
            .filter_map(|d| Some((d.name()?, d.value()?)))
            .collect();
        let metric = Metric::new(
            found.namespace.as_deref().context("no namespace")?,
            found.metric_name.as_deref().context("no metric")?,
            &dimensions,
        );
        let periods = usize::try_from(found.evaluation_periods.unwrap_or(1))?;
        let statistic = match (&found.extended_statistic, &found.statistic) {
            (Some(extended), _) => extended.as_str(),
            (None, Some(plain)) => plain.as_str(),
            (None, None) => bail!("no statistic"),
        };
        Ok(Alarm {
            name: name.clone(),
            description: found.alarm_description.unwrap_or_default(),
            metric,
            statistic: statistic.parse().map_err(anyhow::Error::msg)?,
            period: i64::from(found.period.context("no period")?) * 1000,
            periods,
            to_alarm: found.datapoints_to_alarm.map_or(Ok(periods), usize::try_from)?,
            comparison: comparison(found.comparison_operator.as_ref())?,
            threshold: found.threshold.context("no threshold")?,
            missing: missing(found.treat_missing_data.as_deref())?,
            state: match found.state_value {
                Some(StateValue::Ok) => State::Ok,
                Some(StateValue::Alarm) => State::Alarm,
                _ => State::InsufficientData,
            },
            tells_end: found.ok_actions.is_some_and(|actions| !actions.is_empty()),
        })
    };
    read().with_context(|| format!("the alarm {name}"))
}

fn comparison(operator: Option<&ComparisonOperator>) -> Result<Comparison> {
    Ok(match operator {
        Some(ComparisonOperator::GreaterThanThreshold) => Comparison::Greater,
        Some(ComparisonOperator::GreaterThanOrEqualToThreshold) => Comparison::GreaterOrEqual,
        Some(ComparisonOperator::LessThanThreshold) => Comparison::Less,
        Some(ComparisonOperator::LessThanOrEqualToThreshold) => Comparison::LessOrEqual,
        other => bail!("the comparison {other:?} is not understood"),
    })
}

fn missing(treat: Option<&str>) -> Result<Missing> {
    Ok(match treat {
        Some("breaching") => Missing::Breaching,
        Some("notBreaching") => Missing::NotBreaching,
        Some("ignore") => Missing::Ignore,
        Some("missing") | None => Missing::Missing,
        Some(other) => bail!("missing data are treated as {other:?}"),
    })
}
