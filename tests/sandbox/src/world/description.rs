//! What other processes need to know about the running world: `target/sandbox/world.json`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::odoo;
use crate::places::Places;

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
    /// Reads the description of the world that runs now.
    ///
    /// # Errors
    /// When none runs.
    pub fn read(places: &Places) -> Result<Self> {
        let file = places.world();
        let text = std::fs::read_to_string(&file).with_context(|| {
            format!(
                "no world is running ({} is not there): start one with `cargo sandbox up`",
                file.display()
            )
        })?;
        let description: Self =
            serde_json::from_str(&text).context("world.json was written by another version")?;
        if !Path::new("/proc").join(description.process.to_string()).exists() {
            anyhow::bail!(
                "the world in {} has ended: start one with `cargo sandbox up`",
                file.display()
            );
        }
        Ok(description)
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
    pub(super) fn write(&self, places: &Places) -> Result<()> {
        crate::tools::write_private(&places.world(), &serde_json::to_string_pretty(self)?)
    }
}
