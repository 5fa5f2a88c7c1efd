//! Servers that refuse to run as root get the account of PostgreSQL's package.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use nix::unistd::{User, geteuid};

/// The account that servers run as: our own, or, when that is root, `postgres` or `nobody`.
#[derive(Debug, Clone)]
pub struct Unprivileged {
    account: Option<User>,
}

impl Unprivileged {
    /// Chooses the account.
    ///
    /// # Errors
    /// When we are root and there is no other account.
    pub fn account() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self { account: None });
        }
        let account = ["postgres", "nobody"]
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten());
        Ok(Self {
            account: Some(account.context("this system has neither the user postgres nor nobody")?),
        })
    }

    /// Whether this account may enter `dir` and all directories above it.
    ///
    /// # Errors
    /// When `setpriv` of the Debian package util-linux is missing.
    pub fn reaches(&self, dir: &Path) -> Result<bool> {
        let mut test = self.command(Path::new("/usr/bin/test"));
        let status = test.arg("-x").arg(dir).stderr(Stdio::null()).status();
        Ok(status
            .context("cannot run setpriv: install the Debian package util-linux")?
            .success())
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
        // Its account may not be able to stay where we are.
        command
            .arg("--clear-groups")
            .arg("--")
            .arg(program)
            .current_dir("/");
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
