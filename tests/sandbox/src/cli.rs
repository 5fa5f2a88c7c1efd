//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::aws;
use crate::bench;
use crate::chaos;
use crate::cloudwatch;
use crate::demo;
use crate::first_day;
use crate::fuzz;
use crate::guards;
use crate::least_privilege;
use crate::odoo;
use crate::places::{Places, repository};
use crate::progress;
use crate::simulate;
use crate::story;
use crate::verify;
use crate::witness::Witness;
use crate::world::{Description, Parts, Remote, Stack, World};

const ABOUT: &str = "\
The local world of odoo-heartland.

It installs a real Odoo 19 with PostgreSQL and an AWS emulator below target/sandbox/, builds and deploys the functions
with the real `sam`, simulates the Heartland gateway and the shop, and stops everything when it ends. Nothing outside
target/sandbox/ is changed, except that as root PostgreSQL and valgrind are installed with apt when they are missing.
Everything listens on 127.0.0.1 on free ports. The first start takes minutes, later ones half a minute. Logs are in target/sandbox/log/.";

const EXAMPLES: &str = "\
Examples:
  cargo verify                      the whole proof
  cargo sandbox up                  start the world and stay; Ctrl-C ends it
  cargo sandbox simulate --seed 7   one seed of the simulation, step by step
  cargo sandbox odoo up             only Odoo, set up for the merchant in infra/merchant.toml
  cargo sandbox odoo run -- cargo test -p invoice-writer --test real_odoo
  cargo sandbox odoo reset          put the running world's Odoo back to where it began
  cargo sandbox clean               remove everything that was installed and prepared";

/// The arguments of `sandbox`.
#[derive(Parser)]
#[command(name = "sandbox", version, about = "The local world of odoo-heartland", long_about = ABOUT, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Set everything up and play five orders, telling what each system holds.
    Demo(demo::Options),
    /// The proof: lints, tests, dependency policy, end-to-end tests on the running stack.
    Verify(verify::Options),
    /// Send an order to the running world and tell what becomes of it.
    Order {
        /// A WooCommerce order payload.
        file: PathBuf,
    },
    /// Start the world and stay until Ctrl-C; its addresses and keys go to target/sandbox/world.json.
    Up(Whole),
    /// A stack in which five orders are stuck for five reasons, to practise the runbooks on. Stays until Ctrl-C.
    FirstDay,
    /// Odoo alone.
    #[command(subcommand)]
    Odoo(OdooAction),
    /// The AWS side alone.
    #[command(subcommand)]
    Aws(aws::command::Action),
    /// Take every statement of every role away, one at a time, and see that somebody misses it.
    LeastPrivilege(least_privilege::Options),
    /// Send orders while one system after the other fails, and see that every one completes, once, by itself.
    Chaos(chaos::Options),
    /// Play a shop for some minutes and draw the stack's dashboard with what was measured.
    Dashboard(cloudwatch::DashboardOptions),
    /// Measure the functions and orders: time, memory, cost, size.
    Bench(bench::Options),
    /// Count sizes, allocations and instructions, and compare them with tests/guards/limits.toml.
    Guards(guards::Options),
    /// Run the whole bundle in one process, with faults by seed: many seeds, or one step by step.
    Simulate(simulate::Options),
    /// Feed everything that reads from outside with what nobody should send, begun from the kept corpus.
    Fuzz(fuzz::Options),
    /// Remove what was installed and prepared below target/sandbox/.
    Clean,
}

