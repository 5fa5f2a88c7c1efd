//! The business, without I/O: money, orders, events, payment states, stock, mapping decisions and the
//! merchant's configuration. Nothing in this crate knows AWS, Heartland, Odoo or a shop's wire format.

pub mod address;
pub mod card_number;
pub mod changes;
pub mod decide;
pub mod event;
pub mod failure;
pub mod ids;
pub mod merchant;
pub mod money;
pub mod order;
pub mod outcome;
pub mod payment;
pub mod stock;
