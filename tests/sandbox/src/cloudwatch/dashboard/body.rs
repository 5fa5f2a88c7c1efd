//! A dashboard's body: widgets on a grid, and the metrics each shows.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::cloudwatch::{Metric, Statistic};

/// A widget and where it lies, in the grid's units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Widget {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    pub title: String,
    pub kind: Kind,
}

/// What a widget shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A heading.
    Text,
    /// Curves over time.
    Curves(Vec<Shown>),
    /// The last values.
    Numbers(Vec<Shown>),
    /// The state of these alarms, by name.
    Alarms(Vec<String>),
}

/// A metric or an expression of a widget.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub source: Source,
    pub id: Option<String>,
    pub label: Option<String>,
    pub color: Option<String>,
    pub visible: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Metric(Metric, Statistic),
    Expression(String),
}

impl Widget {
    /// All widgets of a body.
    pub fn all(body: &str) -> Result<Vec<Self>> {
        let body: Value = serde_json::from_str(body).context("the body is no JSON")?;
        let widgets = body["widgets"].as_array().context("the body has no widgets")?;
        widgets.iter().map(Self::of).collect()
    }

    fn of(widget: &Value) -> Result<Self> {
        let side = |name: &str| {
            let side = widget[name]
                .as_i64()
                .with_context(|| format!("a widget has no {name}"))?;
            Ok::<_, anyhow::Error>(i32::try_from(side)?)
        };
        let properties = &widget["properties"];
        let mut title = text(&properties["title"]).unwrap_or_default();
        let kind = match widget["type"].as_str().unwrap_or_default() {
            "text" => {
                title = text(&properties["markdown"])
                    .unwrap_or_default()
                    .trim_start_matches('#')
                    .trim()
                    .to_owned();
                Kind::Text
            }
            "alarm" => Kind::Alarms(alarms(properties)),
            "metric" => metrics(properties).with_context(|| format!("the widget {title:?}"))?,
            other => bail!("widgets of type {other:?} are not understood"),
        };
        let [x, y, width, height] = [side("x")?, side("y")?, side("width")?, side("height")?];
        Ok(Self {
            x,
            y,
            width,
            height,
            title,
            kind,
        })
    }
}

/// The names in a list of ARNs: `…:alarm:{name}`.
fn alarms(properties: &Value) -> Vec<String> {
    let arns = properties["alarms"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    arns.map(|arn| arn.rsplit(':').next().unwrap_or(arn).to_owned())
        .collect()
}

fn metrics(properties: &Value) -> Result<Kind> {
    let stat = properties["stat"].as_str().unwrap_or("Average");
    let mut before: Vec<String> = Vec::new();
    let mut shown = Vec::new();
    for line in properties["metrics"].as_array().context("it has no metrics")? {
        let line = line.as_array().context("a metric is no list")?;
        let options = line
            .last()
            .filter(|last| last.is_object())
            .unwrap_or(&Value::Null);
        let source = match text(&options["expression"]) {
            Some(expression) => Source::Expression(expression),
            None => {
                let words = line.iter().filter_map(Value::as_str);
                before = words
                    .enumerate()
                    .map(|(place, word)| match word {
                        "." => before.get(place).cloned().context("a dot with nothing above it"),
                        word => Ok(word.to_owned()),
                    })
                    .collect::<Result<_>>()?;
                let stat = options["stat"].as_str().unwrap_or(stat);
                Source::Metric(metric(&before)?, stat.parse().map_err(anyhow::Error::msg)?)
            }
        };
        shown.push(Shown {
            source,
            id: text(&options["id"]),
            label: text(&options["label"]),
            color: text(&options["color"]),
            visible: options["visible"].as_bool().unwrap_or(true),
        });
    }
    Ok(match properties["view"].as_str().unwrap_or("timeSeries") {
        "timeSeries" => Kind::Curves(shown),
        "singleValue" => Kind::Numbers(shown),
        other => bail!("the view {other:?} is not understood"),
    })
}

/// Namespace, name, and pairs of dimension and value.
fn metric(words: &[String]) -> Result<Metric> {
    let [namespace, name, dimensions @ ..] = words else {
        bail!("{words:?} is no metric");
    };
    ensure!(dimensions.len() % 2 == 0, "a dimension of {words:?} has no value");
    let pairs = dimensions.chunks(2).filter_map(|pair| match pair {
        [key, value] => Some((key.as_str(), value.as_str())),
        _ => None,
    });
    Ok(Metric::new(namespace, name, &pairs.collect::<Vec<_>>()))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dots_repeat_what_stands_above_them() {
        let properties = json!({"stat": "Sum", "metrics": [
            ["AWS/SQS", "Age", "QueueName", "a", {"label": "first"}],
            [".", ".", ".", "b", {"stat": "p99", "id": "m", "visible": false}],
            [{"expression": "m/60"}],
        ]});
        let Kind::Curves(shown) = metrics(&properties).unwrap() else {
            panic!("curves")
        };
        let of =
            |queue: &str, stat| Source::Metric(Metric::new("AWS/SQS", "Age", &[("QueueName", queue)]), stat);
        assert_eq!(shown[0].source, of("a", Statistic::Sum));
        assert_eq!(shown[1].source, of("b", Statistic::Percentile(99.0)));
        assert_eq!(shown[2].source, Source::Expression("m/60".to_owned()));
        assert_eq!(
            (shown[0].label.as_deref(), shown[0].visible, shown[1].visible),
            (Some("first"), true, false)
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for wrong in [
            json!({"metrics": [[".", "Age"]]}),
            json!({"metrics": [["AWS/SQS"]]}),
            json!({"metrics": [["AWS/SQS", "Age", "QueueName"]]}),
            json!({"metrics": [], "view": "pie"}),
        ] {
            assert!(metrics(&wrong).is_err(), "{wrong}");
        }
    }
}
