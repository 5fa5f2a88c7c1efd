//! Where the local world keeps its files: everything below `target/sandbox/` of the work tree.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The directory tree of the local world.
#[derive(Debug, Clone)]
pub struct Places {
    root: PathBuf,
}

impl Places {
    /// The tree below `target/sandbox/` of this repository; the variable `SANDBOX_HOME` names another one.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open() -> Result<Self> {
        let root = std::env::var_os("SANDBOX_HOME")
            .map_or_else(|| repository().join("target/sandbox"), PathBuf::from);
        std::fs::create_dir_all(root.join("log"))
            .with_context(|| format!("cannot create {}: is the disk full or read-only?", root.display()))?;
        Ok(Self { root })
    }

    /// `target/sandbox` itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Pinned tools, one directory each.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.root.join("tools").join(name)
    }

    /// The log file of a part or a step: `target/sandbox/log/{name}.log`.
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.join("log").join(format!("{name}.log"))
    }

    /// Odoo's package, its prepared databases and the data of running instances.
    pub fn odoo(&self) -> PathBuf {
        self.root.join("odoo")
    }

    /// The description of the running world, read by tests in other processes.
    pub fn world(&self) -> PathBuf {
        self.root.join("world.json")
    }
}

/// The root of this repository's work tree.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
