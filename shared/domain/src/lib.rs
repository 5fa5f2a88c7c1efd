//! The business, without I/O: money, orders, events, payment states, stock, mapping decisions and the
//! merchant's configuration. Nothing in this crate knows AWS, Heartland, Odoo or a shop's wire format.

pub mod failure;
pub mod ids;
pub mod merchant;
pub mod money;
pub mod order;
pub mod outcome;
