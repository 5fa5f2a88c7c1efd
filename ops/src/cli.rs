//! The command line.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::audit;
use crate::doctor;
use crate::exit::{self, Exit};
use crate::explain;
use crate::orders;
use crate::output::Output;
use crate::pause;
use crate::progress::Progress;
use crate::replay;
use crate::review;
use crate::setup;
use crate::stack::Target;
use crate::tool::Tool;

const ABOUT: &str = "\
Operates a stack of odoo-heartland: what is happening, what needs a person, why, and how to mend it.

It uses your own AWS credentials, found as the AWS command line finds them (environment, profile, SSO), and reads the
names of queues, table and functions from the stack's outputs. Nothing is changed unless the command's name says so.";

const EXAMPLES: &str = "\
Examples:
  odoo-heartland doctor                                      is everything as it should be?
  odoo-heartland orders --older-than 1h                      what is not finished for longer than an hour
  odoo-heartland explain woo/1001                            where is this order, and what will happen next
  odoo-heartland review list                                 what needs a person, and what to do
  odoo-heartland review redrive 50067e9a14a0af52             do it again, once it is mended
  odoo-heartland pause odoo --reason 'upgrade tonight'       leave a system alone
  odoo-heartland --stack odoo-heartland-dev --profile shop orders
  odoo-heartland --json orders | jq '.orders[].order'";

/// The arguments of `odoo-heartland`.
#[derive(Parser)]
#[command(name = "odoo-heartland", version, about = "Operates a stack of odoo-heartland", long_about = ABOUT)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", exit::CODES))]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args)]
struct Global {
    /// The stack's name.
    #[arg(
        long,
        global = true,
        env = "ODOO_HEARTLAND_STACK",
        default_value = "odoo-heartland-prod"
    )]
    stack: String,
    /// The profile of your AWS configuration.
    #[arg(long, global = true, env = "AWS_PROFILE")]
    profile: Option<String>,
    /// The AWS region.
    #[arg(long, global = true)]
    region: Option<String>,
    /// Where AWS is, when it is somewhere else: an emulator.
    #[arg(long, global = true, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    endpoint_url: Option<String>,
    /// Answer as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// List orders by state and age.
    Orders(orders::Options),
    /// Tell the whole journey of an order, what is missing and what will happen next.
    Explain(explain::Options),
    /// See, correct and decide what needs a person.
    #[command(subcommand)]
    Review(review::Review),
    /// Leave a remote system alone until it is resumed.
    Pause(pause::Pause),
    /// Call a paused system again.
    Resume(pause::Resume),
    /// Let an event in again, or tell what would be done.
    Replay(replay::Options),
    /// Show, verify or export the audit trail.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Check every dependency, and say for each failure what to do.
    Doctor(doctor::Options),
    /// Prepare Odoo, or register a shop's webhooks.
    #[command(subcommand)]
    Setup(setup::Setup),
}

/// Runs the program; for its exit codes see [`exit::CODES`].
pub async fn main() -> ExitCode {
    let Arguments { global, command } = Arguments::parse();
    let tool = Tool {
        output: Output::new(global.json),
        progress: Progress::new(global.json),
        target: Target {
            stack: global.stack,
            profile: global.profile,
            region: global.region,
            endpoint_url: global.endpoint_url,
        },
    };
    let result = run(&tool, command).await;
    tool.progress.done();
    let exit = result.unwrap_or_else(|error| {
        tool.progress.say(format!("error: {error:#}"));
        exit::of(&error)
    });
    exit.into()
}

async fn run(tool: &Tool, command: Command) -> Result<Exit> {
    match command {
        Command::Orders(options) => orders::run(tool, &options).await,
        Command::Explain(options) => explain::run(tool, &options).await,
        Command::Review(review) => review::run(tool, &review).await,
        Command::Pause(options) => pause::pause(tool, &options).await,
        Command::Resume(options) => pause::resume(tool, &options).await,
        Command::Replay(options) => replay::run(tool, &options).await,
        Command::Audit(audit) => audit::run(tool, &audit).await,
        Command::Doctor(options) => doctor::run(tool, &options).await,
        Command::Setup(setup) => setup::run(tool, &setup).await,
    }
}
