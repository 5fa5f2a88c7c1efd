//! The programs: Debian's package of Odoo 19, unpacked, in a Python environment of its own, and PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::postgres::Programs;
use crate::places::Places;
use crate::progress;
use crate::tools::{self, Unprivileged};

/// Odoo, and the packages that its web pages link to.
const PACKAGES: [&str; 10] = [
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
];

/// What Odoo 19 asks for, one requirement a line; for Python 3.13 the first versions that have wheels for it.
const REQUIREMENTS: &str = include_str!("../../odoo/requirements.txt");

/// The installed programs.
#[derive(Debug, Clone)]
pub struct Package {
    python: PathBuf,
    program: PathBuf,
    byte_code: PathBuf,
    /// PostgreSQL's programs and the account that runs all servers.
    pub postgres: Programs,
}

impl Package {
    /// Installs what is not there yet; the parts that do not need each other side by side.
    ///
    /// # Errors
    /// When something is missing on this machine; the message names the Debian package.
    pub async fn install(places: &Places) -> Result<Self> {
        let bin = tools::postgres(places).await?;
        let account = Unprivileged::account()?;
        let pins: Vec<&str> = REQUIREMENTS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let (package, venv) = tokio::try_join!(
            progress::step(
                "Odoo 19: Debian's package",
                tools::unpacked(places, "odoo-19", "sid", &PACKAGES)
            ),
            progress::step(
                "Odoo 19: its Python libraries",
                tools::python_venv(places, "odoo-python", &pins)
            ),
        )?;
        point_at(&venv, &package.join("usr/lib/python3/dist-packages"))?;
        let byte_code = places.odoo().join("byte-code");
        std::fs::create_dir_all(&byte_code)?;
        account.give(&byte_code)?;
        Ok(Self {
            python: venv.join("bin/python"),
            program: package.join("usr/bin/odoo"),
            byte_code,
            postgres: Programs { bin, account },
        })
    }

    /// A command `odoo {subcommand} -c {config}` as the unprivileged account, at home in `home`.
    pub fn odoo(&self, subcommand: &str, config: &Path, home: &Path) -> Command {
        let mut command = self.postgres.account.command(&self.python);
        command.arg(&self.program).arg(subcommand).arg("-c").arg(config);
        // The account may not write into the package, and without compiled modules every start is slow.
        command
            .env("HOME", home)
            .env("PYTHONPYCACHEPREFIX", &self.byte_code);
        command
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .env_remove("PYTHONPATH");
        command
    }

    /// What the databases depend on besides their scripts: the package's files and PostgreSQL's version.
    pub fn identity(&self) -> String {
        let release = self
            .program
            .with_file_name("../lib/python3/dist-packages/odoo/release.py");
        format!(
            "{}\n{}",
            std::fs::read_to_string(release).unwrap_or_default(),
            self.postgres.bin.display()
        )
    }
}

/// Makes the modules in `packages` importable in the environment `venv`.
fn point_at(venv: &Path, packages: &Path) -> Result<()> {
    let lib = std::fs::read_dir(venv.join("lib"))?
        .flatten()
        .next()
        .context("the Python environment is empty")?;
    let line = format!("{}\n", packages.display());
    std::fs::write(lib.path().join("site-packages/odoo.pth"), line).context("cannot write odoo.pth")
}
