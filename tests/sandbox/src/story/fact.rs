//! Facts: what was expected, what was found, and whether they agree.

use std::fmt::Debug;

use crate::progress;

/// One checked fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What was looked at: `Odoo: payment state of the invoice`.
    pub what: String,
    /// What it has to be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl Fact {
    /// Whether it is as it has to be.
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

/// The facts of one story, told as they are found.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The story's name, for the table.
    pub story: &'static str,
    /// The facts so far.
    pub facts: Vec<Fact>,
    /// Why it was broken off, if it was.
    pub broken_off: Option<String>,
}

impl Sheet {
    /// An empty sheet; announces the story.
    pub fn open(story: &'static str, about: &str) -> Self {
        progress::say(format!("── {story}: {about}"));
        Self {
            story,
            facts: Vec::new(),
            broken_off: None,
        }
    }

    /// Tells something that happens, without checking it.
    pub fn tell(&self, text: impl AsRef<str>) {
        progress::say(format!("   {}", text.as_ref()));
    }

    /// Checks a fact and tells it.
    pub fn check(&mut self, what: &str, expected: impl ToString, found: impl ToString) {
        let fact = Fact {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        };
        if fact.holds() {
            progress::say(format!("   ✓ {what}: {}", fact.found));
        } else {
            progress::say(format!(
                "   ✗ {what}: {}, but it has to be {}",
                fact.found, fact.expected
            ));
        }
        self.facts.push(fact);
    }

    /// Checks that there is exactly one of something, and hands it on.
    pub fn one<'a, T>(&mut self, what: &str, found: &'a [T]) -> Option<&'a T> {
        self.check(&format!("{what}, how many"), 1, found.len());
        found.first()
    }

    /// Checks a fact that is a list or has no text of its own.
    pub fn check_debug(&mut self, what: &str, expected: &impl Debug, found: &impl Debug) {
        self.check(what, format!("{expected:?}"), format!("{found:?}"));
    }

    /// Whether everything held.
    pub fn holds(&self) -> bool {
        self.broken_off.is_none() && !self.facts.is_empty() && self.facts.iter().all(Fact::holds)
    }
}

/// A table of all stories: facts that hold and facts that do not, and what is wrong.
pub fn table(sheets: &[Sheet]) -> String {
    let width = sheets
        .iter()
        .map(|sheet| sheet.story.chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut lines = vec![format!("{:width$}  facts  held  verdict", "story")];
    for sheet in sheets {
        let held = sheet.facts.iter().filter(|fact| fact.holds()).count();
        let verdict = if sheet.holds() {
            "all as it has to be"
        } else {
            "NOT as it has to be"
        };
        lines.push(format!(
            "{:width$}  {:>5}  {held:>4}  {verdict}",
            sheet.story,
            sheet.facts.len()
        ));
        let wrong = sheet.facts.iter().filter(|fact| !fact.holds());
        lines.extend(wrong.map(|f| {
            format!(
                "{:width$}    {}: {} instead of {}",
                "", f.what, f.found, f.expected
            )
        }));
        lines.extend(
            sheet
                .broken_off
                .iter()
                .map(|why| format!("{:width$}    broken off: {why}", "")),
        );
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_without_facts_proves_nothing() {
        assert!(!Sheet::open("empty", "nothing is looked at").holds());
    }

    #[test]
    fn the_table_names_what_is_wrong() {
        let mut sheet = Sheet::open("paid", "an order");
        sheet.check("invoice", "62.23", "62.22");
        assert!(!sheet.holds());
        assert!(table(&[sheet]).contains("invoice: 62.22 instead of 62.23"));
    }
}
