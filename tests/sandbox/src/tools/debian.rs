//! What comes from Debian: packages that are unpacked without being installed, the PostgreSQL server, valgrind.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{find, kept, run};
use crate::places::Places;
use crate::progress;

/// The oldest PostgreSQL that Odoo 19 works with.
const OLDEST_POSTGRES: u32 = 13;

/// The address of this machine's Debian mirror, from its own package sources.
fn mirror() -> Result<String> {
    if let Ok(given) = std::env::var("SANDBOX_DEBIAN_MIRROR") {
        return Ok(given);
    }
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(entries) = std::fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .find_map(|text| mirror_in(&text))
        .context(
            "the package sources of this machine name no Debian mirror (an address that ends in /debian): \
             name one in the variable SANDBOX_DEBIAN_MIRROR, or use an Odoo of your own (--odoo-url)",
        )
}

/// The first address of a Debian archive in a sources file, of the old or the new format.
fn mirror_in(text: &str) -> Option<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("URIs:") || line.starts_with("deb "))
        .flat_map(str::split_whitespace)
        .find(|word| word.contains("://") && word.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_owned)
}

/// Downloads `packages` of Debian's `suite` and unpacks them into `tools/{name}`; returns that directory.
///
/// apt works with lists of its own; the machine's sources and installed packages stay as they are.
///
/// # Errors
/// When the machine has no apt or no Debian mirror, or the download fails.
pub async fn unpacked(places: &Places, name: &str, suite: &str, packages: &[&str]) -> Result<PathBuf> {
    let dir = places.tool(name);
    let log = places.log(&format!("install-{name}"));
    kept(&dir, &format!("{suite} {}\n", packages.join(" ")), async |dir| {
        let apt = dir.join("apt");
        for part in ["lists/partial", "cache/archives/partial", "etc"] {
            std::fs::create_dir_all(apt.join(part))?;
        }
        let keyring = find([
            "/usr/share/keyrings/debian-archive-keyring.gpg",
            "/usr/share/keyrings/debian-archive-keyring.pgp",
        ])
        .context("the Debian package debian-archive-keyring is missing: install it")?;
        let source = format!(
            "deb [signed-by={}] {} {suite} main\n",
            keyring.display(),
            mirror()?
        );
        std::fs::write(apt.join("etc/sources.list"), source)?;
        let options = own_lists(&apt);
        run(
            Command::new("apt-get").args(&options).args(["update", "-qq"]),
            &log,
        )
        .await?;
        let archives = apt.join("cache");
        let mut download = Command::new("apt-get");
        run(
            download
                .current_dir(&archives)
                .args(&options)
                .args(["download", "-qq"])
                .args(packages),
            &log,
        )
        .await?;
        for entry in std::fs::read_dir(&archives)? {
            let file = entry?.path();
            if file.extension().is_some_and(|extension| extension == "deb") {
                run(Command::new("dpkg-deb").arg("-x").arg(&file).arg(&dir), &log).await?;
            }
        }
        Ok(std::fs::remove_dir_all(&apt)?)
    })
    .await
    .with_context(|| format!("unpacking Debian's {}", packages.first().unwrap_or(&name)))?;
    Ok(dir)
}

/// Options that give apt its own sources, lists and cache below `apt`.
fn own_lists(apt: &Path) -> Vec<String> {
    let apt = apt.display();
    [
        format!("Dir::Etc::sourcelist={apt}/etc/sources.list"),
        "Dir::Etc::sourceparts=/nonexistent".to_owned(),
        format!("Dir::State::lists={apt}/lists"),
        format!("Dir::Cache={apt}/cache"),
        // Mirrors that stand still, as snapshots do, serve a release file past its date.
        "Acquire::Check-Valid-Until=false".to_owned(),
        "APT::Sandbox::User=root".to_owned(),
    ]
    .into_iter()
    .flat_map(|option| ["-o".to_owned(), option])
    .collect()
}

/// The directory of the newest PostgreSQL server's programs; as root it is installed when it is missing.
///
/// # Errors
/// When there is none and it cannot be installed.
pub async fn postgres(places: &Places) -> Result<PathBuf> {
    if let Some(dir) = newest_postgres() {
        return Ok(dir);
    }
    let missing = || format!("no PostgreSQL server {OLDEST_POSTGRES} or newer");
    installed(places, "postgresql").await.with_context(missing)?;
    newest_postgres().context("the Debian package postgresql brought no server 13 or newer")
}

/// Valgrind; as root it is installed when it is missing.
///
/// # Errors
/// When there is none and it cannot be installed.
pub async fn valgrind(places: &Places) -> Result<PathBuf> {
    if let Some(program) = find(["valgrind"]) {
        return Ok(program);
    }
    let missing = "valgrind, which counts instructions, is missing";
    installed(places, "valgrind").await.context(missing)?;
    find(["valgrind"]).context("the Debian package valgrind brought no valgrind")
}

/// Installs a package of this machine's own Debian. Root's to do.
async fn installed(places: &Places, package: &str) -> Result<()> {
    if !nix::unistd::geteuid().is_root() {
        bail!("install the Debian package {package}");
    }
    let log = places.log(&format!("install-{package}"));
    progress::step(&format!("{package}: installing Debian's package"), async {
        run(Command::new("apt-get").args(["update", "-qq"]), &log).await?;
        let mut install = Command::new("apt-get");
        install.args(["install", "-qq", "-y", "--no-install-recommends", package]);
        run(install.env("DEBIAN_FRONTEND", "noninteractive"), &log).await
    })
    .await
    .with_context(|| format!("installing the Debian package {package}"))
}

fn newest_postgres() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(version, bin)| *version >= OLDEST_POSTGRES && bin.join("postgres").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_found_in_both_formats_of_sources() {
        let new = "Types: deb\n# http://old/debian/1\nURIs: http://mirror.test/debian\nSuites: bookworm\n";
        assert_eq!(mirror_in(new).as_deref(), Some("http://mirror.test/debian"));
        let old =
            "# deb http://no.test/debian x main\ndeb [arch=amd64] http://mirror.test/debian/ trixie main\n";
        assert_eq!(mirror_in(old).as_deref(), Some("http://mirror.test/debian/"));
    }

    #[test]
    fn archives_of_other_systems_are_no_debian_mirror() {
        let others =
            "deb http://mirror.test/debian-security trixie main\ndeb https://sdk.test/apt sdk main\n";
        assert_eq!(mirror_in(others), None);
    }
}
