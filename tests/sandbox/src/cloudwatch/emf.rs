//! Lines in CloudWatch's Embedded Metric Format. CloudWatch drops what is not in order without a word; here it is an error.

use serde_json::{Map, Value};

use super::{Metric, Millis, Sample};

/// How far from now a line may be dated: two weeks back, two hours ahead.
const BACK: Millis = 14 * 24 * 60 * 60 * 1000;
const AHEAD: Millis = 2 * 60 * 60 * 1000;
const DIMENSIONS_MAX: usize = 30;
const METRICS_MAX: usize = 100;
const VALUES_MAX: usize = 100;
const NAME_MAX: usize = 1024;
const DIMENSION_NAME_MAX: usize = 250;
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

type Samples = Vec<(Metric, Sample)>;

/// The samples a log line holds; none when it is no line of metrics.
///
/// # Errors
/// When it is one that CloudWatch would not take, in full or in part.
pub(super) fn samples(line: &str, now: Millis) -> Result<Samples, String> {
    if !line.contains("\"_aws\"") {
        return Ok(Vec::new());
    }
    let root: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| format!("no JSON object: {error}"))?;
    let Some(meta) = root.get("_aws") else {
        return Ok(Vec::new());
    };
    let at = meta["Timestamp"]
        .as_i64()
        .ok_or("_aws.Timestamp is no whole number")?;
    if at < now - BACK || at > now + AHEAD {
        return Err(format!("_aws.Timestamp is {at}, which is not now"));
    }
    let directives = list(&meta["CloudWatchMetrics"], "_aws.CloudWatchMetrics")?;
    let mut found = Vec::new();
    for directive in directives {
        found.extend(of_directive(&root, directive, at)?);
    }
    Ok(found)
}

fn of_directive(root: &Map<String, Value>, directive: &Value, at: Millis) -> Result<Samples, String> {
    let namespace = name(&directive["Namespace"], "Namespace")?;
    if namespace.starts_with("AWS/") {
        return Err(format!("the namespace {namespace} is AWS's"));
    }
    let sets = list(&directive["Dimensions"], "Dimensions")?;
    if sets.is_empty() {
        return Err("Dimensions holds no set: the metric would have none, and not be there".to_owned());
    }
    let metrics = list(&directive["Metrics"], "Metrics")?;
    if metrics.is_empty() || metrics.len() > METRICS_MAX {
        return Err(format!("Metrics holds {} metrics", metrics.len()));
    }
    let sets = sets
        .iter()
        .map(|set| dimensions(root, set))
        .collect::<Result<Vec<_>, _>>()?;
    let mut found = Vec::new();
    for definition in metrics {
        let metric = name(&definition["Name"], "Name")?;
        check(definition)?;
        let values = values(root.get(metric), metric)?;
        for set in &sets {
            let metric = Metric::new(namespace, metric, set);
            found.extend(
                values
                    .iter()
                    .map(|value| (metric.clone(), Sample { at, value: *value })),
            );
        }
    }
    Ok(found)
}

/// The dimensions of a set with their values, which have to be texts beside the metrics.
fn dimensions<'a>(root: &'a Map<String, Value>, set: &'a Value) -> Result<Vec<(&'a str, &'a str)>, String> {
    let set = list(set, "a set of dimensions")?;
    if set.len() > DIMENSIONS_MAX {
        return Err(format!("a metric has {} dimensions", set.len()));
    }
    let mut found = Vec::new();
    for dimension in set {
        let key = name(dimension, "a dimension")?;
        if key.len() > DIMENSION_NAME_MAX || key.starts_with(':') {
            return Err(format!("no dimension can be called {key:?}"));
        }
        let value = root.get(key).ok_or(format!("the dimension {key} has no value"))?;
        found.push((key, name(value, key)?));
    }
    Ok(found)
}

