//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::progress;

const ABOUT: &str = "\
The local world of odoo-heartland.

It installs a real Odoo 19 with PostgreSQL and an AWS emulator below target/sandbox/, builds and deploys the functions
with the real `sam`, simulates the Heartland gateway and the shop, and stops everything when it ends. Nothing outside
target/sandbox/ is changed, everything listens on 127.0.0.1 on free ports. The first start takes minutes, later ones
seconds. Logs are in target/sandbox/log/.";

/// The arguments of `sandbox`.
#[derive(Debug, Parser)]
#[command(name = "sandbox", version, about = "The local world of odoo-heartland", long_about = ABOUT)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Removes what was installed and prepared below target/sandbox/.
    Clean,
}

/// Runs the program; the exit code is 0 on success, 1 on failure, 2 for wrong arguments.
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Action::Clean => {
            crate::places::Places::open().and_then(|places| Ok(std::fs::remove_dir_all(places.root())?))
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
