//! `odoo-heartland`: the operator's tool. See `odoo-heartland --help`.
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    ops::cli::main().await
}
