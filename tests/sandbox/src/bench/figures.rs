//! Many measurements of one thing, and what is said of them.

use std::time::Duration;

use serde::Serialize;

/// What many measurements of one thing come to. Microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many there are.
    pub count: usize,
    /// Half of them are at most this.
    pub median_us: u64,
    /// Ninety-nine of a hundred are at most this.
    pub p99_us: u64,
    /// The worst.
    pub worst_us: u64,
}

impl Figures {
    /// The figures of these times; nothing of none.
    pub fn of(times: &[Duration]) -> Option<Self> {
        let mut sorted: Vec<u64> = times
            .iter()
            .map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
            .collect();
        sorted.sort_unstable();
        // Nearest rank: the smallest that so many hundredths are not above.
        let rank = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?);
        Some(Self {
            count: sorted.len(),
            median_us: *rank(50)?,
            p99_us: *rank(99)?,
            worst_us: *sorted.last()?,
        })
    }
}

/// Microseconds as milliseconds with two decimals.
pub fn ms(us: u64) -> String {
    format!("{}.{:02}", us / 1000, us % 1000 / 10)
}

/// Hundredths with two decimals.
pub fn hundredths(of: u64) -> String {
    format!("{}.{:02}", of / 100, of % 100)
}

/// How many times as much `of` is as `base`, one decimal.
pub fn times(of: u64, base: u64) -> String {
    let tenths = (of * 10).checked_div(base).unwrap_or_default();
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A whole number with a comma before every three digits.
pub fn grouped(of: u64) -> String {
    let digits = of.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Millionths of a dollar as dollars with four decimals.
pub fn dollars(micro: u64) -> String {
    format!("{}.{:04}", micro / 1_000_000, micro % 1_000_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest_ones() {
        let times = |n: u64| (1..=n).rev().map(Duration::from_micros).collect::<Vec<_>>();
        let figures = |n| Figures::of(&times(n)).map(|f| (f.median_us, f.p99_us, f.worst_us));
        assert_eq!(figures(0), None);
        assert_eq!(figures(1), Some((1, 1, 1)));
        assert_eq!(figures(20), Some((10, 20, 20)));
        assert_eq!(figures(2000), Some((1000, 1980, 2000)));
    }

    #[test]
    fn figures_are_shown_without_floats() {
        assert_eq!(ms(12_345), "12.34");
        assert_eq!(hundredths(342), "3.42");
        assert_eq!(times(25, 10), "2.5");
        assert_eq!(times(25, 0), "0.0");
        assert_eq!(dollars(1_251_499), "1.2514");
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
