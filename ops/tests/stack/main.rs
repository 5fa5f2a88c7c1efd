//! The tool itself, against the running stack: `cargo verify` starts one; by hand, start one with
//! `cargo sandbox up --wait-scale 0.1` and run
//! `cargo test --package ops --test stack -- --test-threads=1`. One at a time: some of them take away
//! what the others need, and give it back.

mod audit;
mod doctor;
mod explain;
mod first_day;
mod pause;
mod replay;
mod review;
mod setup;
mod world;
