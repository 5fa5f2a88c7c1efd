//! What a real merchant's Odoo has already, made in an Odoo shell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::package::Package;
use crate::places::repository;
use crate::tools;

/// What the local Odoo gets before the set-up: the company, products and an administrator.
pub const ALL: [&str; 2] = [
    include_str!("../../odoo/sandbox_company.py"),
    include_str!("../../odoo/sandbox_data.py"),
];

/// What the set-up makes, as text: when it changes, the prepared database is made anew.
pub const SET_UP: [&str; 5] = [
    include_str!("../../../../shared/odoo-setup/src/set_up.rs"),
    include_str!("../../../../shared/odoo-setup/src/company.rs"),
    include_str!("../../../../shared/odoo-setup/src/taxes.rs"),
    include_str!("../../../../shared/odoo-setup/src/marks.rs"),
    include_str!("../../../../shared/odoo-setup/src/bot.rs"),
];

/// The merchant configuration that the database is set up from: the variable `MERCHANT_CONFIG`, as in the build, or
/// the repository's.
pub fn merchant_config() -> PathBuf {
    std::env::var_os("MERCHANT_CONFIG")
        .map_or_else(|| repository().join("infra/merchant.toml"), PathBuf::from)
}

/// The products that the samples of shop orders sell.
pub(super) fn shop_products() -> PathBuf {
    repository().join("events/products.json")
}

/// Runs scripts in one Odoo shell on the database of `config`; returns the lines `NAME value` that they print.
///
/// # Errors
/// When a script refuses; the message has its reason.
pub async fn run(
    package: &Package,
    config: &Path,
    dir: &Path,
    log: &Path,
    scripts: &[&str],
    admin_password: &str,
) -> Result<BTreeMap<String, String>> {
    // Copies, because the account may not be able to read the work tree.
    let (merchant, products) = (dir.join("merchant.toml"), dir.join("products.json"));
    for (from, to) in [(merchant_config(), &merchant), (shop_products(), &products)] {
        std::fs::copy(from, to)?;
        package.postgres.account.give(to)?;
    }
    let mut command = shell(package, config, dir);
    command
        .env("MERCHANT_CONFIG", &merchant)
        .env("SHOP_PRODUCTS", &products);
    command.env("ADMIN_PASSWORD", admin_password);
    tools::run_with_input(&mut command.into(), log, Some(&scripts.join("\n"))).await?;
    let text = std::fs::read_to_string(log)?;
    // The keys have left the scripts: they have no business in a log.
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("API_KEY")).collect();
    std::fs::write(log, kept.join("\n"))?;
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect())
}

/// Runs a script in one Odoo shell on the database of `config`, with Python files that it may import; returns what it
/// printed and logged.
///
/// # Errors
/// When the script fails; the message has its reason.
pub async fn run_importing(
    package: &Package,
    config: &Path,
    dir: &Path,
    log: &Path,
    files: &[(&str, &str)],
    script: &str,
) -> Result<String> {
    let importable = dir.join("importable");
    std::fs::create_dir_all(&importable)?;
    package.postgres.account.give(&importable)?;
    for (name, text) in files {
        let file = importable.join(name);
        std::fs::write(&file, text)?;
        package.postgres.account.give(&file)?;
    }
    let mut command = shell(package, config, dir);
    command.env("PYTHONPATH", &importable);
    tools::run_with_input(&mut command.into(), log, Some(script)).await?;
    Ok(std::fs::read_to_string(log)?)
}

fn shell(package: &Package, config: &Path, dir: &Path) -> Command {
    let mut command = package.odoo("shell", config, &dir.join("data"));
    command.args(["--no-http", "--log-level=warn"]);
    command
}
