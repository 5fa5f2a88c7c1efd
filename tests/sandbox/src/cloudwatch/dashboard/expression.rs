//! The part of CloudWatch's metric math that our dashboard speaks: SEARCH, SUM, RUNNING_SUM, and a metric by its id
//! divided by a number.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use super::Span;
use crate::cloudwatch::{Metric, Metrics, Statistic};

/// A value for each step; nothing where there is no sample.
pub(super) type Points = Vec<Option<f64>>;

/// A curve, and which metric it is of when it is of one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    pub metric: Option<Metric>,
    pub points: Points,
}

/// What expressions are made of.
pub(super) struct Ground<'a> {
    pub metrics: &'a Metrics,
    pub span: Span,
    /// The widget's own metrics by id.
    pub named: BTreeMap<String, Points>,
}

impl Ground<'_> {
    /// A statistic of a metric, step by step.
    pub fn points(&self, metric: &Metric, statistic: Statistic) -> Points {
        let steps = 0..self.span.steps;
        steps
            .map(|step| {
                let to = self.span.end_of(step);
                self.metrics.statistic(metric, statistic, to - self.span.step, to)
            })
            .collect()
    }

    /// What an expression comes to.
    ///
    /// # Errors
    /// When it is not understood.
    pub fn evaluate(&self, expression: &str) -> Result<Vec<Curve>> {
        self.read(expression.trim())
            .with_context(|| format!("the expression {expression}"))
    }

    fn read(&self, expression: &str) -> Result<Vec<Curve>> {
        if let Some(inner) = call(expression, "SEARCH") {
            return self.search(inner);
        }
        if let Some(inner) = call(expression, "SUM") {
            let curves = self.read(inner)?;
            let steps = 0..self.span.steps;
            let points = steps.map(|step| total(&curves, step)).collect();
            return Ok(vec![Curve { metric: None, points }]);
        }
        if let Some(inner) = call(expression, "RUNNING_SUM") {
            let mut curves = self.read(inner)?;
            curves.iter_mut().for_each(|curve| run_up(&mut curve.points));
            return Ok(curves);
        }
        let (name, divisor) = match expression.split_once('/') {
            Some((name, divisor)) => (name.trim(), divisor.trim().parse()?),
            None => (expression, 1.0),
        };
        let named = self
            .named
            .get(name)
            .with_context(|| format!("nothing is called {name:?}"))?;
        let points = named
            .iter()
            .map(|point| point.map(|value| value / divisor))
            .collect();
        Ok(vec![Curve { metric: None, points }])
    }

    /// `'{namespace,Dimension…} MetricName="name"','statistic',period`
    fn search(&self, arguments: &str) -> Result<Vec<Curve>> {
        let parts: Vec<&str> = arguments.split('\'').collect();
        let [_, query, _, statistic, _] = parts[..] else {
            bail!("SEARCH takes two texts and a period");
        };
        let (schema, name) = query.split_once('}').context("SEARCH without a schema")?;
        let schema = schema
            .trim()
            .strip_prefix('{')
            .context("SEARCH without a schema")?;
        let mut schema = schema.split(',').map(|word| word.trim().trim_matches('"'));
        let namespace = schema.next().unwrap_or_default();
        let mut dimensions: Vec<&str> = schema.collect();
        dimensions.sort_unstable();
        let name = name
            .trim()
            .strip_prefix("MetricName=\"")
            .and_then(|name| name.strip_suffix('"'));
        let name = name.context("SEARCH for anything but a MetricName")?;
        ensure!(!dimensions.is_empty(), "SEARCH without a dimension");
        let statistic = statistic.parse().map_err(anyhow::Error::msg)?;
        let found = self.metrics.all().filter(|metric| {
            metric.namespace == namespace
                && metric.name == name
                && metric.dimensions.keys().eq(dimensions.iter())
        });
        let curve = |metric: &Metric| Curve {
            metric: Some(metric.clone()),
            points: self.points(metric, statistic),
        };
        Ok(found.map(curve).collect())
    }
}

/// What stands in the brackets of a call of this function.
fn call<'a>(expression: &'a str, function: &str) -> Option<&'a str> {
    expression
        .strip_prefix(function)?
        .trim_start()
        .strip_prefix('(')?
        .strip_suffix(')')
}

fn total(curves: &[Curve], step: usize) -> Option<f64> {
    let values = curves
        .iter()
        .filter_map(|curve| curve.points.get(step).copied().flatten());
    values.reduce(|a, b| a + b)
}

fn run_up(points: &mut Points) {
    let mut so_far = None;
    for point in points {
        so_far = match (so_far, *point) {
            (None, None) => None,
            (before, more) => Some(before.unwrap_or(0.0) + more.unwrap_or(0.0)),
        };
        *point = so_far;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudwatch::Sample;

    fn evaluate(expression: &str) -> Result<Vec<Curve>> {
        let mut metrics = Metrics::default();
        for (store, at, value) in [
            ("own", 150, 3.0),
            ("woo", 50, 1.0),
            ("woo", 60, 1.0),
            ("woo", 350, 5.0),
        ] {
            metrics.put(
                Metric::new("my-stack", "Orders", &[("Store", store)]),
                Sample { at, value },
            );
        }
        metrics.put(
            Metric::new("my-stack", "Orders", &[]),
            Sample { at: 50, value: 100.0 },
        );
        metrics.put(
            Metric::new("other", "Orders", &[("Store", "woo")]),
            Sample { at: 50, value: 100.0 },
        );
        let named = BTreeMap::from([("age".to_owned(), vec![Some(120.0), None])]);
        let span = Span {
            from: 0,
            step: 100,
            steps: 4,
        };
        Ground {
            metrics: &metrics,
            span,
            named,
        }
        .evaluate(expression)
    }

    const SEARCH: &str = r#"SEARCH('{"my-stack",Store} MetricName="Orders"','Sum',300)"#;

    #[test]
    fn a_search_finds_each_metric_of_its_schema() {
        let found = evaluate(SEARCH).unwrap();
        let points: Vec<_> = found.iter().map(|curve| curve.points.clone()).collect();
        assert_eq!(
            points,
            [
                vec![None, Some(3.0), None, None],
                vec![Some(2.0), None, None, Some(5.0)]
            ]
        );
        let store = &found[1].metric.as_ref().unwrap().dimensions["Store"];
        assert_eq!(store, "woo");
    }

    #[test]
    fn sums_go_over_metrics_and_running_sums_over_time() {
        let points = |expression: String| evaluate(&expression).unwrap().remove(0).points;
        assert_eq!(
            points(format!("SUM({SEARCH})")),
            [Some(2.0), Some(3.0), None, Some(5.0)]
        );
        assert_eq!(
            points(format!("RUNNING_SUM({SEARCH})")),
            [None, Some(3.0), Some(3.0), Some(3.0)]
        );
        assert_eq!(points("age/60".to_owned()), [Some(2.0), None]);
        assert_eq!(points("RUNNING_SUM(age)".to_owned()), [Some(120.0), Some(120.0)]);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for wrong in [
            "MAX(m)",
            "nobody/60",
            "age/x",
            "SEARCH('{ns,D}','Sum',300)",
            "SEARCH('{ns} MetricName=\"M\"','Sum',300)",
        ] {
            assert!(evaluate(wrong).is_err(), "{wrong}");
        }
    }
}
