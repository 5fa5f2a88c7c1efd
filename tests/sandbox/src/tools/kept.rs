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

#[cfg(test)]
mod tests {
    use super::*;

    async fn make(dir: &Path, made_from: &str) -> bool {
        kept(dir, made_from, async |dir| {
            Ok(std::fs::write(dir.join("content"), made_from)?)
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn what_is_made_is_kept_until_its_ingredients_change() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("thing");
        assert!(make(&dir, "one").await);
        assert!(!make(&dir, "one").await);
        std::fs::write(dir.join("left-over"), "").unwrap();
        assert!(make(&dir, "two").await);
        assert_eq!(std::fs::read_to_string(dir.join("content")).unwrap(), "two");
        assert!(!dir.join("left-over").exists());
    }

    #[tokio::test]
    async fn a_build_that_failed_is_begun_again() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("thing");
        let failed = kept(&dir, "one", async |dir| {
            std::fs::write(dir.join("half"), "")?;
            anyhow::bail!("interrupted")
        });
        assert!(failed.await.is_err());
        assert!(make(&dir, "one").await);
        assert!(!dir.join("half").exists());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_many_who_ask_at_once_one_builds() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("thing");
        let built = futures::future::join_all((0..8).map(|_| make(&dir, "one"))).await;
        assert_eq!(built.iter().filter(|built| **built).count(), 1);
    }
}
