//! `doctor`: every dependency, checked at the same time. Each finding says what is wrong and what to do.

mod aws;
mod breakers;
mod clock;
mod finding;
mod functions;
mod odoo;
mod people;
mod secrets;
mod shops;
mod systems;
mod tables;

pub use finding::{Finding, Level, Report};
pub use secrets::EXPIRES_ON;

use anyhow::Result;
use clap::{Args, ValueEnum};
use futures::future::{BoxFuture, join_all};

use crate::exit::{Exit, Stop};
use crate::output::count;
use crate::stack::Stack;
use crate::systems::Systems;
use crate::tool::Tool;

/// What can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Check {
    /// Your own credentials.
    Credentials,
    /// Your clock, against AWS's.
    Clock,
    /// The stack's state.
    Stack,
    /// The table: point-in-time recovery, expiry, stream.
    Table,
    /// The audit trail: its table, its key.
    Audit,
    /// Queues: there, dead letters, oldest message.
    Queues,
    /// Every function: deployed, its queue connected.
    Functions,
    /// The state machine.
    Workflow,
    /// Schedules and rules: there and on.
    Schedules,
    /// Secrets: filled in, of the right shape, not about to end.
    Secrets,
    /// Breakers: no system left alone or paused.
    Breakers,
    /// Odoo: reached, rights, and everything merchant.toml names.
    Odoo,
    /// Heartland: credentials and accounts.
    Heartland,
    /// Every shop: keys and webhooks.
    Shops,
    /// Alarms that ring.
    Alarms,
    /// Reviews that wait for a person.
    Reviews,
    /// People: somebody is told of alarms and reviews, and has confirmed it.
    People,
}

impl Check {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// Check every dependency, and say for each failure what to do.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland doctor
  odoo-heartland doctor --only odoo --only shops
  odoo-heartland doctor --json | jq '.findings[] | select(.level == \"failure\")'")]
pub struct Options {
    /// Check this only. May be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<Check>,
    #[command(flatten)]
    webhooks: crate::webhooks::WebhookAddress,
}

/// What the checks look at.
struct Looking<'a> {
    stack: &'a Stack,
    systems: &'a Systems,
    options: &'a Options,
}

/// Runs the checks.
///
/// # Errors
/// When the stack cannot be found: nothing can be checked then.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let systems = Systems::of(&stack)?;
    let looking = Looking {
        stack: &stack,
        systems: &systems,
        options,
    };
    let wanted: Vec<Check> = Check::value_variants()
        .iter()
        .copied()
        .filter(|check| options.only.is_empty() || options.only.contains(check))
        .collect();
    let waiting = std::sync::Mutex::new(wanted.clone());
    let checks = wanted.iter().map(|check| {
        let (looking, waiting) = (&looking, &waiting);
        async move {
            let found = one(*check, looking).await;
            if let Ok(mut left) = waiting.lock() {
                left.retain(|other| other != check);
                let names: Vec<String> = left.iter().map(|check| check.name()).collect();
                if !names.is_empty() {
                    tool.progress.now(format!("checking {}", names.join(", ")));
                }
            }
            found
        }
    });
    tool.progress
        .doing(format!("checking {}", count(wanted.len(), "thing")));
    let findings = join_all(checks).await.into_iter().flatten().collect();
    tool.progress.done();
    let report = Report {
        stack: stack.name.clone(),
        findings,
    };
    tool.output.show(&report)?;
    Ok(match report.failures() {
        0 => Exit::Fine,
        _ => Exit::Findings,
    })
}

/// One check. What stops it is its finding.
async fn one(check: Check, looking: &Looking<'_>) -> Vec<Finding> {
    let work: BoxFuture<'_, Result<Vec<Finding>>> = match check {
        Check::Credentials => Box::pin(aws::credentials(looking)),
        Check::Clock => Box::pin(clock::clock(looking)),
        Check::Stack => Box::pin(aws::stack(looking)),
        Check::Table => Box::pin(tables::table(looking)),
        Check::Audit => Box::pin(tables::audit(looking)),
        Check::Queues => Box::pin(aws::queues(looking)),
        Check::Functions => Box::pin(functions::functions(looking)),
        Check::Workflow => Box::pin(functions::workflow(looking)),
        Check::Schedules => Box::pin(functions::schedules(looking)),
        Check::Secrets => Box::pin(secrets::secrets(looking)),
        Check::Breakers => Box::pin(breakers::breakers(looking)),
        Check::Odoo => Box::pin(odoo::odoo(looking)),
        Check::Heartland => Box::pin(systems::heartland(looking)),
        Check::Shops => Box::pin(shops::shops(looking)),
        Check::Alarms => Box::pin(people::alarms(looking)),
        Check::Reviews => Box::pin(people::reviews(looking)),
        Check::People => Box::pin(people::people(looking)),
    };
    let findings = match work.await {
        Ok(findings) => findings,
        Err(error) => vec![stopped(&error)],
    };
    findings
        .into_iter()
        .map(|found| found.of(&check.name()))
        .collect()
}

fn stopped(error: &anyhow::Error) -> Finding {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        let remedy = stop
            .remedy
            .clone()
            .unwrap_or_else(|| "try again; then look at the AWS console".to_owned());
        return Finding::failure(&stop.what, remedy);
    }
    if let Some(failure) = error.downcast_ref::<domain::failure::Failure>() {
        return Finding::of_failure(
            failure,
            "look into it; `odoo-heartland doctor` says when it is well again",
        );
    }
    Finding::failure(
        format!("{error:#}"),
        "deploy this version's template, then look again",
    )
}
