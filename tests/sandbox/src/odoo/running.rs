//! One running instance: its own PostgreSQL, its own files, two workers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use odoo_setup::BOT_LOGIN;

use super::Access;
use super::check;
use super::config::{Ports, write_config};
use super::package::Package;
use super::postgres::Postgres;
use super::prepared::{DATABASE, Prepared, prepared};
use super::scripts;
use super::slot::Slot;
use crate::places::Places;
use crate::process::{Child, until_ready};
use crate::progress;
use crate::tools;

/// A started Odoo. Dropping it stops Odoo and PostgreSQL.
///
/// Several may run at once, each under a name of its own; they share the installed programs only.
pub struct RunningOdoo {
    access: Access,
    package: Package,
    prepared: Prepared,
    config: PathBuf,
    log: PathBuf,
    // Odoo before PostgreSQL: fields are dropped in this order.
    server: Option<Child>,
    database: Postgres,
    slot: Slot,
}

impl RunningOdoo {
    /// Installs and prepares what is missing, copies the prepared database and starts it all under `name`.
    ///
    /// # Errors
    /// When something is missing on this machine or does not start; the message says what to do.
    pub async fn start(places: &Places, name: &str) -> Result<Self> {
        let package = Package::install(places).await?;
        let prepared = prepared(places, &package).await?;
        let slot = Slot::take(places, name)?;
        let work = async {
            let dir = slot.dir();
            prepared.copy_to(&package, dir).await?;
            let log = fresh_log(places, &format!("odoo-{}", slot.label()))?;
            let postgres_log = fresh_log(places, &format!("postgres-{}", slot.label()))?;
            let password = &prepared.keys.database_password;
            let database =
                Postgres::start(package.postgres.clone(), &dir.join("pg"), password, &postgres_log).await?;
            let [http, events] = tools::free_ports(2)?[..] else {
                anyhow::bail!("no free ports")
            };
            let config = write_config(&package, dir, &database, DATABASE, Some(Ports { http, events }))?;
            let access = Access::local(http, DATABASE, &prepared.keys);
            let mut odoo = Self {
                access,
                package,
                prepared,
                config,
                log,
                server: None,
                database,
                slot,
            };
            odoo.resume().await?;
            Ok(odoo)
        };
        progress::step("Odoo 19: started", work).await
    }

    /// Its address, database and keys.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Starts the server, unless it runs: the counterpart of [`Self::stop`] and [`Self::kill`], at the same address.
    ///
    /// # Errors
    /// When it does not answer within a minute.
    pub async fn resume(&mut self) -> Result<()> {
        if self.server.as_mut().is_some_and(Child::is_running) {
            return Ok(());
        }
        let dir = self.slot.dir();
        let server = serve(&self.package, &self.config, dir, &self.access.url, &self.log).await?;
        self.server = Some(server);
        Ok(())
    }

    /// Ends the server in order: running requests are answered, then nobody listens.
    ///
    /// # Errors
    /// When the stopping task was lost.
    pub async fn stop(&mut self) -> Result<()> {
        self.end(Child::stop).await
    }

    /// Kills the server and its workers at once, as a crash would; the database stays up.
    ///
    /// # Errors
    /// When the killing task was lost.
    pub async fn kill(&mut self) -> Result<()> {
        self.end(Child::kill).await
    }

    async fn end(&mut self, how: fn(&mut Child)) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            tokio::task::spawn_blocking(move || how(&mut server))
                .await
                .context("stopping Odoo")?;
        }
        Ok(())
    }

    /// Puts the database back to what it was when it was prepared, in a few seconds; keys and address stay.
    ///
    /// # Errors
    /// When PostgreSQL refuses or Odoo does not come back.
    pub async fn reset_database(&mut self) -> Result<()> {
        // The workers' caches belong to the old database, so they go with it.
        self.kill().await?;
        self.database
            .copy_database(self.prepared.template(), DATABASE)
            .await?;
        self.resume().await
    }

    /// Lets every API key of the integration's user expire; its password and all others stay.
    ///
    /// # Errors
    /// When PostgreSQL refuses.
    pub async fn expire_keys(&mut self) -> Result<()> {
        let statement = format!(
            "UPDATE res_users_apikeys SET expiration_date = now() - interval '1 day' \
             WHERE user_id = (SELECT id FROM res_users WHERE login = '{BOT_LOGIN}')"
        );
        self.database.run(DATABASE, &statement).await?;
        // The workers remember keys they have checked.
        self.stop().await?;
        self.resume().await
    }

    /// Runs a script in an Odoo shell beside the server, with Python files that it may import, each a name and a text;
    /// returns what it printed and logged.
    ///
    /// # Errors
    /// When the script fails; the message has the end of `log`.
    pub async fn shell(&self, script: &str, files: &[(&str, &str)], log: &Path) -> Result<String> {
        scripts::run_importing(&self.package, &self.config, self.slot.dir(), log, files, script).await
    }

    /// Runs SQL statements on the database, beside the server: for more rows than its API could write in a while.
    ///
    /// # Errors
    /// When PostgreSQL refuses them.
    pub async fn run_sql(&self, statements: &str) -> Result<()> {
        self.database.run(DATABASE, statements).await
    }

    /// Runs the merchant's set-up once more, as after a change of the configuration.
    ///
    /// # Errors
    /// When the database contradicts the configuration; the message names the key.
    pub async fn set_up_merchant(&self) -> Result<()> {
        check::set_up(&self.access).await
    }
}

/// The log file `name`, emptied: it tells of this run alone.
fn fresh_log(places: &Places, name: &str) -> Result<PathBuf> {
    let log = places.log(name);
    std::fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    Ok(log)
}

/// Starts a server on the database of `config` and waits until it answers at `url`.
pub(super) async fn serve(
    package: &Package,
    config: &Path,
    dir: &Path,
    url: &str,
    log: &Path,
) -> Result<Child> {
    let command = package.odoo("server", config, &dir.join("data"));
    let mut server = Child::spawn("Odoo", command, log)?;
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()?;
    let page = format!("{url}/web/login");
    until_ready(&mut server, log, Duration::from_secs(60), || {
        let answer = client.get(&page).send();
        async move { answer.await.is_ok_and(|answer| answer.status().is_success()) }
    })
    .await?;
    Ok(server)
}
