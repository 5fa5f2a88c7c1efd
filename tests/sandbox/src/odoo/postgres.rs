//! One PostgreSQL server with a data directory of its own, on a free loopback port.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use crate::process::{Child, until_ready};
use crate::tools::{self, Unprivileged};

/// The superuser of the cluster, and Odoo's database user.
pub const USER: &str = "odoo";

/// Durability is switched off: the data are a copy that can be made again.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
max_connections = 100
max_wal_size = 128MB
min_wal_size = 32MB
jit = off
";

/// Where the programs are and who runs them.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The directory with `postgres`, `initdb` and `createdb`.
    pub bin: PathBuf,
    /// The account that runs them.
    pub account: Unprivileged,
}

impl Programs {
    /// A command as the unprivileged account.
    pub fn command(&self, program: &str) -> Command {
        self.account.command(&self.bin.join(program))
    }

    /// Makes an empty cluster in `dir` whose superuser has `password`.
    ///
    /// # Errors
    /// When `initdb` fails.
    pub async fn init(&self, dir: &Path, password: &str, log: &Path) -> Result<()> {
        std::fs::create_dir(dir)?;
        self.account.give(dir)?;
        let secret = dir.with_extension("password");
        std::fs::write(&secret, password)?;
        self.account.give(&secret)?;
        let mut init = self.command("initdb");
        init.args([
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
            "-U",
            USER,
        ]);
        init.arg("-D")
            .arg(dir)
            .arg(format!("--pwfile={}", secret.display()));
        let result = tools::run(&mut init.into(), log).await;
        std::fs::remove_file(&secret)?;
        result?;
        let config = dir.join("postgresql.conf");
        let text = std::fs::read_to_string(&config)?;
        std::fs::write(&config, text + SETTINGS)?;
        self.account.give(&config)
    }
}

/// A running server.
pub struct Postgres {
    programs: Programs,
    password: String,
    port: u16,
    child: Child,
}

impl Postgres {
    /// Starts the server on the cluster in `dir` and waits until it takes connections.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(programs: Programs, dir: &Path, password: &str, log: &Path) -> Result<Self> {
        let port = tools::free_ports(1)?.first().copied().context("no free port")?;
        let mut command = programs.command("postgres");
        command.arg("-D").arg(dir).args(["-p", &port.to_string()]);
        // Fast shutdown: not waiting for clients that stay connected.
        let child = Child::spawn("PostgreSQL", command, log)?.stopped_by(Signal::SIGINT);
        let mut server = Self {
            programs,
            password: password.to_owned(),
            port,
            child,
        };
        let programs = server.programs.clone();
        until_ready(&mut server.child, log, Duration::from_secs(60), || {
            let mut probe = tokio::process::Command::from(programs.command("pg_isready"));
            probe.args([
                "-q",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-U",
                USER,
                "-d",
                "postgres",
            ]);
            async move { probe.status().await.is_ok_and(|status| status.success()) }
        })
        .await?;
        Ok(server)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The password of [`USER`].
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Makes the database `name` as a copy of `template`, replacing one of that name.
    ///
    /// # Errors
    /// When somebody is connected to the template, or the server refuses.
    pub async fn copy_database(&self, template: &str, name: &str) -> Result<()> {
        self.client("dropdb", &["--if-exists", "--force", name]).await?;
        self.client("createdb", &["-T", template, name]).await
    }

    /// Makes the empty database `name`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create_database(&self, name: &str) -> Result<()> {
        self.client("createdb", &[name]).await
    }

    /// Removes the database `name`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop_database(&self, name: &str) -> Result<()> {
        self.client("dropdb", &["--force", name]).await
    }

    /// Runs statements on the database `name`.
    ///
    /// # Errors
    /// When the server refuses them.
    pub async fn run(&self, name: &str, statements: &str) -> Result<()> {
        self.client(
            "psql",
            &["-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", statements],
        )
        .await
    }

    async fn client(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = self.programs.command(program);
        command
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", USER, "-w"])
            .args(arguments);
        command.env("PGPASSWORD", &self.password);
        tools::output(&mut command.into()).await.map(|_| ())
    }

    /// Ends the server in order, so that its data directory can be copied.
    ///
    /// # Errors
    /// When it left its lock file behind, which means that it did not shut down cleanly.
    pub async fn shut_down(mut self, dir: &Path) -> Result<()> {
        let lock = dir.join("postmaster.pid");
        tokio::task::spawn_blocking(move || self.child.stop()).await?;
        if lock.exists() {
            bail!("PostgreSQL did not shut down in time");
        }
        Ok(())
    }
}
