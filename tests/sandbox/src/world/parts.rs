//! Starting and owning the parts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use tokio::sync::Mutex;

use super::control::{SharedOdoo, routes};
use super::description::Description;
use crate::odoo::{self, RunningOdoo};
use crate::places::Places;

/// What to start, and how.
#[derive(Clone)]
pub struct Parts {
    /// An Odoo that is already there; without one, our own is installed and started.
    pub existing_odoo: Option<odoo::Access>,
    /// Factor on the waits and retry delays of state machines; 1 is as on AWS.
    pub wait_scale: f64,
    /// Parameters of the template, beside those a local stack always has.
    pub parameters: BTreeMap<String, String>,
    /// A variant of the template; without one, `infra/template.yaml` as it is.
    pub template: Option<String>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            existing_odoo: None,
            wait_scale: 1.0,
            parameters: BTreeMap::new(),
            template: None,
        }
    }
}

/// A running world. Everything it started ends when it is dropped.
pub struct World {
    file: PathBuf,
    description: Description,
    odoo: SharedOdoo,
    control: tokio::task::JoinHandle<()>,
}

impl World {
    /// Starts the parts, those that do not need each other side by side, and writes `world.json`, or
    /// `world-{process}.json` while another world runs.
    ///
    /// # Errors
    /// When a part does not start; the message says what to do.
    pub async fn start(places: Places, parts: Parts) -> Result<Self> {
        let (access, running) = match parts.existing_odoo {
            Some(access) => (access, None),
            None => {
                let running = RunningOdoo::start(&places, "world").await?;
                (running.access().clone(), Some(running))
            }
        };
        let odoo: SharedOdoo = Arc::new(Mutex::new(running));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let description = Description {
            process: std::process::id(),
            control: format!("http://{}", listener.local_addr()?),
            odoo: Some(access),
            parts: BTreeMap::new(),
        };
        let file = Description::place(&places);
        description.write(&file)?;
        let serving = axum::serve(listener, routes(Arc::clone(&odoo)));
        let control = tokio::spawn(async move {
            // It serves until it is aborted; a lost listener shows in the next order.
            let _ = serving.await;
        });
        Ok(Self {
            file,
            description,
            odoo,
            control,
        })
    }

    /// Adds what a part says about itself to `world.json`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn describe(&mut self, part: &str, facts: impl serde::Serialize) -> Result<()> {
        self.description
            .parts
            .insert(part.to_owned(), serde_json::to_value(facts)?);
        self.description.write(&self.file)
    }

    /// The file with the description: what [`super::FILE_VARIABLE`] is for a process that is to find this world.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where everything is.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Our own Odoo, to be stopped, killed or reset; `None` inside when an existing one is used.
    pub fn odoo(&self) -> Arc<Mutex<Option<RunningOdoo>>> {
        Arc::clone(&self.odoo)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.control.abort();
        // Nothing depends on it: a description without its process counts as none.
        let _ = std::fs::remove_file(&self.file);
    }
}