#[derive(Subcommand)]
enum OdooAction {
    /// Install and start Odoo, print how to log in, and stay until Ctrl-C.
    Up,
    /// Run a command beside a fresh Odoo of its own, which it finds in ODOO_URL, ODOO_DB, ODOO_KEY, ODOO_ADMIN_KEY.
    Run {
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Install and prepare everything that Odoo needs, and stop.
    Prepare,
    /// Start the running world's Odoo again.
    Start,
    /// Stop the running world's Odoo.
    Stop,
    /// Put the running world's database back to the state right after the set-up.
    Reset,
    /// Look up every code and name of infra/merchant.toml with the integration's own rights.
    Check(ExistingOdoo),
}

/// The whole world, and how patient it is.
#[derive(Debug, Args)]
struct Whole {
    /// Factor on the waits and retry delays of the state machine; 1 is as on AWS.
    #[arg(long, default_value_t = 1.0)]
    wait_scale: f64,
    /// A parameter of the template, such as DeliveryPollSeconds=2. May be given several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    #[command(flatten)]
    odoo: ExistingOdoo,
}

fn parameter(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it has to be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// An Odoo that is already there, prepared by `odoo-heartland setup odoo`; then none is installed. The demo's stories need the
/// key of somebody who may create products, and the products of `events/products.json`.
#[derive(Debug, Args)]
pub struct ExistingOdoo {
    /// Its address, such as https://example.odoo.com.
    #[arg(long, requires_all = ["odoo_db", "odoo_key"])]
    odoo_url: Option<String>,
    /// Its database.
    #[arg(long, requires = "odoo_url")]
    odoo_db: Option<String>,
    /// The API key of the integration's user (for the demo: of an administrator, who creates a product in its last
    /// story); better given as the variable ODOO_KEY, which no process list shows.
    #[arg(long, env = "ODOO_KEY", hide_env_values = true, requires = "odoo_url")]
    odoo_key: Option<String>,
}

impl ExistingOdoo {
    /// How to reach it, when one was named.
    pub fn access(self) -> Option<odoo::Access> {
        let (url, database, bot_key) = (self.odoo_url?, self.odoo_db?, self.odoo_key?);
        Some(odoo::Access {
            url: url.trim_end_matches('/').to_owned(),
            database,
            bot_key,
            admin: None,
        })
    }
}

/// Runs the program; the exit code is 0 on success, 1 on failure, 2 for wrong arguments.
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let work = async {
        match arguments.command {
            Action::Demo(options) => demo::demo(options).await,
            Action::Verify(options) => verify::verify(options).await,
            Action::Order { file } => order(&file).await,
            Action::FirstDay => first_day::first_day().await,
            Action::Up(options) => up_whole(options).await,
            Action::Odoo(action) => odoo_alone(action).await,
            Action::Aws(action) => aws::command::run(action, &Places::open()?).await,
            Action::LeastPrivilege(options) => least_privilege::least_privilege(options).await,
            Action::Chaos(options) => chaos::chaos(options).await,
            Action::Dashboard(options) => cloudwatch::dashboard(options).await,
            Action::Bench(options) => bench::bench(&options).await,
            Action::Guards(options) => guards::guards(&options).await,
            Action::Simulate(options) => simulate::simulate(&options),
            Action::Fuzz(options) => fuzz::fuzz(&options),
            Action::Clean => clean(),
        }
    };
    // Leaving this block drops the world, which ends all that it started.
    let result = tokio::select! {
        result = work => result,
        () = asked_to_end() => {
            progress::say("ending");
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminated.recv() => (),
        _ = tokio::signal::ctrl_c() => (),
    }
}

async fn order(file: &Path) -> Result<()> {
    let witness = Witness::of(&Description::find(&Places::open()?)?).await?;
    let sheet = story::own_order(&witness, file).await?;
    anyhow::ensure!(sheet.holds(), "not every fact is as it has to be");
    Ok(())
}

async fn up_whole(options: Whole) -> Result<()> {
    let parts = Parts {
        existing_odoo: options.odoo.access(),
        wait_scale: options.wait_scale,
        parameters: options.parameters.into_iter().collect(),
        ..Parts::default()
    };
    let stack = Stack::start(Places::open()?, parts).await?;
    for line in welcome(&stack) {
        progress::say(line);
    }
    std::future::pending().await
}

async fn up(existing_odoo: Option<odoo::Access>) -> Result<()> {
    let world = World::start(
        Places::open()?,
        Parts {
            existing_odoo,
            ..Parts::default()
        },
    )
    .await?;
    for line in odoo_login(world.description()) {
        progress::say(line);
    }
    progress::say(format!(
        "addresses and keys: {}; Ctrl-C ends everything",
        world.file().display()
    ));
    std::future::pending().await
}

async fn odoo_alone(action: OdooAction) -> Result<()> {
    match action {
        OdooAction::Up => up(None).await,
        OdooAction::Run { command } => beside_odoo(&command).await,
        OdooAction::Prepare => odoo::prepare(&Places::open()?).await,
        OdooAction::Start => progress::step("Odoo: started", Remote::find()?.start_odoo()).await,
        OdooAction::Stop => progress::step("Odoo: stopped", Remote::find()?.stop_odoo()).await,
        OdooAction::Reset => progress::step("Odoo: database reset", Remote::find()?.reset_odoo()).await,
        OdooAction::Check(existing) => {
            let access = match existing.access() {
                Some(access) => access,
                None => Description::find(&Places::open()?)?
                    .odoo
                    .context("the running world has no Odoo")?,
            };
            let text = std::fs::read_to_string(odoo::merchant_config())?;
            let merchant = domain::merchant::Merchant::parse(&text)?;
            let missing = odoo::check(&access, &merchant).await?;
            missing.iter().for_each(progress::say);
            anyhow::ensure!(
                missing.is_empty(),
                "{} names of infra/merchant.toml are not found as they should be",
                missing.len()
            );
            progress::say("Odoo has everything that infra/merchant.toml names");
            Ok(())
        }
    }
}

async fn beside_odoo(command: &[String]) -> Result<()> {
    let odoo = odoo::RunningOdoo::start(&Places::open()?, "command").await?;
    let (program, arguments) = command.split_first().context("no command")?;
    let mut child = tokio::process::Command::new(program);
    child
        .args(arguments)
        .envs(odoo.access().environment())
        .kill_on_drop(true);
    let status = child
        .status()
        .await
        .with_context(|| format!("cannot start {program}"))?;
    anyhow::ensure!(status.success(), "{program} failed ({status})");
    Ok(())
}

/// What a person needs in order to look around and to send an order.
pub(crate) fn welcome(stack: &Stack) -> Vec<String> {
    let world = stack.world();
    let mut lines = odoo_login(world.description());
    lines.push(format!(
        "AWS: {} (any AWS client with --endpoint-url; keys test/test)",
        stack.deployed().endpoint
    ));
    if let Ok(url) = stack.deployed().webhook_url("woo") {
        lines.push(format!("webhooks go to {url}"));
    }
    lines.push("to send an order: cargo sandbox order events/woocommerce/order-usd-two-taxes.json (or another WooCommerce order payload)".to_owned());
    lines.push(format!(
        "addresses and keys: {}; Ctrl-C ends everything",
        world.file().display()
    ));
    lines
}

/// How to log in to Odoo.
fn odoo_login(description: &Description) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(odoo) = &description.odoo {
        lines.push(format!("Odoo: {} (database {})", odoo.url, odoo.database));
        if let Some(admin) = &odoo.admin {
            lines.push(format!("      log in as {} with {}", admin.login, admin.password));
        }
    }
    lines
}

fn clean() -> Result<()> {
    let places = Places::open()?;
    anyhow::ensure!(
        Description::find(&places).is_err(),
        "a world is running: end it first"
    );
    std::fs::remove_dir_all(places.root())
        .with_context(|| format!("cannot remove {}", places.root().display()))?;
    // When the work tree is closed to the servers, a link is left.
    let _ = std::fs::remove_file(repository().join("target/sandbox"));
    Ok(())
}
