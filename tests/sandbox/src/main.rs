//! `sandbox`: the local world of odoo-heartland. See `sandbox --help`.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    sandbox::cli::main().await
}
