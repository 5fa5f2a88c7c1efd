//! What the end-to-end tests share: the witnesses of the running world, and orders that no other test knows.
//!
//! The tests are in `tests/`, behind the feature `stack`. They need a running world: `cargo verify` starts one; by hand,
//! start one with `cargo sandbox up` and run `cargo test --package end-to-end --features stack`.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use sandbox::places::Places;
use sandbox::witness::Witness;
use sandbox::world::Description;

/// The witnesses of the running world.
///
/// # Errors
/// When none runs.
pub async fn witness() -> Result<Witness> {
    Witness::of(&Description::find(&Places::open()?)?).await
}

/// An order id that no other test uses, in this process or in another.
pub fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(std::process::id());
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    // Grows by 1,000 each second and process, and by one within.
    (now % 1_000_000) * 10_000_000 + (process % 10_000) * 1_000 + NEXT.fetch_add(1, Ordering::Relaxed)
}
