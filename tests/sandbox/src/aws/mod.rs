//! The AWS side of the local world: the emulator, the build of the functions, the deployment of the very template
//! that goes to AWS, and the checks of that template.
//!
//! [`MiniStack::start`] → [`build`] → [`deploy`] gives a [`Deployed`], whose [`Aws`] client looks into it. What the
//! emulator lets through and AWS would not is guarded by [`lint`]; `docs/local-vs-aws.md` lists both.

mod audit;
mod build;
mod client;
pub mod command;
mod deploy;
mod executions;
mod guards;
mod inventory;
mod lint;
mod logs;
mod ministack;
mod peek;
mod processes;
mod release;
mod repair;
mod rights;
mod runs;
mod secrets;
mod tables;
mod template;
mod told;
mod tools;

pub use build::{Built, build};
pub(crate) use build::{QUICK, compile};
pub use client::Aws;
pub(crate) use client::settings;
pub use deploy::{Deployed, Options, STACK, deploy};
pub use executions::Execution;
pub use guards::{findings, run_findings};
pub use lint::lint;
pub use logs::Logs;
pub use ministack::{MiniStack, Settings};
pub use peek::{Message, messages};
pub use processes::{Environment, environments};
pub(crate) use release::arm64_build;
pub use release::sam_build;
pub use rights::{NotEnforceable, Statement, not_enforceable, statements, without};
pub use secrets::{GpApiSecret, OdooSecret, Secrets, ShopSecret};
pub use template::Template;
pub use told::{Mailbox, Notification};

/// All functions of the stack, by the name of their crate.
pub const FUNCTIONS: [&str; 10] = [
    "webhook-intake",
    "event-router",
    "payment-capture",
    "order-writer",
    "invoice-writer",
    "inventory-pusher",
    "order-notifier",
    "change-poller",
    "review-desk",
    "audit-recorder",
];

/// The region everything pretends to be in.
pub(crate) const REGION: &str = "us-east-1";
