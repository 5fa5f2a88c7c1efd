//! The commands of this side.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::{
    MiniStack, Options, Secrets, Settings, Template, build, deploy, lint, not_enforceable, sam_build,
    statements,
};
use crate::places::Places;

/// The AWS side alone.
#[derive(Subcommand)]
pub enum Action {
    /// Start the emulator, build and deploy the stack with empty secrets, print where it is, and stay until Ctrl-C.
    Up,
    /// Check the template and the state machine: cfn-lint, sam validate, the validator of state machines, our guards.
    Lint,
    /// Build what goes to AWS with the real `sam build`. Takes minutes per function.
    Build {
        /// The processor: arm64 or x86_64.
        #[arg(long, default_value = "arm64")]
        architecture: String,
    },
    /// List every statement of every role, and which of them the emulator cannot miss.
    Rights,
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub async fn run(action: Action, places: &Places) -> Result<()> {
    match action {
        Action::Up => up(places).await,
        Action::Lint => lint(places).await.map(drop),
        Action::Build { architecture } => {
            let dir = sam_build(places, &architecture).await?;
            print(&format!("{}\n", dir.display()));
            Ok(())
        }
        Action::Rights => rights(places).await,
    }
}

async fn up(places: &Places) -> Result<()> {
    let settings = Settings::default();
    let (ministack, built) = tokio::try_join!(MiniStack::start(places, "alone", &settings), build(places))?;
    let deployed = deploy(
        places,
        &ministack,
        &built,
        &Options::default(),
        &Secrets::default(),
    )
    .await?;
    print(&format!("AWS_ENDPOINT_URL={}\n", deployed.endpoint));
    print(&format!("webhooks: {}\n", deployed.webhook_url("{source}")?));
    for (name, value) in &deployed.outputs {
        print(&format!("{name}: {value}\n"));
    }
    std::future::pending().await
}

async fn rights(places: &Places) -> Result<()> {
    let excused = not_enforceable()?;
    for statement in statements(&Template::ours(places).await?) {
        let excuse = excused.iter().find(|one| one.covers(&statement));
        let note = excuse.map_or("has a story", |one| one.reason.as_str());
        print(&format!("{}/{}: {note}\n", statement.role, statement.sid));
    }
    Ok(())
}

fn print(text: &str) {
    // A closed standard output is no reason to stop working.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
