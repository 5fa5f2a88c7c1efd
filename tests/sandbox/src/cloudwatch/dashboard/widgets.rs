//! What each widget has to show, before it is drawn.

use std::collections::BTreeMap;

use anyhow::Result;

use super::Span;
use super::body::{Kind, Shown, Source, Widget};
use super::expression::{Curve, Ground, Points};
use super::scale::short;
use crate::aws::STACK;
use crate::cloudwatch::{Alarm, Metrics, State};

/// A widget with its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filled {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub title: String,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Heading,
    Curves(Vec<Line>),
    Numbers(Vec<(String, Option<f64>)>),
    Alarms(Vec<(String, Option<State>)>),
}

/// A curve with its name, and its color when the body names one (`#rrggbb`).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub label: String,
    pub color: Option<String>,
    pub points: Points,
}

/// Fills a widget.
///
/// # Errors
/// When an expression is not understood.
pub(super) fn fill(widget: &Widget, metrics: &Metrics, alarms: &[Alarm], span: Span) -> Result<Filled> {
    let content = match &widget.kind {
        Kind::Text => Content::Heading,
        Kind::Curves(shown) => Content::Curves(lines(shown, metrics, span)?),
        Kind::Numbers(shown) => {
            let last = |line: Line| (line.label, line.points.iter().rev().find_map(|point| *point));
            Content::Numbers(lines(shown, metrics, span)?.into_iter().map(last).collect())
        }
        Kind::Alarms(names) => {
            let state = |name: &String| {
                alarms
                    .iter()
                    .find(|alarm| alarm.name == *name)
                    .map(|alarm| alarm.state)
            };
            Content::Alarms(names.iter().map(|name| (in_words(name), state(name))).collect())
        }
    };
    Ok(Filled {
        x: widget.x,
        y: widget.y,
        width: widget.width,
        height: widget.height,
        title: widget.title.clone(),
        content,
    })
}

fn lines(shown: &[Shown], metrics: &Metrics, span: Span) -> Result<Vec<Line>> {
    let mut ground = Ground {
        metrics,
        span,
        named: BTreeMap::new(),
    };
    let mut found = Vec::new();
    for one in shown {
        let curves = match &one.source {
            Source::Metric(metric, statistic) => {
                let points = ground.points(metric, *statistic);
                if let Some(id) = &one.id {
                    ground.named.insert(id.clone(), points.clone());
                }
                vec![Curve {
                    metric: Some(metric.clone()),
                    points,
                }]
            }
            Source::Expression(expression) => ground.evaluate(expression)?,
        };
        if one.visible {
            found.extend(curves.into_iter().map(|curve| Line {
                label: label(one, &curve),
                color: one.color.clone(),
                points: curve.points,
            }));
        }
    }
    Ok(found)
}

/// The label with the values of the dimensions it names, `${PROP('Dim.Store')}`, and the last value, `${LAST}`.
fn label(shown: &Shown, curve: &Curve) -> String {
    let Some(label) = &shown.label else {
        return curve
            .metric
            .as_ref()
            .map_or_else(String::new, |metric| metric.name.clone());
    };
    let dimensions = curve.metric.iter().flat_map(|metric| &metric.dimensions);
    let label = dimensions.fold(label.clone(), |label, (name, value)| {
        label.replace(&format!("${{PROP('Dim.{name}')}}"), value)
    });
    let last = curve.points.iter().rev().find_map(|point| *point);
    label.replace("${LAST}", &last.map_or_else(|| "–".to_owned(), short))
}

/// The name of an alarm as people say it: of `odoo-heartland-dev-ReviewsOpenAlarm-1A2B` it is `Reviews open`.
fn in_words(name: &str) -> String {
    let name = name.strip_prefix(STACK).unwrap_or(name).trim_start_matches('-');
    let name = name.split_once("Alarm-").map_or(name, |(name, _)| name);
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudwatch::{Metric, Sample};

    #[test]
    fn curves_are_called_by_what_they_are_of() {
        let body = r#"{"widgets":[{"type":"metric","x":0,"y":0,"width":6,"height":6,"properties":{"title":"Money","metrics":[
            [{"expression":"RUNNING_SUM(SEARCH('{\"s\",Currency} MetricName=\"Amount\"','Sum',300))","label":"captured ${PROP('Dim.Currency')} ${LAST}"}]
        ]}}]}"#;
        let mut metrics = Metrics::default();
        metrics.put(
            Metric::new("s", "Amount", &[("Currency", "USD")]),
            Sample { at: 5, value: 6223.0 },
        );
        let span = Span {
            from: 0,
            step: 10,
            steps: 2,
        };
        let widget = Widget::all(body).unwrap().remove(0);
        let Content::Curves(lines) = fill(&widget, &metrics, &[], span).unwrap().content else {
            panic!("curves")
        };
        let line = Line {
            label: "captured USD 6223".to_owned(),
            color: None,
            points: vec![Some(6223.0); 2],
        };
        assert_eq!(lines, [line]);
    }

    #[test]
    fn alarms_are_called_as_people_say() {
        assert_eq!(
            in_words("odoo-heartland-dev-CapturedNotInvoicedAlarm-1A2B3C"),
            "Captured not invoiced"
        );
    }
}
