//! The local world of odoo-heartland as a library: it installs pinned tools, starts a real Odoo and the AWS emulator,
//! simulates the gateway and the shop, and describes all of it to tests in other processes.
//!
//! The program `sandbox` ([`cli`]) is a thin shell around it; end-to-end tests use the library directly.
#![recursion_limit = "256"]

pub mod aws;
pub mod backlog;
mod bench;
pub mod chaos;
pub mod cli;
pub mod cloudwatch;
pub mod demo;
pub mod first_day;
pub mod fuzz;
pub mod gp_api;
mod guards;
mod least_privilege;
pub mod odoo;
pub mod places;
pub mod process;
pub mod progress;
pub mod shop;
mod simulate;
pub mod story;
pub mod tools;
pub mod verify;
pub mod witness;
pub mod world;
