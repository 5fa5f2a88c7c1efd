//! Axes that people can read.

use super::expression::Points;
use super::widgets::Line;

/// The upper end of an axis that begins at 0: the next of 1, 2, 4, 10, 20, 40 …, and at least 1.
pub(super) fn ceiling(lines: &[Line]) -> f64 {
    let most = lines
        .iter()
        .flat_map(|line| line.points.iter().flatten())
        .copied()
        .fold(0.0_f64, f64::max);
    let mut decade = 1.0;
    loop {
        for step in [1.0, 2.0, 4.0] {
            if step * decade >= most * 1.05 {
                return step * decade;
            }
        }
        decade *= 10.0;
    }
}

/// A number in few characters: `0.25`, `12`, `6.2k`, `1.4M`.
pub(super) fn short(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    };
    let text = if value != 0.0 && value.abs() < 0.1 {
        format!("{value:.2}")
    } else {
        text
    };
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    format!("{text}{unit}")
}

/// The runs of neighbouring points: what is drawn as one line. A gap of one step is drawn over.
pub(super) fn strokes(points: &Points) -> Vec<Vec<(usize, f64)>> {
    let mut found: Vec<Vec<(usize, f64)>> = Vec::new();
    for (step, value) in points
        .iter()
        .enumerate()
        .filter_map(|(step, value)| Some((step, (*value)?)))
    {
        match found.last_mut() {
            Some(stroke) if stroke.last().is_some_and(|(last, _)| step - last <= 2) => {
                stroke.push((step, value))
            }
            _ => found.push(vec![(step, value)]),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: Points) -> Line {
        Line {
            label: String::new(),
            color: None,
            points,
        }
    }

    #[test]
    fn an_axis_ends_at_a_round_number_above_all_values() {
        let ceiling = |most: f64| ceiling(&[line(vec![None, Some(most)])]);
        assert_eq!(
            [0.0, 0.5, 1.0, 3.0, 19.0, 20.0, 62_230.0].map(ceiling),
            [1.0, 1.0, 2.0, 4.0, 20.0, 40.0, 100_000.0]
        );
        assert_eq!(super::ceiling(&[]), 1.0);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.25, 0.05, 3.0, 12.5, 250.0, 6223.0, 62_230.0, 1_400_000.0].map(short);
        assert_eq!(
            shown,
            ["0", "0.2", "0.05", "3", "12.5", "250", "6223", "62.2k", "1.4M"]
        );
    }

    #[test]
    fn a_wide_gap_ends_a_stroke() {
        let points = vec![Some(1.0), None, Some(2.0), None, None, Some(3.0)];
        assert_eq!(strokes(&points), [vec![(0, 1.0), (2, 2.0)], vec![(5, 3.0)]]);
    }
}
