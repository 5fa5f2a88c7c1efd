//! Databases that are made once and copied ever after.
//!
//! Two stages, each a stopped PostgreSQL cluster in a directory named by the hash of all it was made from: `base-…` has
//! the modules installed, `ready-…` has the merchant set up and the demo's products on top. A running instance is a
//! copy of the latter.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::check;
use super::config::{Ports, write_config};
use super::package::Package;
use super::postgres::Postgres;
use super::running::serve;
use super::scripts::{self, merchant_config, shop_products};
use super::{Access, Administrator};
use crate::places::Places;
use crate::progress;
use crate::tools;

/// The modules of the demo's merchant; what they need comes with them.
const MODULES: &str = "sale_management,stock,account,l10n_us,base_automation,loyalty,mrp";

/// The name of the database that is used, and of the template it is reset to.
pub const DATABASE: &str = "odoo";
const TEMPLATE: &str = "ready";
const BASE: &str = "base";

/// What was made up when the databases were prepared. It opens nothing but a database on this machine's loopback.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keys {
    /// The password of PostgreSQL's superuser.
    pub database_password: String,
    /// The password of Odoo's administrator, login `admin`.
    pub admin_password: String,
    /// The API key of the administrator.
    pub admin_key: String,
    /// The API key of the integration's user.
    pub bot_key: String,
}

/// A stopped cluster with a set-up database, its template, and Odoo's files.
pub struct Prepared {
    dir: PathBuf,
    /// What is needed to log in.
    pub keys: Keys,
}

/// Prepares the databases, or finds them prepared.
///
/// # Errors
/// When Odoo refuses the modules or the set-up; the message has the end of its log.
pub async fn prepared(places: &Places, package: &Package) -> Result<Prepared> {
    let merchant = std::fs::read_to_string(merchant_config())
        .with_context(|| format!("cannot read {}", merchant_config().display()))?;
    let base_from = format!("{MODULES}\n{}", package.identity());
    let base = stage(places, BASE, &base_from);
    progress::step(
        "Odoo 19: database with its modules",
        tools::kept(&base, &base_from, async |dir| {
            make_base(places, package, &dir).await
        }),
    )
    .await?;
    let products = std::fs::read_to_string(shop_products()).context("cannot read events/products.json")?;
    let ready_from = [
        &base_from,
        &scripts::ALL.join("\n"),
        &scripts::SET_UP.join("\n"),
        &merchant,
        &products,
    ]
    .map(String::as_str)
    .join("\n");
    let ready = stage(places, TEMPLATE, &ready_from);
    progress::step(
        "Odoo 19: merchant set up",
        tools::kept(&ready, &ready_from, async |dir| {
            make_ready(places, package, &base, &dir).await
        }),
    )
    .await?;
    let keys = serde_json::from_str(&std::fs::read_to_string(ready.join("keys.json"))?)?;
    Ok(Prepared { dir: ready, keys })
}

fn stage(places: &Places, name: &str, made_from: &str) -> PathBuf {
    let hash = hex::encode(Sha256::digest(made_from.as_bytes()));
    places.odoo().join(format!("{name}-{}", &hash[..12]))
}

async fn make_base(places: &Places, package: &Package, dir: &Path) -> Result<()> {
    remove_older(dir).await?;
    let account = &package.postgres.account;
    account.give(dir)?;
    let password = tools::random_text()?;
    let cluster = dir.join("pg");
    package
        .postgres
        .init(&cluster, &password, &places.log("postgres-init"))
        .await?;
    let server = Postgres::start(
        package.postgres.clone(),
        &cluster,
        &password,
        &places.log("postgres-prepare"),
    )
    .await?;
    server.create_database(BASE).await?;
    let config = write_config(package, dir, &server, BASE, None)?;
    let mut command = package.odoo("server", &config, &dir.join("data"));
    command.args([
        "--stop-after-init",
        "--no-http",
        "--log-level=warn",
        "-i",
        MODULES,
    ]);
    tools::run(&mut command.into(), &places.log("odoo-modules")).await?;
    server.shut_down(&cluster).await?;
    let keys = Keys {
        database_password: password,
        admin_password: tools::random_text()?,
        ..Keys::unknown()
    };
    tools::write_private(&dir.join("keys.json"), &serde_json::to_string(&keys)?)
}

