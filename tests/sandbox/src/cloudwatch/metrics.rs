//! The metrics that were gathered, sample by sample.

use std::collections::BTreeMap;

use super::{Millis, Statistic};

/// One metric: every set of dimensions is one of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// The stack's name, or `AWS/…`.
    pub namespace: String,
    /// What is counted.
    pub name: String,
    /// Of what it is counted.
    pub dimensions: BTreeMap<String, String>,
}

impl Metric {
    /// The metric of this name with these dimensions.
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let dimensions = dimensions.iter();
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        }
    }
}

/// A value at a moment. CloudWatch knows no integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Millis,
    /// How much.
    pub value: f64,
}

/// All metrics of a stack.
#[derive(Clone, Debug, Default)]
pub struct Metrics(BTreeMap<Metric, Vec<Sample>>);

impl Metrics {
    /// Adds a sample.
    pub fn put(&mut self, metric: Metric, sample: Sample) {
        self.0.entry(metric).or_default().push(sample);
    }

    /// Every metric that has a sample.
    pub fn all(&self) -> impl Iterator<Item = &Metric> {
        self.0.keys()
    }

    /// A statistic of the samples after `from` and not after `to`; `None` when there are none.
    pub fn statistic(&self, metric: &Metric, statistic: Statistic, from: Millis, to: Millis) -> Option<f64> {
        let samples = self.0.get(metric)?.iter();
        let values: Vec<f64> = samples
            .filter(|sample| from < sample.at && sample.at <= to)
            .map(|sample| sample.value)
            .collect();
        statistic.of(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_other_dimensions_and_other_times_do_not_count() {
        let of = |queue: &str| Metric::new("AWS/SQS", "Age", &[("QueueName", queue)]);
        let mut metrics = Metrics::default();
        for (queue, at, value) in [("a", 100, 1.0), ("a", 200, 2.0), ("a", 300, 4.0), ("b", 200, 8.0)] {
            metrics.put(of(queue), Sample { at, value });
        }
        let sum = |metric: &Metric| metrics.statistic(metric, Statistic::Sum, 100, 300);
        assert_eq!(sum(&of("a")), Some(6.0));
        assert_eq!(sum(&of("b")), Some(8.0));
        assert_eq!(sum(&Metric::new("AWS/SQS", "Age", &[])), None);
    }
}
