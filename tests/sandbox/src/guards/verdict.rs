//! What is said of a figure beside its limit.

use super::limits::Limit;
use super::measured::{Figures, Kind};

/// A figure so much better than its limit is worth to be written down. Percent.
const WORTH_WRITING_PERCENT: u64 = 10;
/// What ten times the lines may take of what they took before, in hundredths: ten times, and a little for what grows in
/// steps. Work that compares every line with every other takes a hundred times as much.
const GROWTH_MAX: u64 = 1_050;

/// What is said of one figure.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Holds,
    /// The limit can be lowered.
    Better(String),
    /// It is above its limit, or has none.
    Broken(String),
}

/// Every figure beside its limit.
pub fn judged(kind: &Kind, limit: &Limit, now: &Figures) -> Vec<Verdict> {
    let gone = limit.figures.keys().filter(|name| !now.contains_key(*name));
    let gone = gone.map(|name| {
        let what = format!("{name} has a limit of {} and is measured no more", kind.unit);
        Verdict::Broken(format!(
            "{what}: write the limits anew with `cargo sandbox guards --write`"
        ))
    });
    let there = now.iter().map(|(name, now)| match limit.figures.get(name) {
        Some(was) => one(kind, name, *was, *now, limit.slack_percent),
        None => Verdict::Broken(format!(
            "{name} has no limit of {}: write it down with `cargo sandbox guards --write`",
            kind.unit
        )),
    });
    there.chain(gone).collect()
}

fn one(kind: &Kind, name: &str, was: u64, now: u64, slack_percent: u64) -> Verdict {
    let hundredfold = |figure: u64| figure.saturating_mul(100);
    if hundredfold(now) > was.saturating_mul(100 + slack_percent) {
        let what = format!(
            "{name} has {now} {}, was {was}: {} % more, {slack_percent} % are let through",
            kind.unit,
            percent(now.saturating_sub(was), was)
        );
        return Verdict::Broken(format!(
            "{what}. Find the cause; if it is worth it, raise the limit with `cargo sandbox guards --write` and say in \
             the commit what it buys"
        ));
    }
    if hundredfold(now) < was.saturating_mul(100 - WORTH_WRITING_PERCENT) {
        return Verdict::Better(format!(
            "{name} has {now} {}, was {was}: the limit can be lowered with `cargo sandbox guards --write`",
            kind.unit
        ));
    }
    Verdict::Holds
}

/// Whether ten times the lines take ten times as much at most.
pub fn growth(kind: &Kind, now: &Figures) -> Vec<Verdict> {
    let pairs = now.iter().filter_map(|(name, ten)| {
        let piece = name.strip_suffix("-10")?;
        Some((piece, *ten, *now.get(&format!("{piece}-100"))?))
    });
    pairs
        .map(
            |(piece, ten, hundred)| match hundred.saturating_mul(100) > ten.saturating_mul(GROWTH_MAX) {
                true => Verdict::Broken(format!(
                    "{piece} has {ten} {} with 10 lines and {hundred} with 100: it has to grow with the lines, not faster",
                    kind.unit
                )),
                false => Verdict::Holds,
            },
        )
        .collect()
}

/// A part in percent, with one decimal.
fn percent(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::measured::KINDS;

    fn figures(figures: &[(&str, u64)]) -> Figures {
        figures
            .iter()
            .map(|(name, figure)| ((*name).to_owned(), *figure))
            .collect()
    }

    fn broken(verdicts: &[Verdict]) -> Vec<&str> {
        let texts = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Broken(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn a_figure_may_be_above_what_was_measured_by_the_slack_and_no_more() {
        let limit = Limit {
            slack_percent: 5,
            figures: figures(&[("a", 1_000)]),
        };
        let of = |now| judged(&KINDS[0], &limit, &figures(&[("a", now)]));
        assert_eq!(of(1_050), [Verdict::Holds]);
        assert_eq!(of(900), [Verdict::Holds]);
        assert!(matches!(of(899)[..], [Verdict::Better(_)]));
        let above = of(1_051);
        assert!(
            broken(&above)[0].starts_with("a has 1051 bytes, was 1000: 5.1 % more, 5 % are let through.")
        );
    }

    #[test]
    fn what_has_no_limit_or_is_gone_is_told() {
        let limit = Limit {
            slack_percent: 5,
            figures: figures(&[("old", 1)]),
        };
        let verdicts = judged(&KINDS[0], &limit, &figures(&[("new", 1)]));
        assert_eq!(broken(&verdicts).len(), 2);
    }

    #[test]
    fn ten_times_the_lines_take_ten_times_as_much() {
        let linear = figures(&[("a-1", 20), ("a-10", 100), ("a-100", 1_050)]);
        assert_eq!(growth(&KINDS[1], &linear), [Verdict::Holds]);
        let faster = figures(&[("a-10", 100), ("a-100", 1_051)]);
        assert_eq!(broken(&growth(&KINDS[1], &faster)).len(), 1);
    }
}
