//! The steps of the proof, cheapest first, and the world that the later ones run against.

use anyhow::{Context, Result};
use futures::future::BoxFuture;

use super::{Tally, command::cargo_test, command::check};
use crate::{
    places::Places,
    tools,
    world::{Parts, World},
};

/// The dependency checker's version.
const CARGO_DENY: &str = "0.20.2";

/// One step.
pub struct Step {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it checks, for people.
    pub about: &'static str,
    /// Runs it.
    pub run: for<'a> fn(&'a mut Stage) -> BoxFuture<'a, Result<Tally>>,
}

/// All steps in their order.
pub const STEPS: [Step; 4] = [
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
        name: "policy",
        about: "licences, sources and bans of dependencies",
        run: |s| Box::pin(policy(s)),
    },
];

/// What the steps share.
pub struct Stage {
    places: Places,
    world: Option<World>,
}

impl Stage {
    /// Nothing is started yet.
    pub fn new(places: Places) -> Self {
        Self { places, world: None }
    }

    /// The running world, started by the first step that needs it.
    async fn world(&mut self) -> Result<&World> {
        if self.world.is_none() {
            self.world = Some(World::start(self.places.clone(), Parts::default()).await?);
        }
        self.world.as_ref().context("the world did not start")
    }

    /// Ends the world, if one was started.
    pub async fn end(&mut self) {
        self.world = None;
    }
}

async fn format(stage: &mut Stage) -> Result<Tally> {
    check(&stage.places, "format", "cargo", &["fmt", "--all", "--check"]).await
}

async fn clippy(stage: &mut Stage) -> Result<Tally> {
    let arguments = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    check(&stage.places, "clippy", "cargo", &arguments).await
}

async fn unit(stage: &mut Stage) -> Result<Tally> {
    cargo_test(&stage.places, "unit", &["--workspace"], &[]).await
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
