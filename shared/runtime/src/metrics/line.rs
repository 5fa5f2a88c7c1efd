//! A datapoint as a line of CloudWatch's Embedded Metric Format. Pure.

use super::vocabulary::{FUNCTION, Metric};
use effects::UnixMillis;
use serde_json::{Map, Number, Value, json};

/// Where datapoints come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The namespace: the stack's name.
    pub namespace: String,
    /// The function.
    pub function: String,
}

/// The line of a datapoint. `dimensions` are the values of the metric's dimensions in their order, without that of the
/// function; `ids` are what CloudWatch keeps as properties, never as dimensions. Nothing when a value is missing.
pub(super) fn line(
    source: &Source,
    now: UnixMillis,
    metric: Metric,
    value: Number,
    dimensions: &[&str],
    ids: Map<String, Value>,
) -> Option<Value> {
    let definition = metric.definition();
    let mut values = dimensions.iter();
    let mut line = ids;
    for name in definition.dimensions {
        let value = match *name {
            FUNCTION => source.function.as_str(),
            _ => values.next()?,
        };
        line.insert((*name).to_owned(), json!(value));
    }
    let mut sets = vec![definition.dimensions];
    if definition.total {
        sets.insert(0, &[]);
    }
    line.insert(definition.name.to_owned(), Value::Number(value));
    let directive = json!({
        "Namespace": source.namespace,
        "Dimensions": sets,
        "Metrics": [{"Name": definition.name, "Unit": definition.unit}],
    });
    line.insert(
        "_aws".to_owned(),
        json!({"Timestamp": now.0, "CloudWatchMetrics": [directive]}),
    );
    Some(Value::Object(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(metric: Metric, value: impl Into<Number>, dimensions: &[&str]) -> Option<Value> {
        let source = Source {
            namespace: "shop-prod".to_owned(),
            function: "order-writer".to_owned(),
        };
        let ids = Map::from_iter([("order".to_owned(), json!("woo/1001"))]);
        line(
            &source,
            UnixMillis(1_795_446_000_000),
            metric,
            value.into(),
            dimensions,
            ids,
        )
    }

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        assert_eq!(
            written(Metric::AmountCaptured, 1999, &["USD"]).unwrap(),
            json!({
                "_aws": {"Timestamp": 1_795_446_000_000_i64, "CloudWatchMetrics": [{
                    "Namespace": "shop-prod", "Dimensions": [["Currency"]],
                    "Metrics": [{"Name": "AmountCaptured", "Unit": "None"}]}]},
                "Currency": "USD", "AmountCaptured": 1999, "order": "woo/1001",
            })
        );
    }

    #[test]
    fn the_function_is_filled_in_and_a_total_is_a_second_set() {
        let line = written(Metric::Failures, 1, &["Refused"]).unwrap();
        assert_eq!(
            (&line["Function"], &line["Name"]),
            (&json!("order-writer"), &json!("Refused"))
        );
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([[], ["Function", "Name"]])
        );
    }

    #[test]
    fn no_metric_goes_out_under_half_its_dimensions() {
        for metric in Metric::ALL {
            let needed = metric
                .definition()
                .dimensions
                .iter()
                .filter(|name| **name != FUNCTION)
                .count();
            let values = vec!["x"; needed];
            assert!(written(metric, 1, &values).is_some(), "{metric:?}");
            if needed > 0 {
                assert_eq!(written(metric, 1, &values[1..]), None, "{metric:?}");
            }
        }
    }
}
