//! The operator's tool: `odoo-heartland`. It sees, explains and mends what a stack does, with the operator's own AWS
//! credentials and the stack's outputs.
//!
//! Every command is a module: it takes its arguments and the [`tool::Tool`], shows one value through
//! [`output::Output`], and answers with an [`exit::Exit`].

pub mod audit;
pub mod aws;
pub mod cli;
pub mod confirm;
pub mod desk;
pub mod doctor;
pub mod exit;
pub mod explain;
mod limit;
pub mod orders;
pub mod output;
mod own_rights;
pub mod pause;
pub mod progress;
pub mod replay;
pub mod review;
pub mod setup;
pub mod stack;
pub mod systems;
pub mod time;
pub mod tool;
pub mod webhooks;
