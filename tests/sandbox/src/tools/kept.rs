//! Work that is done once and kept: a directory with a stamp that says what it was made from.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const STAMP: &str = ".made-from";

/// Makes `dir` by `build` unless it was already made from the same `made_from`; returns whether it was built now.
///
/// Several programs may ask at once: a lock file beside the directory lets one build while the others wait. The stamp
/// is written last, so a build that was interrupted is thrown away and begun again.
///
/// # Errors
/// Errors of the file system and of `build`.
pub async fn kept(
    dir: &Path,
    made_from: &str,
    build: impl AsyncFnOnce(PathBuf) -> Result<()>,
) -> Result<bool> {
    let _lock = lock(&dir.with_extension("lock")).await?;
    let stamp = dir.join(STAMP);
    if std::fs::read_to_string(&stamp).is_ok_and(|text| text == made_from) {
        return Ok(false);
    }
    if dir.exists() {
        std::fs::remove_dir_all(dir)
            .with_context(|| format!("cannot remove the outdated {}", dir.display()))?;
    }
    std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    build(dir.to_path_buf()).await?;
    std::fs::write(&stamp, made_from).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(true)
}

/// Takes an exclusive lock that ends with the returned file, or with the program.
pub(crate) async fn lock(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot create the lock {}", path.display()))?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await?;
    locked.with_context(|| format!("cannot lock {}", path.display()))
}
