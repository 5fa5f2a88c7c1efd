//! The emulator, with IAM enforced.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{REGION, tools};
use crate::places::Places;
use crate::process::{Child, until_ready};
use crate::{progress, tools as common};

/// How long the emulator may take to answer. It was measured at two seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// What may differ between two emulators.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Factor on the waits and retry delays of state machines; 1 is as on AWS, up to the emulator's cap of a minute.
    /// Time-outs are not scaled.
    pub wait_scale: f64,
    /// Whether rights are checked as on AWS. Off for tests of ports, which come with no roles.
    pub rights: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wait_scale: 1.0,
            rights: true,
        }
    }
}

/// A running emulator. Dropping it ends it with all functions it runs, and removes its files.
#[derive(Debug)]
pub struct MiniStack {
    endpoint: String,
    dir: PathBuf,
    // Before the directory goes, so must the processes that use it.
    server: Option<Child>,
}

impl MiniStack {
    /// Installs what is missing and starts an emulator on a free port of 127.0.0.1. Several, under different names,
    /// do not know of each other.
    ///
    /// # Errors
    /// When it cannot be installed or does not answer in time.
    pub async fn start(places: &Places, name: &str, settings: &Settings) -> Result<Self> {
        let bin = tools::ministack(places).await?;
        progress::step(
            "AWS emulator: started",
            Self::launch(places, name, settings, &bin),
        )
        .await
    }

    async fn launch(places: &Places, name: &str, settings: &Settings, bin: &Path) -> Result<Self> {
        let label = format!("{name}-{}", std::process::id());
        let dir = places.root().join("aws").join(&label);
        std::fs::create_dir_all(dir.join("tmp")).with_context(|| format!("cannot make {}", dir.display()))?;
        let [port] = common::free_ports(1)?[..] else {
            anyhow::bail!("no free port")
        };
        let endpoint = format!("http://127.0.0.1:{port}");
        let log = places.log(&format!("ministack-{label}"));
        let server = Child::spawn(
            "the AWS emulator",
            command(bin, &dir, port, &endpoint, settings),
            &log,
        )?;
        let mut started = Self {
            endpoint,
            dir,
            server: Some(server),
        };
        let url = format!("{}/_ministack/ready", started.endpoint);
        let http = reqwest::Client::new();
        if let Some(server) = started.server.as_mut() {
            let ready = || async {
                http.get(&url)
                    .send()
                    .await
                    .is_ok_and(|answer| answer.status().is_success())
            };
            until_ready(server, &log, PATIENCE, ready).await?;
        }
        Ok(started)
    }

    /// Where it listens: `http://127.0.0.1:{port}`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The directory with its files, gone when it ends.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        self.server = None;
        // Left-over files harm nobody; `cargo sandbox clean` takes them.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn command(bin: &Path, dir: &Path, port: u16, endpoint: &str, settings: &Settings) -> Command {
    let mut command = Command::new(bin.join("ministack"));
    command
        .current_dir(dir)
        .env("AUTH", settings.rights.to_string())
        .env("BIND_HOST", "127.0.0.1")
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        // Handed on to the functions, whose SDK would call the real AWS otherwise.
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", REGION)
        .env("SFN_WAIT_SCALE", settings.wait_scale.to_string())
        // An MQTT listener on a fixed port, of no use here.
        .env("IOT_MTLS_ENABLED", "0")
        .env("PERSIST_STATE", "0")
        .env("STATE_DIR", dir.join("state"))
        .env("TMPDIR", dir.join("tmp"))
        .env("HOME", dir);
    command
}
