//! Odoo's configuration file.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::package::Package;
use super::postgres::{Postgres, USER};
use crate::tools;

/// The ports of a serving Odoo.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// Pages and calls.
    pub http: u16,
    /// The long-polling process.
    pub events: u16,
}

/// Writes Odoo's configuration file into `dir` and returns its path.
///
/// # Errors
/// Errors of the file system.
pub fn write_config(
    package: &Package,
    dir: &Path,
    server: &Postgres,
    database: &str,
    ports: Option<Ports>,
) -> Result<PathBuf> {
    let data = dir.join("data");
    if !data.exists() {
        std::fs::create_dir(&data)?;
        package.postgres.account.give(&data)?;
    }
    let mut text = format!(
        "[options]\nadmin_passwd = {}\ndb_host = 127.0.0.1\ndb_port = {}\ndb_user = {}\ndb_password = {}\n\
         db_name = {database}\ndbfilter = ^{database}$\nlist_db = False\ndata_dir = {}\nmax_cron_threads = 0\n",
        tools::random_text()?,
        server.port(),
        USER,
        server.password(),
        data.display(),
    );
    if let Some(ports) = ports {
        let Ports { http, events } = ports;
        text += &format!(
            "http_interface = 127.0.0.1\nhttp_port = {http}\ngevent_port = {events}\nworkers = {}\n",
            super::WORKERS
        );
    }
    let path = dir.join("odoo.conf");
    tools::write_private(&path, &text)?;
    package.postgres.account.give(&path)?;
    Ok(path)
}
