//! The targets: each takes bytes and asserts what must hold whatever they are.

pub mod audit;
pub mod desk;
pub mod gateway;
pub mod intake;
pub mod mapping;
pub mod messages;
pub mod odoo;
pub mod secrets;
pub mod shops;
pub mod signatures;
pub mod stored;
pub mod webhooks;
