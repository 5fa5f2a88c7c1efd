//! The steps of the proof, cheapest first, and the world that the later ones run against.

use anyhow::{Context, Result};
use futures::future::LocalBoxFuture;

use super::{Tally, command::cargo_test, command::check};
use crate::aws::{self, MiniStack};
use crate::fuzz;
use crate::gp_api;
use crate::guards;
use crate::odoo::RunningOdoo;
use crate::places::{Places, repository};
use crate::simulate;
use crate::story::STORIES;
use crate::tools;
use crate::witness::Witness;
use crate::world::{FILE_VARIABLE, Parts, Stack};

/// The dependency checker's version.
const CARGO_DENY: &str = "0.20.2";

/// Tests that need DynamoDB, or what stands in for it.
const ON_DYNAMODB: [&str; 3] = ["dynamodb", "items_dynamodb", "ports_aws"];
/// Tests that need the whole emulator.
const ON_THE_EMULATOR: [&str; 1] = ["emulator"];
/// Tests that need a real Odoo.
const ON_ODOO: [&str; 3] = ["real_odoo", "odoo_set_up", "odoo"];
/// Tests that play what `cargo sandbox simulate` plays.
const OF_THE_WORLDS: [&str; 2] = ["bites", "crashes"];
/// Tests of the operator's tool, which need the stack.
const OF_THE_TOOL: &str = "stack";

/// One step.
pub struct Step {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it checks, for people.
    pub about: &'static str,
    /// Runs it.
    pub run: for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, Result<Tally>>,
}

/// All steps in their order.
pub const STEPS: [Step; 14] = [
    Step {
        name: "format",
        about: "rustfmt",
        run: |s| Box::pin(format(s)),
    },
    Step {
        name: "clippy",
        about: "compiler and clippy, warnings denied",
        run: |s| Box::pin(clippy(s)),
    },
    Step {
        name: "unit",
        about: "unit and property tests",
        run: |s| Box::pin(unit(s)),
    },
    Step {
        name: "fuzz",
        about: "everything that reads from outside, fed with what nobody should send",
        run: |s| Box::pin(fuzz(s)),
    },
    Step {
        name: "simulation",
        about: "the whole bundle in one process: seeds, crash points, broken variants",
        run: |s| Box::pin(simulation(s)),
    },
    Step {
        name: "policy",
        about: "licences, sources and bans of dependencies",
        run: |s| Box::pin(policy(s)),
    },
    Step {
        name: "templates",
        about: "template and state machine",
        run: |s| Box::pin(templates(s)),
    },
    Step {
        name: "sdk",
        about: "the official Heartland SDK against the simulator",
        run: |s| Box::pin(sdk(s)),
    },
    Step {
        name: "ledger",
        about: "the effects ledger and the tables on DynamoDB",
        run: |s| Box::pin(ledger(s)),
    },
    Step {
        name: "machines",
        about: "state machines interpreted here and on the emulator",
        run: |s| Box::pin(machines(s)),
    },
    Step {
        name: "odoo",
        about: "Odoo's traps against the real server",
        run: |s| Box::pin(odoo(s)),
    },
    Step {
        name: "guards",
        about: "sizes, allocations and instructions beside their limits",
        run: |s| Box::pin(guards(s)),
    },
    Step {
        name: "stories",
        about: "the demo's stories",
        run: |s| Box::pin(stories(s)),
    },
    Step {
        name: "end-to-end",
        about: "orders through the deployed stack",
        run: |s| Box::pin(end_to_end(s)),
    },
];

/// What the steps share.
pub struct Stage {
    places: Places,
    stack: Option<Stack>,
}

impl Stage {
    /// Nothing is started yet.
    pub fn new(places: Places) -> Self {
        Self { places, stack: None }
    }

    /// The running world, started by the first step that needs it.
    async fn stack(&mut self) -> Result<&Stack> {
        if self.stack.is_none() {
            // Retries and polls need not take as long as on AWS: what is asserted is what they lead to.
            let polls = ("DeliveryPollSeconds".to_owned(), "20".to_owned());
            let parts = Parts {
                wait_scale: 0.1,
                parameters: [polls].into(),
                ..Parts::default()
            };
            self.stack = Some(Stack::start(self.places.clone(), parts).await?);
        }
        self.stack.as_ref().context("the world did not start")
    }
}

async fn format(stage: &mut Stage) -> Result<Tally> {
    check(&stage.places, "format", "cargo", &["fmt", "--all", "--check"]).await
}

async fn clippy(stage: &mut Stage) -> Result<Tally> {
    let what = ["clippy", "--quiet", "--workspace", "--all-features"];
    let how = ["--", "-D", "warnings"];
    let most = [&what[..], &["--all-targets"], &how].concat();
    let tally = check(&stage.places, "clippy", "cargo", &most).await?;
    // "All targets" are those that run without being named.
    let named = named()?;
    let named: Vec<_> = named.iter().flat_map(|test| ["--test", test.as_str()]).collect();
    let rest = [&what[..], &named, &how].concat();
    check(&stage.places, "clippy-named", "cargo", &rest).await?;
    Ok(tally)
}

async fn unit(stage: &mut Stage) -> Result<Tally> {
    cargo_test(&stage.places, "unit", &["--workspace"], &[]).await
}

