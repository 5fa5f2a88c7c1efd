//! What was measured at one size after the other.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::bench::figures::Figures;
use crate::bench::spine::Driven;

/// What was measured of a function at some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// From an event to its answer, the median. Microseconds.
    pub median_us: u64,
    /// The most memory resident, KiB.
    pub peak_kib: u64,
    /// Hundredths of requests to Odoo for an event; nothing where nobody asks Odoo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trips: Option<u64>,
}

impl Measured {
    /// What a function was that needs no Odoo.
    ///
    /// # Errors
    /// When it was not driven at all.
    pub fn of(driven: &Driven) -> Result<Self> {
        let figures = Figures::of(&driven.times).context("no event counts")?;
        Ok(Self {
            median_us: figures.median_us,
            peak_kib: driven.peak_kib,
            round_trips: None,
        })
    }
}

/// A size, and what was measured at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// How much there was of what grows.
    pub size: u64,
    /// What it came to.
    #[serde(flatten)]
    pub measured: Measured,
}

/// A function at one size after the other, smallest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// The function, and what it did.
    pub name: &'static str,
    /// What was measured.
    pub points: Vec<Point>,
}

impl Series {
    /// A point, and the hundredths of its growth: how many times the time of the point before, over how many times its
    /// size. At most 100 is linear or better. Nothing for the first point, and after a size of 0.
    pub fn rows(&self) -> impl Iterator<Item = (&Point, Option<u64>)> {
        let before = std::iter::once(None).chain(self.points.iter().map(Some));
        let rows = self.points.iter().zip(before);
        rows.map(|(point, before)| (point, before.and_then(|before| growth(before, point))))
    }

    /// The worst growth from one size to the next, hundredths: what is fixed hides growth over all sizes.
    pub fn worst(&self) -> Option<u64> {
        self.rows().filter_map(|(_, growth)| growth).max()
    }
}

fn growth(from: &Point, to: &Point) -> Option<u64> {
    let times = |point: &Point, size: u64| u128::from(point.measured.median_us) * u128::from(size);
    let growth = (times(to, from.size) * 100).checked_div(times(from, to.size))?;
    (from.size > 0).then(|| u64::try_from(growth).ok()).flatten()
}

/// Adds what was measured at a size to the series of the same names, or begins them.
pub fn add(all: &mut Vec<Series>, size: u64, measured: impl IntoIterator<Item = (&'static str, Measured)>) {
    for (name, measured) in measured {
        let point = Point { size, measured };
        match all.iter_mut().find(|series| series.name == name) {
            Some(series) => series.points.push(point),
            None => all.push(Series {
                name,
                points: vec![point],
            }),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A series of these sizes and microseconds.
    pub fn series(name: &'static str, points: &[(u64, u64)]) -> Series {
        let mut all = Vec::new();
        for &(size, median_us) in points {
            let measured = Measured {
                median_us,
                peak_kib: 20_480,
                round_trips: Some(800),
            };
            add(&mut all, size, [(name, measured)]);
        }
        all.remove(0)
    }

    #[test]
    fn growth_is_the_ratio_of_times_over_that_of_sizes() {
        let growth = |points: &[(u64, u64)]| series("a", points).rows().map(|(_, g)| g).collect::<Vec<_>>();
        assert_eq!(
            growth(&[(1, 100), (10, 1_000), (20, 8_000)]),
            [None, Some(100), Some(400)]
        );
        assert_eq!(growth(&[(10, 100), (100, 100)]), [None, Some(10)]);
        // What is not there has no ratio to anything.
        assert_eq!(growth(&[(0, 100), (100, 200)]), [None, None]);
    }

    #[test]
    fn the_worst_growth_is_not_hidden_by_what_is_fixed() {
        // 400 ms, and a tenth of a millisecond for the square of the size.
        let square = |size: u64| (size, 400_000 + 100 * size * size);
        let points = [1, 10, 50, 100, 250, 500].map(square);
        assert_eq!(series("a", &points).worst(), Some(190));
        assert_eq!(series("a", &[(0, 100), (100, 200)]).worst(), None);
    }
}
