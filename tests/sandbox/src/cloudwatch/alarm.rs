//! One alarm, and what it says of the metrics.

use super::{Metric, Metrics, Millis, Statistic};

/// What an alarm says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All is well.
    Ok,
    /// A person is called.
    Alarm,
    /// Nothing is known.
    InsufficientData,
}

/// When a value breaches the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// What a period without samples counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// As one that breaches.
    Breaching,
    /// As one that does not.
    NotBreaching,
    /// As none; the state stays when there is no other.
    Ignore,
    /// As none; without any other the state is [`State::InsufficientData`].
    Missing,
}

/// An alarm as it is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// What it tells whoever is called.
    pub description: String,
    /// What it watches: exactly this set of dimensions.
    pub metric: Metric,
    /// What the samples of a period come to.
    pub statistic: Statistic,
    /// Length of a period.
    pub period: Millis,
    /// How many periods it looks back.
    pub periods: usize,
    /// How many of them have to breach.
    pub to_alarm: usize,
    /// How a value is compared with the threshold.
    pub comparison: Comparison,
    /// The threshold.
    pub threshold: f64,
    /// What silence means.
    pub missing: Missing,
    /// What it said last.
    pub state: State,
    /// Whether its end is told, too.
    pub tells_end: bool,
}

impl Alarm {
    /// What it says at a moment. Periods end at that moment: AWS looks once a minute, and no sooner.
    pub fn decide(&self, metrics: &Metrics, at: Millis) -> State {
        let periods = 0..Millis::try_from(self.periods).unwrap_or(Millis::MAX);
        let verdicts: Vec<Option<bool>> = periods
            .map(|back| {
                let to = at - back * self.period;
                metrics
                    .statistic(&self.metric, self.statistic, to - self.period, to)
                    .map(|value| self.breaches(value))
            })
            .collect();
        let silent = verdicts.iter().filter(|verdict| verdict.is_none()).count();
        let breaching = verdicts.iter().filter(|verdict| **verdict == Some(true)).count();
        let assumed = match self.missing {
            Missing::Breaching => silent,
            _ => 0,
        };
        match self.missing {
            Missing::Ignore if silent == verdicts.len() => self.state,
            Missing::Missing if silent == verdicts.len() => State::InsufficientData,
            _ if breaching + assumed >= self.to_alarm => State::Alarm,
            _ => State::Ok,
        }
    }

    /// Whether a value breaches the threshold.
    pub fn breaches(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Greater => value > self.threshold,
            Comparison::GreaterOrEqual => value >= self.threshold,
            Comparison::Less => value < self.threshold,
            Comparison::LessOrEqual => value <= self.threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudwatch::Sample;

    const PERIOD: Millis = 300_000;
    const AT: Millis = 1_790_000_000_000;

    fn alarm(periods: usize, to_alarm: usize, missing: Missing) -> Alarm {
        Alarm {
            name: "any".to_owned(),
            description: String::new(),
            metric: Metric::new("stack", "Errors", &[("Function", "writer")]),
            statistic: Statistic::Sum,
            period: PERIOD,
            periods,
            to_alarm,
            comparison: Comparison::Greater,
            threshold: 1.0,
            missing,
            state: State::Ok,
            tells_end: true,
        }
    }

    /// A value in the middle of each period, the newest first.
    fn metrics(values: &[Option<f64>]) -> Metrics {
        let mut metrics = Metrics::default();
        for (back, value) in (0..).zip(values) {
            let at = AT - PERIOD / 2 - back * PERIOD;
            if let Some(value) = *value {
                let metric = alarm(1, 1, Missing::Missing).metric;
                metrics.put(metric, Sample { at, value });
            }
        }
        metrics
    }

    #[test]
    fn so_many_of_so_many_periods_have_to_breach() {
        let two_of_three = alarm(3, 2, Missing::NotBreaching);
        let decide = |values: &[Option<f64>]| two_of_three.decide(&metrics(values), AT);
        assert_eq!(decide(&[Some(2.0), None, Some(2.0)]), State::Alarm);
        assert_eq!(decide(&[Some(2.0), Some(1.0), Some(0.0)]), State::Ok);
        assert_eq!(decide(&[Some(2.0), None, None, Some(2.0)]), State::Ok);
    }

    #[test]
    fn the_samples_of_a_period_count_together() {
        let mut metrics = metrics(&[Some(1.0)]);
        let one = alarm(1, 1, Missing::NotBreaching);
        assert_eq!(one.decide(&metrics, AT), State::Ok);
        metrics.put(one.metric.clone(), Sample { at: AT, value: 1.0 });
        assert_eq!(one.decide(&metrics, AT), State::Alarm);
        assert_eq!(one.decide(&metrics, AT + PERIOD), State::Ok);
    }

    #[test]
    fn other_dimensions_are_another_metric() {
        let mut metrics = Metrics::default();
        let sample = Sample { at: AT, value: 9.0 };
        metrics.put(Metric::new("stack", "Errors", &[("Function", "router")]), sample);
        metrics.put(Metric::new("stack", "Errors", &[]), sample);
        assert_eq!(alarm(1, 1, Missing::NotBreaching).decide(&metrics, AT), State::Ok);
    }

    #[test]
    fn silence_means_what_the_alarm_says() {
        let silent = Metrics::default();
        let mut alarm = alarm(3, 3, Missing::Breaching);
        alarm.state = State::Alarm;
        assert_eq!(alarm.decide(&silent, AT), State::Alarm);
        assert_eq!(alarm.decide(&metrics(&[Some(0.0)]), AT), State::Ok);
        for (missing, state) in [
            (Missing::NotBreaching, State::Ok),
            (Missing::Ignore, State::Alarm),
            (Missing::Missing, State::InsufficientData),
        ] {
            alarm.missing = missing;
            assert_eq!(alarm.decide(&silent, AT), state, "{missing:?}");
        }
    }

    #[test]
    fn a_value_is_compared_as_the_alarm_says() {
        let mut alarm = alarm(1, 1, Missing::Missing);
        for (comparison, breaching) in [
            (Comparison::Greater, [false, false, true]),
            (Comparison::GreaterOrEqual, [false, true, true]),
            (Comparison::Less, [true, false, false]),
            (Comparison::LessOrEqual, [true, true, false]),
        ] {
            alarm.comparison = comparison;
            assert_eq!([0.0, 1.0, 2.0].map(|value| alarm.breaches(value)), breaching);
        }
    }
}