async fn make_ready(places: &Places, package: &Package, base: &Path, dir: &Path) -> Result<()> {
    remove_older(dir).await?;
    let account = &package.postgres.account;
    account.give(dir)?;
    copy(&base.join("pg"), &dir.join("pg")).await?;
    copy(&base.join("data"), &dir.join("data")).await?;
    let mut keys: Keys = serde_json::from_str(&std::fs::read_to_string(base.join("keys.json"))?)?;
    let cluster = dir.join("pg");
    let log = places.log("postgres-prepare");
    let server = Postgres::start(package.postgres.clone(), &cluster, &keys.database_password, &log).await?;
    server.copy_database(BASE, TEMPLATE).await?;
    let config = write_config(package, dir, &server, TEMPLATE, None)?;
    let log = places.log("odoo-set-up");
    let made = scripts::run(package, &config, dir, &log, &scripts::ALL, &keys.admin_password).await?;
    keys.admin_key = made
        .get("ADMIN_API_KEY")
        .context("the scripts gave no ADMIN_API_KEY")?
        .clone();
    keys.bot_key = set_up(places, package, dir, &server, &keys).await?;
    server.drop_database(BASE).await?;
    server.copy_database(TEMPLATE, DATABASE).await?;
    server.shut_down(&cluster).await?;
    tools::write_private(&dir.join("keys.json"), &serde_json::to_string(&keys)?)
}

/// Sets the merchant up over the API, as the operator's tool does; returns the key of the integration's user.
async fn set_up(
    places: &Places,
    package: &Package,
    dir: &Path,
    database: &Postgres,
    keys: &Keys,
) -> Result<String> {
    let [http, events] = tools::free_ports(2)?[..] else {
        anyhow::bail!("no free ports")
    };
    let config = write_config(package, dir, database, TEMPLATE, Some(Ports { http, events }))?;
    let access = Access::local(http, TEMPLATE, keys);
    let mut server = serve(
        package,
        &config,
        dir,
        &access.url,
        &places.log("odoo-set-up-server"),
    )
    .await?;
    let work = async {
        check::set_up(&access).await?;
        check::bot_key(&access).await
    };
    let key = work.await;
    // The template is copied next: nobody may be connected to it.
    tokio::task::spawn_blocking(move || server.stop())
        .await
        .context("stopping Odoo")?;
    key
}

impl Keys {
    fn unknown() -> Self {
        let empty = String::new;
        Self {
            database_password: empty(),
            admin_password: empty(),
            admin_key: empty(),
            bot_key: empty(),
        }
    }
}

impl Access {
    /// How to reach a database of a local Odoo.
    pub(super) fn local(http: u16, database: &str, keys: &Keys) -> Self {
        Self {
            url: format!("http://127.0.0.1:{http}"),
            database: database.to_owned(),
            bot_key: keys.bot_key.clone(),
            admin: Some(Administrator {
                login: "admin".to_owned(),
                password: keys.admin_password.clone(),
                api_key: keys.admin_key.clone(),
            }),
        }
    }
}

impl Prepared {
    /// Copies the cluster and the files into the empty `dir`, for one running instance.
    ///
    /// # Errors
    /// Errors of the file system.
    pub async fn copy_to(&self, package: &Package, dir: &Path) -> Result<()> {
        package.postgres.account.give(dir)?;
        copy(&self.dir.join("pg"), &dir.join("pg")).await?;
        copy(&self.dir.join("data"), &dir.join("data")).await
    }

    /// The template that [`DATABASE`] is reset to.
    pub fn template(&self) -> &'static str {
        TEMPLATE
    }
}

async fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut command = Command::new("cp");
    command.args(["-a", "--reflink=auto"]).arg(from).arg(to);
    tools::output(&mut command.into()).await.map(|_| ())
}

/// Removes what was prepared for other modules, scripts or merchants: its place is worth more than its time.
async fn remove_older(dir: &Path) -> Result<()> {
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let stage = name.split('-').next().unwrap_or(name);
    for entry in std::fs::read_dir(parent)?.flatten() {
        let other = entry.file_name().to_string_lossy().into_owned();
        if other != name && other.starts_with(&format!("{stage}-")) && entry.path().is_dir() {
            tokio::fs::remove_dir_all(entry.path()).await?;
        }
    }
    Ok(())
}
