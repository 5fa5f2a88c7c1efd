//! What came of taking a statement away, and how it is told.

use super::proofs::proof_of;
use crate::aws::Statement;

/// What a refusal of IAM is called in a function's log, by the services.
const REFUSALS: [&str; 3] = ["AccessDenied", "AuthorizationError", "not authorized"];

/// What came of taking a statement away.
pub(super) enum Verdict {
    /// The story did not go well, and this is what the function was refused.
    Noticed(String),
    /// Nobody missed it; or something else went wrong.
    NotNoticed(String),
}

/// Where a log line speaks of the refusal.
pub(super) fn in_short(line: &str) -> String {
    let read: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let texts = read.as_object().into_iter().flatten();
    let mut texts = texts.filter_map(|(_, value)| value.as_str());
    let text = texts.find(|text| speaks_of_refusal(text)).unwrap_or(line);
    text.chars().take(120).collect()
}

pub(super) fn speaks_of_refusal(text: &str) -> bool {
    REFUSALS.iter().any(|refusal| text.contains(refusal))
}

/// What a function was refused that did not start, from the emulator's answer to a call.
pub(super) fn at_start(answer: &str) -> Option<String> {
    let (_, said) = answer.split_once("during init")?;
    let what = said.split('"').find(|part| speaks_of_refusal(part))?;
    Some(format!("does not start: {}", what.trim()))
}

/// The table, in Markdown.
pub(super) fn table(wanted: &[Statement], verdicts: &[Verdict]) -> String {
    let mut lines = vec![
        "| role | statement | story | without it |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (statement, verdict) in wanted.iter().zip(verdicts) {
        let said = match verdict {
            Verdict::Noticed(refused) => format!("fails as it has to be: `{}`", refused.replace('|', "/")),
            Verdict::NotNoticed(why) => format!("**NOT NOTICED**: {}", why.replace('|', "/")),
        };
        lines.push(format!(
            "| {} | {} | {} | {said} |",
            statement.role,
            statement.sid,
            proof_of(statement)
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_quotes_what_was_refused() {
        let line =
            r#"{"cause":"reading the table: AccessDeniedException","message":"not yet","level":"WARN"}"#;
        assert_eq!(in_short(line), "reading the table: AccessDeniedException");
        assert_eq!(in_short("plain: AccessDenied"), "plain: AccessDenied");
    }

    #[test]
    fn a_function_that_does_not_start_says_why() {
        let answer = r#"Runtime.Unknown: bootstrap exited during init with code 1: Error: Failure { what: "reading the secret key: AccessDeniedException", field: None } (f)"#;
        let said = at_start(answer);
        assert_eq!(
            said.as_deref(),
            Some("does not start: reading the secret key: AccessDeniedException")
        );
        assert_eq!(at_start("Refused: AccessDenied (f)"), None);
    }

    #[test]
    fn a_statement_nobody_misses_stands_out() {
        let statement = Statement {
            role: "EventRouterRole".to_owned(),
            sid: "StartRuns".to_owned(),
        };
        let verdict = Verdict::NotNoticed("declined went well".to_owned());
        let table = table(&[statement], &[verdict]);
        assert!(
            table.ends_with(
                "| EventRouterRole | StartRuns | declined | **NOT NOTICED**: declined went well |"
            ),
            "{table}"
        );
    }
}
