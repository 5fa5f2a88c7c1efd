//! What a command answers, on standard output: for people, or with `--json` for programs. Both come from one value, so
//! that they cannot say different things.

use std::io::Write;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use effects::{Clock, SystemClock, UnixMillis};
use serde::Serialize;

/// A value that a command shows.
pub trait Show: Serialize {
    /// The value for people. `now` is what ages are counted from. It ends without a line break.
    fn people(&self, now: UnixMillis) -> String;
}

/// Where answers go, and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Answers on standard output, as JSON or for people.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Shows the command's answer. One answer per run: JSON is one document.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn show(&self, value: &impl Show) -> Result<()> {
        let text = match self.json {
            true => serde_json::to_string_pretty(value)?,
            false => value.people(SystemClock.now()),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }
}

/// A table for people: its headings and rows. Wraps to the width of the terminal.
pub fn table<const N: usize>(headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}

/// `1 order`, `2 orders`.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_headings_and_rows_and_no_trailing_spaces() {
        let rows = [
            ["woo/1".to_owned(), "open".to_owned()],
            ["woo/22".to_owned(), "completed".to_owned()],
        ];
        let text = table(["order", "state"], rows);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("ORDER"), "{text}");
        assert!(
            lines[2].starts_with("woo/22") && lines[2].ends_with("completed"),
            "{text}"
        );
        assert!(text.lines().all(|line| line == line.trim_end()), "{text:?}");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "order"), "1 order");
        assert_eq!(count(0, "order"), "0 orders");
    }
}
