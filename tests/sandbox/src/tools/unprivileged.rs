//! Servers that refuse to run as root get the account of PostgreSQL's package.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use nix::unistd::{User, geteuid};

/// The account that servers run as: our own, or, when that is root, `postgres` or `nobody`.
#[derive(Debug, Clone)]
pub struct Unprivileged {
    account: Option<User>,
}

impl Unprivileged {
    /// Chooses the account and makes sure that it can reach `dir`.
    ///
    /// # Errors
    /// When a directory above `dir` is closed to it.
    pub fn reaching(dir: &Path) -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self { account: None });
        }
        let account = ["postgres", "nobody"]
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten());
        let chosen = Self {
            account: Some(account.context("this system has neither the user postgres nor nobody")?),
        };
        let reached = chosen
            .command(Path::new("/usr/bin/test"))
            .arg("-x")
            .arg(dir)
            .status()?;
        if !reached.success() {
            bail!(
                "PostgreSQL does not run as root, and its user cannot enter {}: \
                 move the work tree, or name a directory open to all in the variable SANDBOX_HOME",
                dir.display()
            );
        }
        Ok(chosen)
    }

    /// A command that runs `program` as this account.
    pub fn command(&self, program: &Path) -> Command {
        let Some(account) = &self.account else {
            return Command::new(program);
        };
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={}", account.uid))
            .arg(format!("--regid={}", account.gid));
        command.arg("--clear-groups").arg("--").arg(program);
        command
    }

    /// Gives a file or directory to this account.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn give(&self, path: &Path) -> Result<()> {
        if let Some(account) = &self.account {
            std::os::unix::fs::chown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
                .with_context(|| format!("cannot give {} to {}", path.display(), account.name))?;
        }
        Ok(())
    }
}
