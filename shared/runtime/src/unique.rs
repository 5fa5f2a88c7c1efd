//! Names nobody else has: for the write of an item, the holder of a lease.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Random per process: the standard library seeds its hash maps from the operating system.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A name no other call, in this process or another, gets. Not a secret.
pub fn unique() -> String {
    let now = effects::Clock::now(&effects::SystemClock).0;
    format!(
        "{now:x}-{:016x}-{:x}",
        *PROCESS,
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}
