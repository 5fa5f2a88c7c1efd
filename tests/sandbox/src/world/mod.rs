//! The whole local world: which parts there are, how they start together, and how other processes find them.

mod control;
mod description;
mod parts;
mod stack;

pub use control::Remote;
pub use description::{Description, FILE_VARIABLE};
pub use parts::{Parts, World};
pub use stack::{AWS, GP_API, SHOP, Simulator, Stack};
