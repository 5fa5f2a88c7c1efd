//! `audit verify`: what verifying came to, for one chain and for all.

use anyhow::Result;
use audit::{Auditor, ChainId, Overview, Report};
use effects::UnixMillis;
use serde::Serialize;

use super::{SAY_EVERY, no_trail};
use crate::exit::Exit;
use crate::output::{Show, count};
use crate::tool::Tool;

#[derive(Serialize)]
#[serde(transparent)]
struct Verified(Report);

impl Show for Verified {
    fn people(&self, _: UnixMillis) -> String {
        let report = &self.0;
        let mut lines: Vec<String> = report.findings.iter().map(|found| format!("  {found}")).collect();
        let entries = usize::try_from(report.entries).unwrap_or(usize::MAX);
        lines.insert(
            0,
            match report.is_whole() {
                true => format!("{}: whole, {}", report.chain, count(entries, "genuine fact")),
                false => format!("{}: {}", report.chain, count(report.findings.len(), "finding")),
            },
        );
        if report.expired > 0 {
            lines.push(format!(
                "  {} are gone because their time was over",
                report.expired
            ));
        }
        if report.pending > 0 {
            lines.push(format!(
                "  {} changed so lately that their entries may be on the way",
                report.pending
            ));
        }
        lines.join("\n")
    }
}

/// What verifying everything came to.
#[derive(Serialize)]
struct All {
    #[serde(flatten)]
    overview: Overview,
    broken_chains: Vec<Report>,
}

impl Show for All {
    fn people(&self, now: UnixMillis) -> String {
        let overview = &self.overview;
        let mut lines = vec![format!(
            "{} chains, {} facts, {} items compared: {}",
            overview.chains,
            overview.entries,
            overview.items,
            match overview.findings {
                0 => "everything is as it was written".to_owned(),
                findings => format!("{findings} findings"),
            }
        )];
        lines.extend(
            self.broken_chains
                .iter()
                .map(|report| Verified(report.clone()).people(now)),
        );
        let unrecorded = overview.unrecorded.iter();
        lines.extend(unrecorded.map(|(chain, found)| format!("{chain}: {found}")));
        lines.join("\n")
    }
}

/// Verifies one chain. A chain without a row is no whole one: nobody has written it, or the name is wrong.
pub(super) async fn one(tool: &Tool, auditor: &Auditor, chain: &ChainId) -> Result<Exit> {
    let report = auditor.verify(chain).await?;
    if is_nothing(&report) {
        return Err(no_trail(chain).into());
    }
    let whole = report.is_whole();
    tool.output.show(&Verified(report))?;
    Ok(if whole { Exit::Fine } else { Exit::Findings })
}

fn is_nothing(report: &Report) -> bool {
    report.is_whole() && report.entries == 0 && report.expired == 0
}

/// Verifies every chain, and every item of the table.
pub(super) async fn all(tool: &Tool, auditor: &Auditor) -> Result<Exit> {
    let (mut broken_chains, mut done) = (Vec::new(), 0_u64);
    let overview = auditor
        .verify_all(|report| {
            done += 1;
            if done.is_multiple_of(SAY_EVERY) {
                tool.progress.doing(format!("{done} chains verified"));
            }
            if !report.is_whole() {
                broken_chains.push(report.clone());
            }
        })
        .await?;
    tool.progress.done();
    let whole = overview.findings == 0;
    tool.output.show(&All {
        overview,
        broken_chains,
    })?;
    Ok(if whole { Exit::Fine } else { Exit::Findings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use audit::{Keys, verify};

    #[test]
    fn a_chain_without_a_row_is_no_trail() {
        let nobody = ChainId::order(&"woo/1".parse().unwrap());
        let report = verify(&nobody, &[], &Keys::new("k", "secret"), 0);
        assert!(report.is_whole() && is_nothing(&report));
    }
}
