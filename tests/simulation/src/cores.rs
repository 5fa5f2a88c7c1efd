//! Work shared out to all cores.

use anyhow::{Result, anyhow};
use std::{
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// What a thread needs whose worlds' handlers are not optimised.
pub const STACK_BYTES: usize = 32 << 20;

/// Does every job, each core taking the next one when it is free, until one breaks off.
///
/// # Errors
/// The first of a job; when one panics. No other is begun then.
pub fn on_all_cores<J, I>(jobs: I, work: impl Fn(J) -> Result<ControlFlow<()>> + Sync) -> Result<()>
where
    I: Iterator<Item = J> + Send,
{
    let (jobs, over) = (Mutex::new(jobs), AtomicBool::new(false));
    let next = || {
        let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
        (!over.load(Ordering::Relaxed)).then(|| jobs.next()).flatten()
    };
    let core = || -> Result<()> {
        while let Some(job) = next() {
            let done = work(job);
            if !matches!(done, Ok(ControlFlow::Continue(()))) {
                over.store(true, Ordering::Relaxed);
                return done.map(|_| ());
            }
        }
        Ok(())
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let builder = || thread::Builder::new().stack_size(STACK_BYTES);
        let cores: Vec<_> = (0..cores)
            .map(|_| builder().spawn_scoped(scope, core))
            .collect::<Result<_, _>>()?;
        let mut ended = Ok(());
        for core in cores {
            let this = core.join().unwrap_or_else(|_| Err(anyhow!("a world panicked")));
            ended = ended.and(this);
        }
        ended
    })
}
