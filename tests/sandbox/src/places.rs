//! Where the local world keeps its files: everything below `target/sandbox/` of the work tree.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::tools::Unprivileged;

/// The directory tree of the local world.
#[derive(Debug, Clone)]
pub struct Places {
    root: PathBuf,
}

impl Places {
    /// The tree below `target/sandbox/` of this repository; the variable `SANDBOX_HOME` names another one.
    ///
    /// Servers that refuse to run as root must reach it. When the work tree is closed to them, as root's home is,
    /// `target/sandbox` becomes a link to a directory below `/var/tmp` that belongs to this work tree.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open() -> Result<Self> {
        let given = std::env::var_os("SANDBOX_HOME").map(PathBuf::from);
        let root = given.unwrap_or_else(|| repository().join("target/sandbox"));
        let parent = root.parent().unwrap_or(&root);
        std::fs::create_dir_all(parent).with_context(|| {
            format!(
                "cannot create {}: is the disk full or read-only?",
                parent.display()
            )
        })?;
        if !root.exists() && !Unprivileged::account()?.reaches(parent)? {
            let elsewhere = reachable_by_all(&root)?;
            // A link whose directory was removed is in the way of a new one.
            let _ = std::fs::remove_file(&root);
            std::os::unix::fs::symlink(&elsewhere, &root)
                .with_context(|| format!("cannot link {} to {}", root.display(), elsewhere.display()))?;
        }
        Self::at(&root)
    }

    /// The tree below `root`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn at(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root.join("log"))
            .with_context(|| format!("cannot write to {}", root.display()))?;
        // Servers get real paths: they cannot follow a link through a directory that is closed to them.
        Ok(Self {
            root: root.canonicalize()?,
        })
    }

    /// `target/sandbox` itself, links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Pinned tools, one directory each.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.root.join("tools").join(name)
    }

    /// The target directory of functions that are built with the tests' profile.
    pub fn functions(&self) -> PathBuf {
        self.root.join("functions")
    }

    /// The log file of a part or a step: `target/sandbox/log/{name}.log`.
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.join("log").join(format!("{name}.log"))
    }

    /// Odoo's prepared databases and the data of running instances.
    pub fn odoo(&self) -> PathBuf {
        self.root.join("odoo")
    }

    /// The description of the running world, read by tests in other processes.
    pub fn world(&self) -> PathBuf {
        self.root.join("world.json")
    }
}

/// A directory below `/var/tmp`, named after `root`, that only this account writes and everybody may enter.
fn reachable_by_all(root: &Path) -> Result<PathBuf> {
    let name = hex::encode(Sha256::digest(root.as_os_str().as_encoded_bytes()));
    let dir = Path::new("/var/tmp").join(format!("odoo-heartland-sandbox-{}", &name[..12]));
    if !dir.exists() {
        let made = std::fs::DirBuilder::new().mode(0o755).create(&dir);
        made.with_context(|| format!("cannot create {}", dir.display()))?;
    }
    // In a directory that everybody may write to, somebody else may have been first.
    let found = std::fs::symlink_metadata(&dir)?;
    let ours = found.is_dir() && found.uid() == nix::unistd::geteuid().as_raw();
    ensure!(
        ours,
        "{} belongs to somebody else: remove it, or set SANDBOX_HOME",
        dir.display()
    );
    Ok(dir)
}

/// The root of this repository's work tree.
pub fn repository() -> PathBuf {
    // What cargo says now comes first: a program in a shared target directory may have been built in another tree.
    let member = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let member = PathBuf::from(member);
    member.ancestors().nth(2).unwrap_or(&member).to_path_buf()
}
