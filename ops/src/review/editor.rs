//! The operator's editor on a private file that is gone afterwards.

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A text that is being edited. Editors put their own files beside it, so it has a folder of its own, which only its
/// owner may enter.
pub struct Draft {
    folder: tempfile::TempDir,
}

impl Draft {
    /// A file with this text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(text: &str) -> Result<Self> {
        let only_mine = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new()
            .prefix("odoo-heartland-")
            .permissions(only_mine)
            .tempdir()?;
        let draft = Self { folder };
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(draft.path());
        let mut file = file.context("making a file to edit")?;
        writeln!(file, "{text}")?;
        Ok(draft)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("input.json")
    }

    /// Opens the editor, waits until it is closed, and reads what it left.
    ///
    /// # Errors
    /// When there is no editor, or it ends with an error.
    pub fn edit(&self) -> Result<String> {
        let editor = ["VISUAL", "EDITOR"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok());
        let editor = editor
            .map(|text| text.trim().to_owned())
            .find(|text| !text.is_empty());
        let editor = editor.unwrap_or_else(|| "vi".to_owned());
        // Through the shell, because it may have arguments: `code --wait`.
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("{editor} \"$1\""), "editor"])
            .arg(self.path());
        let ended = shell
            .status()
            .with_context(|| format!("starting the editor {editor}"))?;
        ensure!(
            ended.success(),
            "the editor {editor} ended with an error; name another one in EDITOR"
        );
        std::fs::read_to_string(self.path()).context("reading what the editor left")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_its_owners_alone_and_gone_afterwards() {
        let draft = Draft::of("{}").unwrap();
        let path = draft.path();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
        drop(draft);
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }
}
