//! What a number of samples comes to.

use std::str::FromStr;

/// A statistic of the samples of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// All of them added up.
    Sum,
    /// Their mean.
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
    /// How many there are.
    SampleCount,
    /// The value that so many percent of them do not exceed, interpolated.
    Percentile(f64),
}

impl Statistic {
    /// Of these samples; `None` when there are none.
    pub fn of(self, samples: &[f64]) -> Option<f64> {
        if samples.is_empty() {
            return None;
        }
        let count = samples.len() as f64;
        let sum: f64 = samples.iter().sum();
        Some(match self {
            Self::Sum => sum,
            Self::Average => sum / count,
            Self::Minimum => samples.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Maximum => samples.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::SampleCount => count,
            Self::Percentile(percent) => percentile(samples, percent),
        })
    }
}

fn percentile(samples: &[f64], percent: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let rank = percent / 100.0 * last as f64;
    let lower = sorted.get(rank.floor() as usize).copied().unwrap_or_default();
    let upper = sorted.get(rank.ceil() as usize).copied().unwrap_or(lower);
    lower + (upper - lower) * rank.fract()
}

impl FromStr for Statistic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            _ => {
                let percent = text.strip_prefix('p').and_then(|percent| percent.parse().ok());
                let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
                Self::Percentile(percent.ok_or_else(|| format!("there is no statistic {text:?}"))?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_to_what_cloudwatch_says() {
        let of = |name: &str| {
            let samples: Vec<f64> = (1..=101).map(f64::from).collect();
            name.parse::<Statistic>().unwrap().of(&samples)
        };
        assert_eq!(of("Sum"), Some(5151.0));
        assert_eq!(of("Average"), Some(51.0));
        assert_eq!((of("Minimum"), of("Maximum")), (Some(1.0), Some(101.0)));
        assert_eq!(of("SampleCount"), Some(101.0));
        assert_eq!(
            (of("p50"), of("p99"), of("p99.5")),
            (Some(51.0), Some(100.0), Some(100.5))
        );
        assert_eq!(Statistic::Sum.of(&[]), None);
        for wrong in ["P99", "p", "p101", "sum", ""] {
            assert!(wrong.parse::<Statistic>().is_err(), "{wrong}");
        }
    }
}
