//! What AWS is asked for in the busiest hour, beside what an account begins with.

use std::fmt::Write as _;

use anyhow::Result;

use super::need::{Demand, LOAD_PERCENT, Need};
use super::page::row;
use super::quotas::Quotas;
use crate::bench::figures::{grouped, hundredths};

type Of = fn(&Demand) -> u64;

/// Quotas by their names in the table, and what is asked of them.
const DEMANDS: [(&str, Of); 8] = [
    ("api_gateway_requests", |demand| demand.webhooks),
    ("sqs_fifo_sends", |demand| demand.inbox_sends),
    ("start_execution", |demand| demand.starts),
    ("state_transitions", |demand| demand.transitions),
    ("send_task_success", |demand| demand.task_answers),
    ("table_writes", |demand| demand.writes),
    ("new_table_writes", |demand| demand.writes),
    ("partition_writes", |demand| demand.open_effect_writes),
];

/// The section of the page.
///
/// # Errors
/// When a quota is missing.
pub fn demands(page: &mut String, quotas: &Quotas, needs: &[Need]) -> Result<()> {
    writeln!(
        page,
        "## Quotas of AWS\n\n\
         What is asked for in the busiest hour, beside what an account begins with in us-east-1; put together on {}\n\
         ([quotas.toml](../tests/sandbox/bench/quotas.toml)). No live page could be opened that day: a *vendor\n\
         page* is a stored copy of AWS's page, the *vendor repository* AWS's archived one of the same guide, an\n\
         older state of it. Of which day the copies are is not written down. **Bold** is more than {LOAD_PERCENT} %\n\
         of the quota. Others in the same account and region use the same quotas. New accounts begin with less than\n\
         the documented defaults of Lambda and Step Functions: look at *Service Quotas* before the first day.\n\n\
         | quota | begins with | seen in | can be raised |{}\n|---|--:|---|---|{}",
        quotas.read_on,
        row(needs, |need| format!("at {} a day", grouped(need.per_day))),
        "--:|".repeat(needs.len())
    )?;
    let mut line = |name: &str, of: &dyn Fn(&Need) -> u64| -> Result<()> {
        let quota = quotas.of(name)?;
        let shown = |need: &Need| {
            let asked = of(need);
            let text = hundredths(asked);
            match asked > quota.value * LOAD_PERCENT {
                true => format!("**{text}**"),
                false => text,
            }
        };
        let can = if quota.can_be_raised { "yes" } else { "no" };
        writeln!(
            page,
            "| [{}]({}) | {} | {} | {can} |{}",
            quota.what,
            quota.source,
            grouped(quota.value),
            quota.seen,
            row(needs, shown)
        )?;
        Ok(())
    };
    line("lambda_concurrency", &|need| need.functions * 100)?;
    for (name, of) in DEMANDS {
        line(name, &|need| of(&need.demand))?;
    }
    writeln!(page)?;
    Ok(())
}
