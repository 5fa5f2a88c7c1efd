//! What a check finds.

use domain::failure::Failure;
use effects::UnixMillis;
use serde::Serialize;

use crate::output::{Show, count};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing is wrong yet.
    Warning,
    /// Somebody has to do something.
    Failure,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check it belongs to.
    pub check: String,
    /// How bad it is.
    pub level: Level,
    /// What there is, or what is wrong.
    pub what: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn ok(what: impl Into<String>) -> Self {
        Self::new(Level::Ok, what, None)
    }

    /// Something worth knowing.
    pub fn warning(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Warning, what, Some(remedy.into()))
    }

    /// Something that somebody has to mend.
    pub fn failure(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Failure, what, Some(remedy.into()))
    }

    /// A system's own failure; `otherwise` is what to do when it does not say.
    pub fn of_failure(failure: &Failure, otherwise: &str) -> Self {
        let remedy = failure.remedy.clone().unwrap_or_else(|| otherwise.to_owned());
        Self::failure(&failure.what, remedy)
    }

    fn new(level: Level, what: impl Into<String>, remedy: Option<String>) -> Self {
        Self {
            check: String::new(),
            level,
            what: one_line(&what.into()),
            remedy: remedy.map(|remedy| one_line(&remedy)),
        }
    }

    /// The same, of this check.
    #[must_use]
    pub fn of(mut self, check: &str) -> Self {
        self.check = check.to_owned();
        self
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The stack.
    pub stack: String,
    /// In the order of the checks.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many things somebody has to mend.
    pub fn failures(&self) -> usize {
        self.of(Level::Failure).count()
    }

    fn of(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |found| found.level == level)
    }
}

impl Show for Report {
    fn people(&self, _now: UnixMillis) -> String {
        let width = self
            .findings
            .iter()
            .map(|found| found.check.len())
            .max()
            .unwrap_or(0);
        let mut lines = Vec::new();
        for found in &self.findings {
            let mark = match found.level {
                Level::Ok => "ok     ",
                Level::Warning => "warning",
                Level::Failure => "FAILED ",
            };
            lines.push(format!("{mark}  {:width$}  {}", found.check, found.what));
            if let Some(remedy) = &found.remedy {
                lines.push(format!("{:9}{:width$}    → {remedy}", "", ""));
            }
        }
        let warnings = match self.of(Level::Warning).count() {
            0 => String::new(),
            n => format!(", {}", count(n, "warning")),
        };
        let sum = match self.failures() {
            0 => format!("{}: everything works{warnings}.", self.stack),
            n => format!("{}: {} to mend{warnings}.", self.stack, count(n, "thing")),
        };
        lines.extend([String::new(), sum]);
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_in_one_line_each_what_is_wrong_and_what_to_do() {
        let report = Report {
            stack: "shop".into(),
            findings: vec![
                Finding::ok("the table is there").of("table"),
                Finding::failure("no journal\n  HLUSD", "create it").of("odoo"),
                Finding::warning("no expiry date", "tag it").of("secrets"),
            ],
        };
        let text = report.people(UnixMillis(0));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "ok       table    the table is there");
        assert_eq!(lines[1], "FAILED   odoo     no journal HLUSD");
        assert_eq!(lines[2].trim(), "→ create it");
        assert!(text.ends_with("shop: 1 thing to mend, 1 warning."), "{text}");
        assert_eq!(report.failures(), 1);
    }

    #[test]
    fn a_healthy_world_says_so() {
        let report = Report {
            stack: "shop".into(),
            findings: vec![Finding::ok("fine").of("clock")],
        };
        assert!(report.people(UnixMillis(0)).ends_with("shop: everything works."));
    }
}
