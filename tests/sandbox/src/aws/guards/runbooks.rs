//! Who is woken by an alarm finds out from its description what to do.

use std::collections::BTreeSet;
use std::path::Path;

use super::alarms::ALARM;
use crate::aws::Template;
use crate::places::repository;

/// What every runbook answers, in this order.
const HEADINGS: [&str; 5] = [
    "## What it means",
    "## Is money at risk?",
    "## Find out",
    "## Mend",
    "## Afterwards",
];
/// Pages beside the runbooks that no alarm points to.
const PAGES: [&str; 2] = ["README.md", "first-day.md"];

/// Every alarm's description ends with its runbook; the runbook is there and answers what it has to; and there is no
/// runbook that no alarm points to.
pub(super) fn linked(template: &Template) -> Vec<String> {
    check(template, &repository().join("docs/runbooks"))
}

fn check(template: &Template, folder: &Path) -> Vec<String> {
    let (mut found, mut linked) = (Vec::new(), BTreeSet::new());
    for (name, alarm) in template.resources(ALARM) {
        let description = alarm["AlarmDescription"]["Fn::Sub"].as_str().unwrap_or_default();
        match description.rsplit_once("What to do: ${RunbookBase}/") {
            Some((_, runbook)) => {
                linked.insert(runbook.to_owned());
            }
            None => found.push(format!("{name} does not end with its runbook")),
        }
    }
    for runbook in &linked {
        match std::fs::read_to_string(folder.join(runbook)) {
            Ok(text) => found.extend(wrong(runbook, &text)),
            Err(error) => found.push(format!("the runbook {runbook}: {error}")),
        }
    }
    let there = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let there = there.map(|file| file.file_name().to_string_lossy().into_owned());
    let orphans = there.filter(|file| !linked.contains(file) && !PAGES.contains(&file.as_str()));
    found.extend(orphans.map(|file| format!("no alarm points to the runbook {file}")));
    found
}

fn wrong(runbook: &str, text: &str) -> Option<String> {
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    (headings != HEADINGS).then(|| format!("the runbook {runbook} has the headings {headings:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_runbook_that_is_missing_incomplete_or_orphaned_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let whole = HEADINGS.join("\n\n");
        for (file, text) in [
            ("whole.md", whole.as_str()),
            ("half.md", "## Mend"),
            ("orphan.md", ""),
            ("README.md", ""),
        ] {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        let alarm = |description: &str| json!({"Type": ALARM, "Properties": {"AlarmDescription": {"Fn::Sub": description}}});
        let to = |runbook: &str| alarm(&format!("It is so. What to do: ${{RunbookBase}}/{runbook}"));
        let template = Template(json!({"Resources": {
            "A": to("whole.md"), "B": to("half.md"), "C": to("gone.md"), "D": alarm("Look."),
        }}));
        let found = check(&template, folder.path());
        let begins = [
            "D does not end with its runbook",
            "the runbook gone.md",
            "the runbook half.md",
            "no alarm points to the runbook orphan.md",
        ];
        assert_eq!(found.len(), begins.len(), "{found:?}");
        for (found, begin) in found.iter().zip(begins) {
            assert!(found.starts_with(begin), "{found}");
        }
    }
}