async fn fuzz(_: &mut Stage) -> Result<Tally> {
    fuzz::usual()
}

async fn simulation(_: &mut Stage) -> Result<Tally> {
    simulate::usual()
}

async fn policy(stage: &mut Stage) -> Result<Tally> {
    let bin = tools::cargo_install(&stage.places, "cargo-deny", CARGO_DENY).await?;
    let program = bin.join("cargo-deny").to_string_lossy().into_owned();
    // The advisory database is fetched from a host that a build machine may not reach; these three need nothing.
    check(
        &stage.places,
        "policy",
        &program,
        &["check", "bans", "licenses", "sources"],
    )
    .await
}

async fn templates(stage: &mut Stage) -> Result<Tally> {
    Ok(Tally::passed(aws::lint(&stage.places).await?))
}

async fn sdk(stage: &mut Stage) -> Result<Tally> {
    let venv = tools::python_venv(&stage.places, "gp-api-sdk", &[gp_api::SDK_PIN]).await?;
    Ok(Tally::passed(gp_api::sdk_contract(&venv).await?))
}

async fn ledger(stage: &mut Stage) -> Result<Tally> {
    let settings = aws::Settings {
        rights: false,
        ..aws::Settings::default()
    };
    let emulator = MiniStack::start(&stage.places, "ledger", &settings).await?;
    let environment = [("LEDGER_TEST_ENDPOINT", emulator.endpoint().to_owned())];
    suites(stage, "ledger", &ON_DYNAMODB, &environment).await
}

/// The shared machines on the emulator; the unit tests have played them on the interpreter.
async fn machines(stage: &mut Stage) -> Result<Tally> {
    let settings = aws::Settings {
        wait_scale: 0.01,
        rights: false,
    };
    let emulator = MiniStack::start(&stage.places, "machines", &settings).await?;
    let environment = [("ASL_TEST_ENDPOINT", emulator.endpoint().to_owned())];
    suites(stage, "machines", &ON_THE_EMULATOR, &environment).await
}

/// An Odoo of its own: locked periods and promotions of the traps must not meet the stories. It takes one core and keeps
/// the tests waiting: the other one builds the functions, for the steps that follow.
async fn odoo(stage: &mut Stage) -> Result<Tally> {
    let odoo = RunningOdoo::start(&stage.places, "traps").await?;
    let environment = odoo.access().environment();
    let tests = suites(stage, "odoo", &ON_ODOO, &environment);
    // What does not build is told by the step that needs it.
    let (tally, _) = tokio::join!(tests, guards::build(&stage.places));
    tally
}

/// Counts what the functions are built of; builds them when the step before has not.
async fn guards(stage: &mut Stage) -> Result<Tally> {
    guards::usual(&stage.places).await
}

async fn stories(stage: &mut Stage) -> Result<Tally> {
    let witness = Witness::of(stage.stack().await?.world().description()).await?;
    let mut tally = Tally::default();
    for story in &STORIES {
        let sheet = story.play(&witness).await;
        tally += if sheet.holds() {
            Tally::passed(1)
        } else {
            Tally::failed(format!("the story {:?}", story.name))
        };
    }
    Ok(tally)
}

async fn end_to_end(stage: &mut Stage) -> Result<Tally> {
    let file = stage.stack().await?.world().file().to_string_lossy().into_owned();
    let names = of_the_stack()?;
    let names = names.iter().map(String::as_str);
    // Odoo's end would meet the orders of all others.
    let (last, first): (Vec<_>, Vec<_>) = names.partition(|name| *name == "outage");
    let environment = [(FILE_VARIABLE, file)];
    let mut tally = Tally::default();
    for (log, tests) in [("end-to-end", first), ("outage", last)] {
        tally += suites(stage, log, &tests, &environment).await?;
    }
    // They take away what others need, and give it back: alone, and one at a time.
    let tool = ["--workspace", "--test", OF_THE_TOOL, "--", "--test-threads=1"];
    tally += cargo_test(&stage.places, "operator", &tool, &environment).await?;
    Ok(tally)
}

/// All tests that run only when they are named. A test says so in its manifest, and has to be here: nobody else names it.
pub(super) fn named() -> Result<Vec<String>> {
    let some = [
        &ON_DYNAMODB[..],
        &ON_THE_EMULATOR,
        &ON_ODOO,
        &OF_THE_WORLDS,
        &[OF_THE_TOOL],
    ];
    let mut all: Vec<_> = some.concat().into_iter().map(str::to_owned).collect();
    all.extend(of_the_stack()?);
    Ok(all)
}

/// The end-to-end tests' files.
fn of_the_stack() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(repository().join("tests/end-to-end/tests"))? {
        names.extend(
            entry?
                .path()
                .file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    Ok(names)
}

/// Runs test binaries that need something running, which is why they run only when they are named. Always of the whole
/// workspace: a part of it would be compiled anew, with other features of what it depends on.
async fn suites(stage: &Stage, name: &str, tests: &[&str], environment: &[(&str, String)]) -> Result<Tally> {
    let mut arguments = vec!["--workspace"];
    arguments.extend(tests.iter().flat_map(|test| ["--test", test]));
    // Those of the twin are beside others that need nothing.
    arguments.extend(["--", "--include-ignored"]);
    cargo_test(&stage.places, name, &arguments, environment).await
}
