//! The whole bundle in one process: the real handlers and the real state machine, memory twins of everything else, and
//! faults by seed. No network, no real time. See README.md.

mod chance;
mod command;
mod cores;
mod crash;
mod customers;
mod eyes;
mod fault;
mod fortune;
mod function;
mod functions;
mod gate;
mod history;
pub mod invariants;
mod network;
mod people;
mod plan;
mod platform;
mod ports;
mod run;
mod script;
mod seeds;
pub mod set_up;
mod stories;
mod stream;
mod time;
mod trace;
mod upsets;
mod variant;
mod watched;
mod world;

pub use command::{
    FIXED_SEEDS, FRESH_SEEDS, fresh_seed, simulate_crashes, simulate_seed, simulate_seeds, simulate_variants,
};
pub use cores::STACK_BYTES;
pub use crash::{BadCut, CrashReport, crash_everywhere};
pub use fault::{Kind, Point};
pub use function::Function;
pub use invariants::Violation;
pub use plan::{Cut, Plan};
pub use run::{Outcome, run};
pub use script::Script;
pub use seeds::{Broken, Extent, Report, replay, run_seeds};
pub use variant::Variant;