fn check(definition: &Value) -> Result<(), String> {
    if let Some(unit) = definition.get("Unit")
        && !unit.as_str().is_some_and(|unit| UNITS.contains(&unit))
    {
        return Err(format!("there is no unit {unit}"));
    }
    if let Some(resolution) = definition.get("StorageResolution")
        && !matches!(resolution.as_u64(), Some(1 | 60))
    {
        return Err(format!("there is no resolution {resolution}"));
    }
    Ok(())
}

fn values(value: Option<&Value>, metric: &str) -> Result<Vec<f64>, String> {
    let values = match value {
        Some(Value::Array(values)) => values.iter().map(Value::as_f64).collect(),
        Some(value) => value.as_f64().map(|value| vec![value]),
        None => None,
    };
    let values: Vec<f64> = values.ok_or(format!("the metric {metric} has no number for a value"))?;
    if values.is_empty() || values.len() > VALUES_MAX {
        return Err(format!("the metric {metric} has {} values", values.len()));
    }
    Ok(values)
}

fn name<'a>(value: &'a Value, what: &str) -> Result<&'a str, String> {
    let text = value.as_str().ok_or(format!("{what} is {value}, no text"))?;
    let fits =
        !text.trim().is_empty() && text.len() <= NAME_MAX && text.bytes().all(|b| (0x20..0x7f).contains(&b));
    if fits {
        Ok(text)
    } else {
        Err(format!("{what} is {text:?}"))
    }
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], String> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or(format!("{what} is no list"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Millis = 1_790_000_000_000;

    fn line() -> Value {
        json!({
            "_aws": {"Timestamp": NOW, "CloudWatchMetrics": [{
                "Namespace": "stack", "Dimensions": [["Store"], []],
                "Metrics": [{"Name": "OrdersReceived", "Unit": "Count"}],
            }]},
            "Store": "woo", "OrdersReceived": 2, "order": "woo/1",
        })
    }

    #[test]
    fn each_set_of_dimensions_is_a_metric_and_properties_are_none() {
        let sample = Sample { at: NOW, value: 2.0 };
        let expected = vec![
            (
                Metric::new("stack", "OrdersReceived", &[("Store", "woo")]),
                sample,
            ),
            (Metric::new("stack", "OrdersReceived", &[]), sample),
        ];
        assert_eq!(samples(&line().to_string(), NOW), Ok(expected));
    }

    #[test]
    fn other_lines_hold_no_metrics() {
        for other in [r#"{"message":"taken","order":"woo/1"}"#, "START RequestId: 1", ""] {
            assert_eq!(samples(other, NOW), Ok(Vec::new()), "{other}");
        }
    }

    #[test]
    fn what_cloudwatch_would_drop_is_an_error() {
        let directive = "/_aws/CloudWatchMetrics/0";
        let wrong = [
            ("/_aws/Timestamp".to_owned(), json!("now")),
            ("/_aws/Timestamp".to_owned(), json!(NOW - BACK - 1)),
            (format!("{directive}/Namespace"), json!("")),
            (format!("{directive}/Namespace"), json!("AWS/Lambda")),
            (format!("{directive}/Dimensions"), json!([])),
            (format!("{directive}/Dimensions"), json!(["Store"])),
            (format!("{directive}/Dimensions/0"), json!(["Currency"])),
            (format!("{directive}/Metrics"), json!([])),
            (format!("{directive}/Metrics/0/Name"), json!("OrdersSent")),
            (format!("{directive}/Metrics/0/Unit"), json!("Orders")),
            (
                format!("{directive}/Metrics/0"),
                json!({"Name": "OrdersReceived", "StorageResolution": 5}),
            ),
            ("/Store".to_owned(), json!(7)),
            ("/Store".to_owned(), json!(" ")),
            ("/OrdersReceived".to_owned(), json!("2")),
            ("/OrdersReceived".to_owned(), json!([])),
        ];
        for (place, value) in wrong {
            let mut line = line();
            *line.pointer_mut(&place).unwrap() = value.clone();
            assert!(samples(&line.to_string(), NOW).is_err(), "{place}: {value}");
        }
        assert!(samples(r#"{"_aws": {"#, NOW).is_err());
    }
}
