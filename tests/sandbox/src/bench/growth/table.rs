//! The growth as tables.

use std::fmt;

use shop::BODY_BYTES_MAX;

use super::series::Series;
use super::{FEW_LINES, Growth};
use crate::bench::figures::{grouped, hundredths, ms};

/// Hundredths of growth that count as linear: two measurements of one thing differ by as much.
const LINEAR: u64 = 110;

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## How time and memory grow\n\n\
             One event at a time, each size with processes of its own, after some events that do not count: medians of {} events of the\n\
             functions that need no Odoo, and of {} orders of the writers, one where it has more than {FEW_LINES} lines. *Growth* is how many\n\
             times the time of the size before, over how many times its size: 1.00 is linear, less is better than linear. The dashed\n\
             line in the pictures is linear growth.\n\n\
             ![Time against the lines of an order](growth-lines.svg)\n\n\
             ### With the lines of an order\n\n\
             Every line of an order is of another product. The intake and the router are in a cloud that answers\n\
             at once; the writers write to the real Odoo, one order at a time, and their time is Odoo's for the most part.\n",
            self.events, self.written
        )?;
        table(f, "lines", &self.lines)?;
        let largest = self.bodies.largest;
        write!(
            f,
            "\nThe body of {} lines has {} bytes, of {} that are taken.",
            largest.lines,
            grouped(largest.bytes as u64),
            grouped(BODY_BYTES_MAX as u64)
        )?;
        match self.bodies.refused {
            Some(refused) => writeln!(
                f,
                " More lines of this kind do not fit: with {}, which are {} bytes,\n\
                 the intake answers 413, and the order is a review ([decision 11](decisions/0011-too-large-is-refused-and-reviewed.md)).",
                refused.lines,
                grouped(refused.bytes as u64)
            )?,
            None => writeln!(f)?,
        }
        writeln!(
            f,
            "\n### With what there is from before\n\n\
             ![Time against orders, reviews, contacts and products](growth-history.svg)\n\n\
             Finished orders in the table, with everything that each has left there, and ten open reviews; the events that are measured\n\
             bring their own orders besides:\n"
        )?;
        table(f, "orders", &self.orders)?;
        writeln!(
            f,
            "\nOpen reviews, with a thousand finished orders. A list has at most a hundred reviews; for the list of one order, all that are\n\
             open are looked at, two thousand at most. The time in which the measuring process writes the table's answer is in it:\n"
        )?;
        table(f, "reviews", &self.reviews)?;
        writeln!(
            f,
            "\nContacts in Odoo; orders of three lines, of customers who are found by their e-mail addresses:\n"
        )?;
        table(f, "contacts", &self.partners)?;
        writeln!(
            f,
            "\nProducts in Odoo; orders of three lines, of new customers:\n"
        )?;
        table(f, "products", &self.products)?;
        self.verdict(f)
    }
}

impl Growth {
    /// What grew worse than linearly from one size to the next, or that nothing did.
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            ("lines", &self.lines),
            ("orders", &self.orders),
            ("reviews", &self.reviews),
            ("contacts", &self.partners),
            ("products", &self.products),
        ];
        let worse: Vec<String> = groups
            .iter()
            .flat_map(|(what, all)| all.iter().map(move |series| (what, series)))
            .filter_map(|(what, series)| {
                let growth = series.worst().filter(|growth| *growth > LINEAR)?;
                Some(format!("{} with {what} ({})", series.name, hundredths(growth)))
            })
            .collect();
        match worse.as_slice() {
            [] => writeln!(
                f,
                "\nFrom one size to the next, nothing grows worse than linearly."
            ),
            worse => writeln!(
                f,
                "\nFrom one size to the next, these grow worse than linearly: {}.",
                worse.join("; ")
            ),
        }
    }
}

fn table(f: &mut fmt::Formatter<'_>, what: &str, all: &[Series]) -> fmt::Result {
    let asks_odoo = all
        .iter()
        .flat_map(|series| &series.points)
        .any(|point| point.measured.round_trips.is_some());
    let (head, rule) = if asks_odoo {
        (" calls to Odoo |", "--:|")
    } else {
        ("", "")
    };
    writeln!(
        f,
        "| function | {what} | median ms |{head} memory KiB | growth |\n|---|--:|--:|{rule}--:|--:|"
    )?;
    for series in all {
        for (point, growth) in series.rows() {
            write!(
                f,
                "| {} | {} | {} |",
                series.name,
                point.size,
                ms(point.measured.median_us)
            )?;
            if asks_odoo {
                let trips = point.measured.round_trips.map(hundredths).unwrap_or_default();
                write!(f, " {trips} |")?;
            }
            let growth = growth.map(hundredths).unwrap_or_default();
            writeln!(f, " {} | {growth} |", point.measured.peak_kib)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::lines::{Bodies, Body};
    use super::super::series::tests::series;
    use super::*;

    #[test]
    fn what_grows_worse_than_linearly_is_named() {
        let largest = Body {
            lines: 10,
            bytes: 8_000,
        };
        let bodies = Bodies {
            largest,
            refused: None,
        };
        let growth = |worst: u64| Growth {
            events: 100,
            written: 3,
            lines: vec![series("order-writer", &[(1, 1_000), (10, worst)])],
            bodies,
            orders: Vec::new(),
            reviews: Vec::new(),
            partners: Vec::new(),
            products: Vec::new(),
        };
        let said = growth(9_000).to_string();
        assert!(
            said.contains("| order-writer | 10 | 9.00 | 8.00 | 20480 | 0.90 |"),
            "{said}"
        );
        assert!(said.contains("nothing grows worse than linearly"));
        let said = growth(20_000).to_string();
        assert!(
            said.contains("worse than linearly: order-writer with lines (2.00)"),
            "{said}"
        );
    }
}
