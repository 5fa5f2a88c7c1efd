//! Pinned tools below `target/sandbox/tools/`, each installed once by the registry's own client.

mod install;
mod kept;
mod run;

pub use install::{cargo_install, npm, python_venv};
pub use kept::kept;
pub use run::{find, output, run, run_with_input, tail};

use std::net::{Ipv4Addr, TcpListener};

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
