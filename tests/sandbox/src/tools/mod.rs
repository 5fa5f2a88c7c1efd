//! Pinned tools below `target/sandbox/tools/`, each installed once by the registry's own client.

mod debian;
mod install;
mod kept;
mod run;
mod unprivileged;

pub use debian::{postgres, unpacked, valgrind};
pub use install::{cargo_install, npm, python_venv};
pub use kept::kept;
pub use run::{find, output, run, run_with_input, tail};
pub use unprivileged::Unprivileged;

use std::net::{Ipv4Addr, TcpListener};

use std::path::Path;

use anyhow::{Context, Result};

/// `count` loopback ports that are free now, all different.
///
/// # Errors
/// When the system has none to give.
pub fn free_ports(count: usize) -> Result<Vec<u16>> {
    // All are held until the last one is found, or the system hands out the same port twice.
    let held = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<Result<Vec<_>, _>>()
        .context("no free port on 127.0.0.1")?;
    held.iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect()
}

/// A random text for a password or key of this machine's world: 32 hexadecimal digits.
///
/// # Errors
/// When the system has no random source.
pub fn random_text() -> Result<String> {
    use std::io::Read;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(hex::encode(bytes))
}

/// Writes a file that only this account can read.
///
/// # Errors
/// Errors of the file system.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::File::options();
    let file = options
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}
