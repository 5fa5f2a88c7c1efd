//! What other processes need to know about the running world: `target/sandbox/world.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::odoo;
use crate::places::Places;

/// The environment variable that names the description a process shall read, when it is not `world.json`.
pub const FILE_VARIABLE: &str = "SANDBOX_WORLD";

/// The addresses and keys of a running world. They are made up for it and open nothing else.
#[derive(Clone, Serialize, Deserialize)]
pub struct Description {
    /// The process that owns the world; when it is gone, so is the world.
    pub process: u32,
    /// Where the world takes orders: see [`super::Remote`].
    pub control: String,
    /// How to reach Odoo.
    pub odoo: Option<odoo::Access>,
    /// What the other parts say about themselves, by the part's name.
    #[serde(default)]
    pub parts: BTreeMap<String, serde_json::Value>,
}

impl Description {
    /// The description of the world that runs now: the one named by [`FILE_VARIABLE`], else `world.json`.
    ///
    /// # Errors
    /// When none runs.
    pub fn find(places: &Places) -> Result<Self> {
        let named = std::env::var_os(FILE_VARIABLE).map(PathBuf::from);
        Self::read(&named.unwrap_or_else(|| places.world()))
    }

    fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!(
                "no world is running ({} is not there): start one with `cargo sandbox up`",
                file.display()
            )
        })?;
        let description: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} was written by another version of this program",
                file.display()
            )
        })?;
        let alive = Path::new("/proc").join(description.process.to_string()).exists();
        ensure!(
            alive,
            "the world in {} has ended: start one with `cargo sandbox up`",
            file.display()
        );
        Ok(description)
    }

    /// Where a new world describes itself without taking another one's place.
    pub(super) fn place(places: &Places) -> PathBuf {
        match Self::read(&places.world()) {
            Ok(_) => places.root().join(format!("world-{}.json", std::process::id())),
            Err(_) => places.world(),
        }
    }

    /// What the part `name` says about itself.
    ///
    /// # Errors
    /// When the world has no such part.
    pub fn part<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let value = self
            .parts
            .get(name)
            .with_context(|| format!("the running world has no part {name}"))?;
        serde_json::from_value(value.clone())
            .with_context(|| format!("the part {name} describes itself otherwise"))
    }

    /// Writes it, readable by this account only.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        crate::tools::write_private(file, &serde_json::to_string_pretty(self)?)
    }
}
